/** Writing: a comment, an answer, or other words for one's own comment. */

import {ID, checked, number, text} from './api.js'
import {button, clean, h} from './dom.js'
import {newKey} from './keeping.js'

const PAUSE = 400 // milliseconds without a key before a draft is kept
/** @type {Record<string, string>} what is said of a field that is refused */
const BAD = {text: 'bad_text', name: 'bad_name', link: 'bad_link'}
const WARN = 500 // characters left from which on one is told

/** What is put around, or before, what is marked: by name; the key that does it together with Ctrl or ⌘. */
const MARKS = /** @type {[string, string, string, string, string][]} */ ([
  ['bold', 'B', '**', '**', 'b'],
  ['italic', 'I', '*', '*', 'i'],
  ['address', '↗', '[', '](https://)', 'k'],
  ['code', '</>', '`', '`', 'e'],
  ['quote', '❝', '> ', '', ''],
  ['list', '•', '- ', '', ''],
])

/**
 * What is to be written: an answer, other words, or what was begun before and is opened without a word.
 *
 * @typedef {object} Wanted
 * @property {PublicComment} [answered]
 * @property {PublicComment} [edited]
 * @property {boolean} [quietly]
 */

/** @typedef {import('./author.js').Author} Author */
/** @typedef {import('./api.js').Refused} Refused */

/**
 * Open the composer, below the thread or below a comment; where it is open already, go there.
 *
 * @param {Author} author
 * @param {Wanted} wanted
 */
export function compose(author, wanted) {
  const {items, below} = author.view
  const about = wanted.edited ?? wanted.answered
  const place = about ? items.get(about.id)?.li : below
  if (!place) return
  const open = /** @type {HTMLFormElement | null} */ (place.querySelector(':scope > .composer'))
  const form = open ?? new Composer(author, wanted).open(place)
  if (!wanted.quietly) form.querySelector('textarea')?.focus()
}

class Composer {
  #busy = false
  #seen = 0 // a look at the service's answer for an older text changes nothing
  /** @type {Answer} what the service wants of a form */
  #asked = {}
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause

  /** @param {Author} author @param {Wanted} wanted */
  constructor(author, {answered, edited}) {
    this.author = author
    this.view = author.view
    this.answered = answered
    this.edited = edited
    /** Under what name the draft is kept. */
    this.at = `${encodeURIComponent(this.view.post)} ${answered?.id ?? ''}`
    const kept = author.drawer.read()
    const draft = kept.drafts.find(([at]) => at === this.at)?.[1]
    this.key = draft?.key ?? newKey()
    const text = edited ? (edited.text ?? '') : (draft?.text ?? this.#quoted())
    this.text = h('textarea', {name: 'text', rows: 5, value: text, required: true, dir: 'auto'})
    this.name = h('input', {name: 'name', autocomplete: 'name', value: edited ? edited.name : kept.name, dir: 'auto'})
    this.link = h('input', {name: 'link', type: 'url', autocomplete: 'url', value: edited ? edited.link : kept.link})
    this.trap = h('input', {name: 'trap', tabIndex: -1, autocomplete: 'off'})
    this.remember = h('input', {type: 'checkbox', checked: author.drawer.remembers})
    this.preview = h('div', {
      class: 'preview text',
      hidden: true,
      tabIndex: 0,
      role: 'region',
      ariaLabel: this.say('preview'),
    })
    this.note = h('p', {class: 'soft'})
    this.wrong = h('p', {class: 'wrong', role: 'alert'})
    this.left = h('p', {class: 'soft', role: 'status'})
    this.forgetButton = button('forget', this.say('forget'), () => this.#forget())
    this.sendButton = button('send', this.say(edited ? 'save' : 'send'), () => {}, {type: 'submit'})
  }

  /** @param {string} name @param {Record<string, string | number>} [values] */
  say(name, values) {
    return this.author.say(name, values)
  }

  /** @param {Element} place */
  open(place) {
    const {answered, edited, view} = this
    const title = edited ? this.say('edit') : answered ? this.#to(answered) : view.say('write')
    this.form = h('form', {class: 'composer', ariaLabel: title, noValidate: true}, ...this.#fields())
    this.form.onsubmit = (event) => {
      event.preventDefault()
      this.#send()
    }
    this.form.onkeydown = (event) => this.#typed(event)
    this.form.oninput = () => this.#changed()
    this.remember.onchange = () => this.#keep()
    if (place === view.below) place.replaceChildren(this.form)
    else place.firstElementChild?.after(this.form)
    this.#ask()
    return this.form
  }

  #to(/** @type {PublicComment} */ {name}) {
    return this.view.say('to', {name: name || this.view.say('anonymous')})
  }

  #fields() {
    const {edited, answered, author} = this
    const look = button('look', this.say('preview'), () => this.#look(look), {ariaPressed: 'false'})
    const marks = MARKS.map(([name, sign, before, after]) =>
      button(`mark ${name}`, sign, () => this.#mark(before, after), {ariaLabel: this.say(name), title: this.say(name)}),
    )
    const field = (/** @type {string} */ name, /** @type {HTMLElement} */ input, hint = '') =>
      h('label', {class: 'field'}, h('span', {}, this.say(name), hint && ` (${hint})`), input)
    const optional = this.say('optional')
    const cancel = button('cancel', this.say('cancel'), () => {
      this.#drop()
      this.#close()
    })
    const {key, name, drafts} = author.drawer.read()
    this.forgetButton.hidden = !(key || name || drafts.length)
    return [
      h('div', {class: 'marks', role: 'group', ariaLabel: this.say('marks')}, ...marks, look),
      field(edited ? 'edit' : 'comment', this.text),
      this.preview,
      this.left,
      h('div', {class: 'who'}, field('name', this.name, optional), field('link', this.link, optional)),
      h('div', {class: 'trap', ariaHidden: 'true', inert: true}, this.trap),
      !edited && h('label', {}, this.remember, ` ${this.say('remember')}`),
      this.note,
      this.wrong,
      h('div', {class: 'marks'}, this.sendButton, (answered || edited) && cancel, this.forgetButton),
    ]
  }

  /** Find out what the service wants; what was written does not wait for it. */
  async #ask() {
    try {
      this.#asked = await this.#form()
    } catch {
      return // sending asks again, and says what is wrong
    }
    const {holds, closed, limits} = this.#asked
    if (closed) this.wrong.textContent = this.say('closed')
    if (holds) this.note.textContent = this.say(this.edited ? 'again' : 'held')
    this.#count(limits?.text)
  }

  #form() {
    return this.author.ask('GET', `v1/form?${new URLSearchParams({post: this.view.post})}`)
  }

  #count(/** @type {unknown} */ most) {
    const left = number(most) - [...this.text.value].length
    this.left.textContent = left < WARN ? this.say('left', {n: left}) : ''
  }

  #changed() {
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => this.#keep(), PAUSE)
    this.#count(this.#asked.limits?.text)
  }

  /** Keep the draft; of an edit nothing is kept, for the comment is. */
  #keep() {
    clearTimeout(this.#pause)
    if (this.edited) return
    const {at, key, name, link, text} = this
    this.author.drawer.change((kept) => {
      kept.drafts = kept.drafts.filter(([each]) => each !== at)
      if (text.value.trim()) kept.drafts.push([at, {text: text.value, key}])
      kept.name = name.value
      kept.link = link.value
    }, this.remember.checked)
    this.forgetButton.hidden = false
  }

  #drop() {
    clearTimeout(this.#pause)
    const {drawer} = this.author
    const others = drawer.read().drafts.filter(([each]) => each !== this.at)
    if (others.length < drawer.read().drafts.length) drawer.change((kept) => (kept.drafts = others))
  }

  #close() {
    this.form?.remove()
    this.view.head()
    const about = this.edited ?? this.answered
    const back = about
      ? this.view.items.get(about.id)?.li.querySelector('.reply, .edit')
      : this.view.below.querySelector('button')
    if (back instanceof HTMLElement) back.focus()
  }

  #forget() {
    this.author.forget()
    this.name.value = this.link.value = ''
    this.remember.checked = false
    this.note.textContent = this.say('forgotten')
    this.view.tell(this.say('forgotten'))
  }

  #typed(/** @type {KeyboardEvent} */ event) {
    const {key, ctrlKey, metaKey} = event
    if (key === 'Escape' && this.form?.parentElement !== this.view.below) return this.#close()
    if (!ctrlKey && !metaKey) return
    const mark = MARKS.find(([, , , , letter]) => letter === key.toLowerCase())
    if (!mark && key !== 'Enter') return
    event.preventDefault()
    if (mark) this.#mark(mark[2], mark[3])
    else this.#send()
  }

  /** Put marks around what is marked, or before each of its lines. */
  #mark(/** @type {string} */ before, /** @type {string} */ after) {
    const {text} = this
    const {selectionStart: start, selectionEnd: end, value} = text
    const chosen = value.slice(start, end)
    const marked = after ? before + chosen + after : chosen.replace(/^/gm, before)
    text.focus()
    text.setRangeText(marked, start, end, 'end')
    if (after && !chosen) text.selectionStart = text.selectionEnd = start + before.length
    this.#changed()
  }

  /** What the reader marked of what they answer, as a quote. */
  #quoted() {
    const root = /** @type {any} */ (this.view.root)
    const selection = /** @type {Selection | null} */ (root.getSelection ? root.getSelection() : getSelection())
    const article = this.answered && this.view.items.get(this.answered.id)?.li.querySelector('.text')
    const words = selection?.anchorNode && article?.contains(selection.anchorNode) ? String(selection).trim() : ''
    return words && `${words.replace(/^/gm, '> ')}\n\n`
  }

  async #look(/** @type {HTMLButtonElement} */ look) {
    const shown = look.ariaPressed !== 'true'
    const number = (this.#seen += 1)
    look.ariaPressed = String(shown)
    this.preview.hidden = !shown
    if (!shown) return this.text.focus()
    try {
      const {html} = await this.author.ask('POST', 'v1/preview', {text: this.text.value})
      if (number === this.#seen) this.preview.replaceChildren(clean(text(html)))
    } catch (error) {
      this.preview.textContent = this.#why(error)
    }
  }

  async #send() {
    if (this.#busy) return
    this.#refuse('', '')
    if (!this.text.value.trim()) return this.#refuse('text', this.say('missing'))
    this.#keep()
    this.#busy = this.sendButton.disabled = true
    this.sendButton.textContent = this.say('sending')
    try {
      this.#done(await (this.edited ? this.#reword(this.edited.id) : this.#submit()))
    } catch (error) {
      const field = text(/** @type {Refused} */ (error).problem?.errors?.[0]?.field)
      this.#refuse(field, BAD[field] ? this.say(BAD[field]) : this.#why(error))
    }
    this.#busy = this.sendButton.disabled = false
    this.sendButton.textContent = this.say(this.edited ? 'save' : 'send')
  }

  /** The words, without what is empty. */
  #words() {
    const {text, name, link} = this
    const given = {text: text.value, name: name.value.trim(), link: link.value.trim()}
    if (given.link && !/^\w+:/.test(given.link)) given.link = `https://${given.link}`
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value))
  }

  /**
   * The same key as long as it is the same comment: what was sent twice is stored once.
   *
   * @param {boolean} [again] with another form
   * @returns {Promise<Answer>}
   */
  async #submit(again) {
    const {view, author, answered, trap} = this
    if (!this.#asked.token) this.#asked = await this.#form()
    if (this.#asked.work && author.becomes()) this.#asked = await this.#form() // the work is for this author alone
    const {token, work} = this.#asked
    const body = {
      ...this.#words(),
      post: view.post,
      ...(answered && {parent: answered.id}),
      post_title: document.title.slice(0, 200),
      form: token,
      ...(trap.value && {trap: trap.value}),
      ...(work && {work: await worked(view, `${token}:${this.key}`, work.bits)}),
    }
    try {
      return await author.ask('POST', 'v1/comments', body, {'Idempotency-Key': this.key})
    } catch (error) {
      const {problem} = /** @type {Refused} */ (error)
      // an earlier text was stored, but its answer was lost: these words take its place
      if (problem?.code === 'idempotency_key_reused' && ID.test(problem.comment)) return this.#reword(problem.comment)
      if (again || problem?.code !== 'work_missing') throw error
      this.#asked = {} // the form was too old for the work that was done, or another author's
      return this.#submit(true)
    }
  }

  /** @param {string} id */
  #reword(id) {
    return this.author.ask('PATCH', `v1/comments/${id}`, this.#words())
  }

  #done(/** @type {Answer} */ answer) {
    const {view, author, edited} = this
    const comment = checked(answer)
    const isShown = comment.status === 'published'
    if (!edited) this.#drop()
    this.form?.remove()
    const item = author.keep(comment)
    if (isShown && !edited) view.count += 1
    view.head()
    view.show(item)
    const said = edited ? 'saved' : isShown ? 'shown' : 'sent'
    view.tell(this.say(said))
  }

  /** Why not: at its field, or below all if it is none's. */
  #refuse(/** @type {string} */ field, /** @type {string} */ words) {
    this.form?.querySelectorAll('span.wrong').forEach((each) => each.remove())
    for (const input of [this.text, this.name, this.link]) {
      input.ariaInvalid = input.name === field ? 'true' : null
      if (input.name !== field) continue
      input.parentElement?.after(h('span', {class: 'wrong', id: `wrong-${field}`, role: 'alert'}, words))
      input.setAttribute('aria-describedby', `wrong-${field}`)
      input.focus()
    }
    this.wrong.textContent = BAD[field] ? '' : words
  }

  #why(/** @type {unknown} */ error) {
    return this.author.why(error)
  }
}

/** Do the work that the service asks for: in a worker, or here where the page's policy allows none. */
async function worked(
  /** @type {import('./view.js').View} */ view,
  /** @type {string} */ start,
  /** @type {number} */ bits,
) {
  const {solved, address} = await view.part('work')
  try {
    const script = new Blob([`import ${JSON.stringify(address)}`], {type: 'text/javascript'})
    const worker = new Worker(URL.createObjectURL(script), {type: 'module'})
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({data}) => resolve(data)
      worker.onerror = reject
      worker.postMessage({start, bits})
    }).finally(() => worker.terminate())
  } catch {
    return solved(start, bits)
  }
}
