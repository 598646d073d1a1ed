/** A comment in the list.  What readers wrote reaches the page through `textContent` alone. */

/** @import {Comment, Words} from './types' */

import {decide, leave, say} from './deciding.js'
import {rows} from './history.js'
import {copied, IS, put, visible, who, worded} from './page.js'
import {chose, only, settle} from './queue.js'
import {rendered, spelled} from './rendered.js'
import {ask, inTurn} from './service.js'
import {swipes} from './swiping.js'
import {t, translated, when} from './words.js'
import {resume, write} from './writing.js'

/** @type {Words} */
export const LEADS_TO = {approve: 'published', reject: 'rejected', spam: 'spam'}
/** @type {Words} */
const FLAGGED_AS = {
  spam: 'Spam',
  abuse: 'Abuse',
  off_topic: 'Off topic',
  illegal: 'Against the law',
  other: 'Something else',
}

/** Whether its source says more than what is shown of it. @param {Comment} comment */
function isMarked({text, html}) {
  const bare = (/** @type {?string} */ words) => words?.replace(/\s+/g, '')
  return bare(new DOMParser().parseFromString(html, 'text/html').body.textContent) !== bare(text)
}

/** What it said before a moderator edited it. @param {Comment} comment */
function earlier({earlier: was}) {
  if (!was) return []
  const element = copied('earlier')
  element.querySelector('p').textContent = t('{who} wrote, before the edit of {time}:', {
    who: who(was),
    time: when(was.at),
  })
  element.querySelector('blockquote').replaceChildren(...visible(was.text))
  return [element]
}

/** What screening found, where that waits for an answer or says more than the policy. @param {Comment} comment */
const told = ({status, reasons}) =>
  reasons.filter(({rule}) => status === 'pending' || rule !== 'hold_by_policy').map(({words}) => translated(words))

/** @type {WeakMap<Element, Card>} */
const known = new WeakMap()

export class Card {
  element = copied('card')
  article = /** @type {HTMLElement} */ (this.element.querySelector('article'))
  find = /** @type {(selector: string) => any} */ ((selector) => this.element.querySelector(selector))
  below = /** @type {?Element} */ (null) // where it stood in the list

  /** The card of a list's element. @param {Element | null} [element] */
  static of(element) {
    return (element && known.get(element)) ?? null
  }

  /** @param {Comment} comment */
  constructor(comment) {
    known.set(this.element, this)
    this.comment = comment
    this.show(comment)
    for (const button of this.buttons) {
      button.onclick = ({detail}) => detail < 2 && decide([this], button.value) // a double click's rest hits the next
    }
    this.box.onclick = (/** @type {MouseEvent} */ {shiftKey}) => chose(this, shiftKey)
    for (const kind of /** @type {const} */ (['answer', 'edit', 'note'])) {
      this.find(`.more .${kind}`).onclick = () => write(this, kind)
    }
    const [other, others] = [this.find('.other'), this.find('.others')]
    other.onclick = () => (other.ariaExpanded = String(!(others.hidden = !others.hidden)))
    this.find('.delete').onclick = () => this.askToDelete()
    this.find('.more .past').onclick = () => this.showHistory()
    this.find('.more .parent').onclick = () => this.showParent()
    this.find('.author').onclick = () => only({author: this.comment.author}, this.comment.name ?? t('(no name)'))
    this.find('.network').onclick = () => only({network: this.comment.network}, t('the same network'))
    this.find('.under').onclick = () => only({post: this.comment.post}, this.comment.post)
    swipes(this)
    resume(this)
  }

  /** @returns {NodeListOf<HTMLButtonElement>} */
  get buttons() {
    return this.element.querySelectorAll('.decisions button')
  }

  get box() {
    return this.find('.choose')
  }

  get isChosen() {
    return this.box.checked
  }

  set isChosen(value) {
    this.box.checked = value
  }

  /** Draw the comment as it stands now. @param {Comment} comment */
  show(comment) {
    this.comment = comment
    this.element.id = `comment-${comment.id}`
    this.article.setAttribute('aria-labelledby', (this.find('h3').id = `name-${comment.id}`))
    this.find('.name').replaceChildren(...visible(comment.name ?? t('(no name)'), `${comment.name} ${comment.text}`))
    this.box.ariaLabel = t('Choose the comment of {who}', {who: who(comment)})
    this.find('time').textContent = when((this.find('time').dateTime = comment.created))
    const marks = [
      comment.parent && t('a reply'),
      comment.edited && t('edited'),
      comment.moderator && t('by a moderator'),
    ]
    this.find('.marks').textContent = marks
      .filter(Boolean)
      .map((mark) => `${mark} · `)
      .join('')
    this.find('.post').textContent = comment.post
    if (comment.post_link?.startsWith('http')) this.find('.post').href = comment.post_link
    this.find('.shown').replaceChildren(...rendered(comment.html))
    const [source, isNeeded] = [this.find('.source'), isMarked(comment)]
    source.hidden = !isNeeded
    source.querySelector('p').replaceChildren(...(isNeeded ? visible(comment.text) : []))
    this.answers(comment)
    this.find('.website').hidden = !comment.link
    this.find('.website span').textContent = t('Website:')
    this.find('.website bdi').replaceChildren(...spelled(comment.link ?? ''))
    this.find('.network').hidden = !comment.network
    this.explain(comment)
    this.find('.back').hidden = true
    for (const button of this.buttons) button.hidden = LEADS_TO[button.value] === comment.status && !comment.flags
    this.find('[value=approve]').textContent = t(comment.flags ? 'Keep' : 'Approve')
  }

  /** Why it waits, who flagged it and why, and what is known of its author. @param {Comment} comment */
  explain(comment) {
    const {flags, open_flags, record, author, name, created} = comment
    put(this.find('.reasons'), told(comment).join(' '))
    const open = (open_flags ?? []).map(({reason, note}) =>
      worded('li', `${t(FLAGGED_AS[reason] ?? reason)}${note ? `: \u2068${note}\u2069` : ''}`),
    )
    this.find('.flags').hidden = !flags
    this.find('.flags p').textContent = t('{n} readers flagged it:', {n: flags})
    this.find('.flags ul').replaceChildren(...open)
    const known = record?.approved || record?.rejected
    const parts = known && [
      t('This author: {approved} approved, {rejected} rejected', {...record, since: ''}),
      t('first seen {time}', {time: when(record.since && record.since < created ? record.since : created)}),
    ]
    put(this.find('.record'), record && (parts ? parts.join(' · ') : t('This author: nothing decided on yet')))
    put(this.find('.author'), author && t('All by {who}', {who: name ? `\u2068${name}\u2069` : t('this author')}))
  }

  /** What it answers: its first words, and the way to the rest. @param {Comment} comment */
  answers({parent, answered}) {
    const isShown = Boolean(answered?.words)
    this.find('.answered').hidden = !isShown
    this.find('.more .parent').hidden = !parent || (isShown && !answered?.words.endsWith('…'))
    if (answered && isShown) this.showAbove(answered, answered.words)
  }

  /** @param {{name: string | null, status: string}} above @param {string} words */
  showAbove(above, words) {
    const status = t(IS[above.status] ?? '')
    const said =
      above.status === 'published' ? 'It answers {who}:' : 'It answers {who}, which is not published but {status}.'
    this.find('.answered p').textContent = t(said, {who: who(above), status})
    this.find('.answered blockquote').replaceChildren(...visible(words))
    this.find('.answered').hidden = false
  }

  /** Show all of what it answers. */
  showParent() {
    inTurn(
      async () => {
        const {comment} = await ask('GET', `v1/moderation/comments/${this.comment.parent}`)
        this.showAbove(comment, comment.text || t('(deleted)'))
        this.find('.more .parent').hidden = true
      },
      (error) => this.explainReturn(error.message),
    )
  }

  /** Say what deleting means, in words that take the focus: a key that is pressed twice deletes nothing. */
  askToDelete() {
    const words = t('This can’t be undone: its words, name and website go at once, from the history too.')
    this.explainReturn(words, '', t('Delete for good'), () => this.deleteForGood())
    this.find('.words').focus()
  }

  deleteForGood() {
    const {id, version} = this.comment
    inTurn(
      async () => {
        const decisions = [{id, version, decision: 'delete'}]
        const {results} = await ask('POST', 'v1/moderation/decisions', {decisions})
        const [{outcome, comment, detail}] = results
        if (outcome !== 'done' && outcome !== 'already_so') {
          if (comment) this.show(comment)
          return this.explainReturn(
            translated(detail ?? 'It was changed meanwhile, and nothing was done. Please look again.'),
          )
        }
        leave([this])
        say(t('{who} is now {status}.', {who: who(this.comment), status: t('deleted')}))
        settle()
      },
      (error) => this.explainReturn(error.message),
    )
  }

  /** Show what became of it so far, and what it said before a moderator edited it. */
  showHistory() {
    inTurn(
      async () => {
        const {comment, history} = await ask('GET', `v1/moderation/comments/${this.comment.id}`)
        const shown = rows(history)
        for (const part of shown.flatMap((row) => [...row.querySelectorAll('.look, .post')])) part.remove() // it is here
        this.find('.history').replaceChildren(...shown, ...earlier(comment))
        this.find('.history').hidden = false
      },
      (error) => this.explainReturn(error.message),
    )
  }

  /** Say why it is back. @param {string} why @param {string} [above]  what it answers @param {string} [offer] @param {() => void} [accept] */
  explainReturn(why, above, offer, accept) {
    put(this.find('.words'), why)
    put(this.find('.back blockquote'), above)
    put(this.find('.all'), offer)
    this.find('.all').onclick = accept
    this.find('.back').hidden = false
  }
}
