/** A comment in the list.  Readers' texts are inserted with `textContent` only. */

/** @import {Comment, Notice} from '../types' */

import {ask, serial} from '../api.js'
import {copied, isolated, put, withText} from '../dom.js'
import {ChangedEvent, DecideEvent, DeletedEvent, OpenEvent, SelectEvent} from '../events.js'
import {t, when} from '../locale.js'
import {changes, flagName, outcome, quoted, reason, statusName} from '../phrases.js'
import {auditRow} from './audit-row.js'
import {visible} from './confusables.js'
import {resumeForms, write} from './forms.js'
import {rendered, spelled} from './html.js'
import {drawEdit} from './pending-edit.js'
import {onSwipe} from './swipe.js'

/** Whether its source says more than what is shown of it. @param {Comment} comment */
function isMarkedUp({text, html}) {
  const bare = (/** @type {?string} */ words) => words?.replace(/\s+/g, '')
  return bare(new DOMParser().parseFromString(html, 'text/html').body.textContent) !== bare(text)
}

/** What it said before a moderator edited it. @param {Comment} comment */
function earlier({earlier: was}) {
  if (!was) return []
  const element = copied('earlier')
  const values = {who: quoted(was), time: when(was.at)}
  element.querySelector('p').textContent = t('{who} wrote, before the edit of {time}:', values)
  element.querySelector('blockquote').replaceChildren(...visible(was.text))
  return [element]
}

/** A card keeps typed text and unfolded parts as long as it is in the list. */
export class Card {
  element = copied('card')
  article = /** @type {HTMLElement} */ (this.element.querySelector('article'))
  find = /** @type {(selector: string) => any} */ ((selector) => this.element.querySelector(selector))
  comment = /** @type {Comment} */ ({})
  notice = /** @type {Notice | undefined} */ (undefined)

  /** @param {Comment} comment */
  constructor(comment) {
    this.#draw(comment)
    for (const button of this.#buttons) {
      button.onclick = ({detail}) => detail < 2 && this.#decide(button.value) // the second click of a double click would hit the next card
    }
    const {box} = this
    box.onclick = (/** @type {MouseEvent} */ {shiftKey}) =>
      this.#emit(new SelectEvent(this.comment, box.checked, shiftKey))
    for (const kind of /** @type {const} */ (['reply', 'edit', 'note'])) {
      this.find(`.actions .${kind}`).onclick = () => write(this, kind)
    }
    const [toggle, extra] = [this.find('.toggle'), this.find('.extra')]
    toggle.onclick = () => (toggle.ariaExpanded = String(!(extra.hidden = !extra.hidden)))
    this.find('.delete').onclick = () => this.#askToDelete()
    this.find('.show-history').onclick = () => this.#showHistory()
    this.find('.show-parent').onclick = () => this.#showParent()
    const open = (/** @type {'author' | 'network' | 'post'} */ name) => () =>
      this.#emit(new OpenEvent({[name]: this.comment[name] ?? ''}))
    this.find('.by-author').onclick = open('author')
    this.find('.by-network').onclick = open('network')
    this.find('.by-post').onclick = open('post')
    onSwipe(this.article, (decision) => this.#decide(decision))
    resumeForms(this)
  }

  /** @returns {NodeListOf<HTMLButtonElement>} */
  get #buttons() {
    return this.element.querySelectorAll('.decisions button')
  }

  get box() {
    return this.find('.select')
  }

  /** Show it as it stands now. @param {Comment} comment @param {{isSelected: boolean, notice?: Notice}} how */
  update(comment, {isSelected, notice}) {
    this.box.checked = isSelected
    if (comment !== this.comment) this.#draw(comment)
    if (notice && (notice !== this.notice || this.find('.notice').hidden)) this.#tell(notice)
    this.notice = notice
  }

  /** @param {Event} event */
  #emit(event) {
    this.article.dispatchEvent(event)
  }

  /** @param {string} decision */
  #decide(decision) {
    this.#emit(new DecideEvent([this.comment], decision))
  }

  /** @param {Comment} comment */
  #draw(comment) {
    this.comment = comment
    this.element.id = `comment-${comment.id}`
    this.article.setAttribute('aria-labelledby', (this.find('h3').id = `name-${comment.id}`))
    this.find('.name').replaceChildren(...visible(comment.name ?? t('(no name)'), `${comment.name} ${comment.text}`))
    this.box.ariaLabel = t('Select the comment of {who}', {who: quoted(comment)})
    this.find('time').textContent = when((this.find('time').dateTime = comment.created))
    const labels = [
      comment.parent && t('a reply'),
      comment.edited && t('edited'),
      comment.moderator && t('by a moderator'),
      comment.pending_edit && t('an edit waits'),
    ]
    this.find('.labels').textContent = labels
      .filter(Boolean)
      .map((label) => `${label} · `)
      .join('')
    this.find('.post').textContent = comment.post
    if (comment.post_link?.startsWith('http')) this.find('.post').href = comment.post_link
    this.find('.content').replaceChildren(...rendered(comment.html))
    const [source, isNeeded] = [this.find('.source'), isMarkedUp(comment)]
    source.hidden = !isNeeded
    source.querySelector('p').replaceChildren(...(isNeeded ? visible(comment.text) : []))
    this.#drawParent(comment)
    this.find('.website').hidden = !comment.link
    this.find('.website span').textContent = t('Website:')
    this.find('.website bdi').replaceChildren(...spelled(comment.link ?? ''))
    drawEdit(this.find('.pending-edit'), comment)
    this.find('.by-network').hidden = !comment.network
    this.#explain(comment)
    this.find('.notice').hidden = true
    for (const button of this.#buttons) button.hidden = !changes(comment, button.value)
    const isEdit = comment.pending_edit
    this.find('[value=approve]').textContent = t(isEdit ? 'Approve edit' : comment.flags ? 'Keep' : 'Approve')
    this.find('[value=reject]').textContent = t(isEdit ? 'Reject edit' : 'Reject')
  }

  /** Why it waits, who flagged it and why, and what is known of its author. @param {Comment} comment */
  #explain({reasons, flags, open_flags, record, author, name, created, pending_edit: edit}) {
    put(this.find('.reasons'), (edit ?? {reasons}).reasons.map(reason).filter(Boolean).join(' '))
    const open = (open_flags ?? []).map(({reason: why, note}) =>
      withText('li', `${flagName(why)}${note ? `: ${isolated(note)}` : ''}`),
    )
    this.find('.flags').hidden = !flags
    this.find('.flags p').textContent = t('{n} readers flagged it:', {n: flags})
    this.find('.flags ul').replaceChildren(...open)
    const parts = (record?.approved || record?.rejected) && [
      t('This author: {approved} approved, {rejected} rejected', {...record, since: ''}),
      t('first seen {time}', {time: when(record.since && record.since < created ? record.since : created)}),
    ]
    put(this.find('.record'), record && (parts ? parts.join(' · ') : t('This author: nothing decided on yet')))
    put(this.find('.by-author'), author && t('All by {who}', {who: name ? isolated(name) : t('this author')}))
  }

  /** What it replies to: its first words, and the way to the rest. @param {Comment} comment */
  #drawParent({parent, in_reply_to: replied}) {
    const isShown = Boolean(replied?.excerpt)
    this.find('.parent').hidden = !isShown
    this.find('.show-parent').hidden = !parent || (isShown && !replied?.excerpt.endsWith('…'))
    if (replied && isShown) this.#tellParent(replied, replied.excerpt)
  }

  /** @param {{name: ?string, status: string}} parent @param {string} words */
  #tellParent(parent, words) {
    const isPublished = parent.status === 'published'
    const said = isPublished ? 'In reply to {who}:' : 'In reply to {who}, which is not published but {status}.'
    this.find('.parent p').textContent = t(said, {who: quoted(parent), status: statusName(parent.status)})
    this.find('.parent blockquote').replaceChildren(...visible(words))
    this.find('.parent').hidden = false
  }

  /** Show the whole parent comment. */
  #showParent() {
    this.#run(async () => {
      const {comment} = await ask('GET', `v1/moderation/comments/${this.comment.parent}`)
      this.#tellParent(comment, comment.text || t('(deleted)'))
      this.find('.show-parent').hidden = true
    })
  }

  /** Explain what deleting means; the explanation takes the focus, so that a key pressed twice deletes nothing. */
  #askToDelete() {
    const why = t('This can’t be undone: text, name and website are deleted at once, from Activity too.')
    this.#tell({why, offer: t('Delete for good'), accept: () => this.#delete()})
    this.find('.why').focus()
  }

  #delete() {
    const {id, version} = this.comment
    this.#run(async () => {
      const decisions = [{id, version, decision: 'delete'}]
      const {results} = await ask('POST', 'v1/moderation/decisions', {decisions})
      const [result] = results
      if (result.outcome === 'done' || result.outcome === 'already_so')
        return this.#emit(new DeletedEvent(this.comment))
      if (result.comment) this.#emit(new ChangedEvent(result.comment))
      this.#tell({why: outcome(result)})
    })
  }

  /** Show the comment's history, and its text before a moderator edited it. */
  #showHistory() {
    this.#run(async () => {
      const {comment, history} = await ask('GET', `v1/moderation/comments/${this.comment.id}`)
      const rows = history.map(auditRow)
      for (const part of rows.flatMap((/** @type {Element} */ row) => [...row.querySelectorAll('.show, .post')]))
        part.remove() // the whole text is shown now
      this.find('.history').replaceChildren(...rows, ...earlier(comment))
      this.find('.history').hidden = false
    })
  }

  /** Do something about this comment; say here why it did not work. @param {() => Promise<any>} operation */
  #run(operation) {
    serial(operation, (error) => this.#tell({why: error.message}))
  }

  /** @param {Notice} notice */
  #tell({why, quote, offer, accept}) {
    put(this.find('.why'), why)
    put(this.find('.notice blockquote'), quote)
    put(this.find('.accept'), offer)
    this.find('.accept').onclick = accept
    this.find('.notice').hidden = false
  }
}
