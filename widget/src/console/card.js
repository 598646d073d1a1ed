/** A comment in the list.  What readers wrote reaches the page through `textContent` alone. */

/** @import {Comment, Words} from './types' */

import {decide} from './deciding.js'
import {rows} from './history.js'
import {copied, put, visible, who, worded} from './page.js'
import {chose, only} from './queue.js'
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
    this.find('.name').replaceChildren(...visible(comment.name ?? t('(no name)')))
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
    this.find('.more .parent').hidden = !comment.parent
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
  explain({reasons, flags, open_flags, record, author, name}) {
    const found = reasons.map(({words}) => worded('li', translated(words)))
    this.find('.reasons').hidden = !found.length
    this.find('.reasons ul').replaceChildren(...found)
    const open = (open_flags ?? []).map(({reason, note}) =>
      worded('li', `${t(FLAGGED_AS[reason] ?? reason)}${note ? `: \u2068${note}\u2069` : ''}`),
    )
    this.find('.flags').hidden = !flags
    this.find('.flags p').textContent = t('{n} readers flagged it:', {n: flags})
    this.find('.flags ul').replaceChildren(...open)
    const known = record?.approved || record?.rejected
    const parts = known && [
      t('This author: {approved} approved, {rejected} rejected', {...record, since: ''}),
      record?.since && t('first decided on of {time}', {time: when(record.since)}),
    ]
    const told = parts ? parts.filter(Boolean).join(' · ') : t('This author: nothing decided on yet')
    put(this.find('.record'), record && told)
    put(this.find('.author'), author && t('All by {who}', {who: name ? `\u2068${name}\u2069` : t('this author')}))
  }

  /** Show what it answers. */
  showParent() {
    inTurn(
      async () => {
        const {comment} = await ask('GET', `v1/moderation/comments/${this.comment.parent}`)
        this.find('.answered p').textContent = t('It answers {who}:', {who: who(comment)})
        this.find('.answered blockquote').replaceChildren(...visible(comment.text || t('(deleted)')))
        this.find('.answered').hidden = false
        this.find('.more .parent').hidden = true
      },
      (error) => this.explainReturn(error.message),
    )
  }

  /** Show what became of it so far. */
  showHistory() {
    inTurn(
      async () => {
        const {history} = await ask('GET', `v1/moderation/comments/${this.comment.id}`)
        const shown = rows(history)
        for (const part of shown.flatMap((row) => [...row.querySelectorAll('.look, .post')])) part.remove() // it is here
        this.find('.history').replaceChildren(...shown)
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
