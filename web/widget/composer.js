/** Writing: a comment, an answer, or other words for one's own comment. */

import {ID, newKey} from '../shared/ids.js'
import {asNumber, asText, parseComment} from './api.js'
import {button, guarded, h, sanitize} from './dom.js'
import {FORMATS, applyFormat, quotedSelection} from './formatting.js'
import {Submission} from './submission.js'

const DRAFT_DELAY = 400 // milliseconds without a key before a draft is stored
/** @type {Record<string, string>} what is said of a field that is refused */
const FIELD_ERRORS = {text: 'bad_text', name: 'bad_name', link: 'bad_link'}
const MAX_SHOWN_LEFT = 500 // characters: from here on the reader is told how many are left

/**
 * What is to be written: an answer, other words, or what was begun before and is opened without a word.
 *
 * @typedef {object} Options
 * @property {PublicComment} [parent]
 * @property {PublicComment} [edited]
 * @property {boolean} [quietly]
 */

/** @typedef {import('./author.js').Author} Author */
/** @typedef {import('./api.js').Refused} Refused */

/**
 * Open the composer, below the thread or below a comment; where it is open already, go there.
 *
 * @param {Author} author
 * @param {Options} wanted
 */
export function compose(author, wanted) {
  const {itemsById, footer} = author.postView
  const about = wanted.edited ?? wanted.parent
  const place = about ? itemsById.get(about.id)?.li : footer
  if (!place) return
  const open = /** @type {HTMLFormElement | null} */ (place.querySelector(':scope > .composer'))
  const form = open ?? new Composer(author, wanted).open(place)
  if (!wanted.quietly) form.querySelector('textarea')?.focus()
}

class Composer {
  #busy = false
  preview = h('div', {class: 'preview text', hidden: true, tabIndex: 0, role: 'region'})
  trap = h('input', {name: 'trap', tabIndex: -1, autocomplete: 'off'})
  #previews = 0 // a response for an older text changes nothing
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #draftTimer

  /** @param {Author} author @param {Options} wanted */
  constructor(author, {parent, edited}) {
    this.currentAuthor = author
    this.postView = author.postView
    this.parent = parent
    this.edited = edited
    /** Under what name the draft is stored. */
    this.draftKey = `${encodeURIComponent(this.postView.post)} ${parent?.id ?? ''}`
    const stored = author.authorStorage.read()
    const draft = stored.drafts.find(([at]) => at === this.draftKey)?.[1]
    this.submission = new Submission(author, draft?.key ?? newKey())
    const written = edited ? asText(edited.text) : (draft?.text ?? quotedSelection(this.postView, parent))
    this.text = h('textarea', {name: 'text', rows: 5, value: written, required: true, dir: 'auto'})
    this.name = h('input', {name: 'name', autocomplete: 'name', value: edited ? edited.name : stored.name, dir: 'auto'})
    this.link = h('input', {name: 'link', type: 'url', autocomplete: 'url', value: edited ? edited.link : stored.link})
    this.persistent = h('input', {type: 'checkbox', checked: author.authorStorage.isPersistent})
    this.preview.ariaLabel = this.say('preview')
    this.notice = h('p', {class: 'hint'})
    this.errorMessage = h('p', {class: 'error', role: 'alert'})
    this.remainingHint = h('p', {class: 'hint', role: 'status'})
    this.forgetButton = button('forget', this.say('forget'), () => this.#forget())
    this.sendButton = button('send', this.say(edited ? 'save' : 'send'), () => {}, {type: 'submit'})
  }

  /** @param {string} name @param {Record<string, string | number>} [values] */
  say(name, values) {
    return this.currentAuthor.say(name, values)
  }

  /** @param {Element} place */
  open(place) {
    const {parent, edited, postView: view} = this
    const title = edited ? this.say('edit') : parent ? this.#replyTitle(parent) : view.say('write')
    const handlers = {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault()
        return this.#submit()
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKeydown(event),
      oninput: () => this.#onInput(),
      onchange: () => this.#saveDraft(),
    }
    this.form = h('form', {class: 'composer', ariaLabel: title, noValidate: true, ...handlers}, ...this.#fields())
    if (place === view.footer) place.replaceChildren(this.form)
    else place.firstElementChild?.after(this.form)
    this.#loadForm().catch(console.warn)
    return this.form
  }

  #replyTitle(/** @type {PublicComment} */ {name}) {
    return this.postView.say('reply_to', {name: name || this.postView.say('anonymous')})
  }

  #fields() {
    const {edited, parent, currentAuthor: author} = this
    const toggle = button('toggle-preview', this.say('preview'), () => this.#togglePreview(toggle), {
      ariaPressed: 'false',
    })
    const formats = FORMATS.map((format) => {
      const [name, sign] = format
      const label = this.say(name)
      return button(`format ${name}`, sign, () => this.#format(format), {ariaLabel: label, title: label})
    })
    const field = (/** @type {string} */ name, /** @type {HTMLElement} */ input, hint = '') =>
      h('label', {class: 'field'}, h('span', {}, this.say(name), hint && ` (${hint})`), input)
    const optional = this.say('optional')
    const cancel = button('cancel', this.say('cancel'), () => {
      this.#deleteDraft()
      this.#close()
    })
    const {key, name, drafts} = author.authorStorage.read()
    this.forgetButton.hidden = !(key || name || drafts.length)
    return [
      h('div', {class: 'toolbar', role: 'group', ariaLabel: this.say('toolbar')}, ...formats, toggle),
      field(edited ? 'edit' : 'comment', this.text),
      this.preview,
      this.remainingHint,
      h('div', {class: 'identity'}, field('name', this.name, optional), field('link', this.link, optional)),
      h('div', {class: 'trap', ariaHidden: 'true', inert: true}, this.trap),
      !edited && h('label', {}, this.persistent, ` ${this.say('remember')}`),
      this.notice,
      this.errorMessage,
      h('div', {class: 'toolbar'}, this.sendButton, (parent || edited) && cancel, this.forgetButton),
    ]
  }

  /** Find out what the service wants; what was written does not wait for it. */
  async #loadForm() {
    try {
      await this.submission.loadForm()
    } catch {
      return // sending asks again, and says what is wrong
    }
    const {holds, closed, limits} = this.submission.form
    if (closed) this.errorMessage.textContent = this.say('closed')
    if (holds) this.notice.textContent = this.say(this.edited ? 'edit_held' : 'held')
    this.#count(limits?.text)
  }

  #count(/** @type {unknown} */ most) {
    const left = (asNumber(most) || Infinity) - [...this.text.value].length
    this.remainingHint.textContent = left < MAX_SHOWN_LEFT ? this.say('remaining', {n: left}) : ''
  }

  #onInput() {
    clearTimeout(this.#draftTimer)
    this.#draftTimer = setTimeout(
      guarded(() => this.#saveDraft()),
      DRAFT_DELAY,
    )
    this.#count(this.submission.form.limits?.text)
  }

  /** Keep the draft; of an edit nothing is stored, for the comment is. */
  #saveDraft() {
    clearTimeout(this.#draftTimer)
    if (this.edited) return
    const {draftKey, submission, name, link, text} = this
    this.currentAuthor.authorStorage.update((stored) => {
      stored.drafts = stored.drafts.filter(([each]) => each !== draftKey)
      if (text.value.trim()) stored.drafts.push([draftKey, {text: text.value, key: submission.key}])
      stored.name = name.value
      stored.link = link.value
    }, this.persistent.checked)
    this.forgetButton.hidden = false
  }

  #deleteDraft() {
    clearTimeout(this.#draftTimer)
    const {authorStorage} = this.currentAuthor
    const others = authorStorage.read().drafts.filter(([each]) => each !== this.draftKey)
    if (others.length < authorStorage.read().drafts.length) authorStorage.update((stored) => (stored.drafts = others))
  }

  #close() {
    this.form?.remove()
    this.postView.updateHeader()
    const about = this.edited ?? this.parent
    const back = about
      ? this.postView.itemsById.get(about.id)?.li.querySelector('.reply, .edit')
      : this.postView.footer.querySelector('button')
    if (back instanceof HTMLElement) back.focus()
  }

  #forget() {
    this.currentAuthor.forget()
    this.name.value = this.link.value = ''
    this.persistent.checked = false
    this.notice.textContent = this.say('forgotten')
    this.postView.announce(this.say('forgotten'))
  }

  #onKeydown(/** @type {KeyboardEvent} */ event) {
    const {key, ctrlKey, metaKey} = event
    if (key === 'Escape' && this.form?.parentElement !== this.postView.footer) return this.#close()
    if (!ctrlKey && !metaKey) return
    const format = FORMATS.find(([, , , , letter]) => letter === key.toLowerCase())
    if (!format && key !== 'Enter') return
    event.preventDefault()
    if (format) this.#format(format)
    else return this.#submit()
  }

  #format(/** @type {import('./formatting.js').Format} */ format) {
    applyFormat(this.text, format)
    this.#onInput()
  }

  async #togglePreview(/** @type {HTMLButtonElement} */ toggle) {
    const shown = toggle.ariaPressed !== 'true'
    const number = (this.#previews += 1)
    toggle.ariaPressed = String(shown)
    this.preview.hidden = !shown
    if (!shown) return this.text.focus()
    try {
      const {html} = await this.currentAuthor.sendRequest('POST', 'v1/preview', {text: this.text.value})
      if (number === this.#previews) this.preview.replaceChildren(sanitize(asText(html)))
    } catch (error) {
      if (number === this.#previews) this.preview.textContent = this.currentAuthor.explain(error)
    }
  }

  async #submit() {
    if (this.#busy) return
    this.#showError('', '')
    if (!this.text.value.trim()) return this.#showError('text', this.say('empty'))
    this.#saveDraft()
    this.#busy = this.sendButton.disabled = true
    this.sendButton.textContent = this.say('sending')
    try {
      const values = this.#values()
      const sent = this.edited
        ? this.submission.submitEdit(this.edited.id, values)
        : this.submission.submitNew(values, this.parent)
      this.#succeed(await sent)
    } catch (error) {
      const field = asText(/** @type {Refused} */ (error).problem?.errors?.[0]?.field)
      this.#showError(field, FIELD_ERRORS[field] ? this.say(FIELD_ERRORS[field]) : this.currentAuthor.explain(error))
    }
    this.#busy = this.sendButton.disabled = false
    this.sendButton.textContent = this.say(this.edited ? 'save' : 'send')
  }

  /** The words, without what is empty. */
  #values() {
    const {text, name, link} = this
    const given = {text: text.value, name: name.value.trim(), link: link.value.trim(), trap: this.trap.value}
    if (given.link && !/^\w+:/.test(given.link)) given.link = `https://${given.link}`
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value))
  }

  #succeed(/** @type {Answer} */ answer) {
    const {postView: view, currentAuthor: author, edited} = this
    const comment = parseComment(answer)
    if (!ID.test(comment.id)) throw Error('no comment') // something else responded: it was not stored
    const isShown = comment.status === 'published'
    if (!edited) this.#deleteDraft()
    this.form?.remove()
    const item = author.add(comment)
    if (isShown && !edited) view.count += 1
    view.updateHeader()
    view.reveal(item)
    const said = edited ? 'saved' : isShown ? 'published' : 'submitted'
    view.announce(this.say(said))
  }

  /** Why not: at its field, or below all if it is none's. */
  #showError(/** @type {string} */ field, /** @type {string} */ words) {
    this.form?.querySelectorAll('span.error').forEach((each) => each.remove())
    for (const input of [this.text, this.name, this.link]) {
      input.ariaInvalid = input.name === field ? 'true' : null
      if (input.name !== field) continue
      input.parentElement?.after(h('span', {class: 'error', id: `error-${field}`, role: 'alert'}, words))
      input.setAttribute('aria-describedby', `error-${field}`)
      input.focus()
    }
    this.errorMessage.textContent = FIELD_ERRORS[field] ? '' : words
  }
}
