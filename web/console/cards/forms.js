/** The forms below a comment: a reply, an edit, a note for the decision. */

/** @import {Kind} from '../drafts.js' */
/** @import {Comment, Failure} from '../types' */

import {ask, serial} from '../api.js'
import {copied, put} from '../dom.js'
import {draft, dropDraft, keepDraft} from '../drafts.js'
import {ChangedEvent, RepliedEvent} from '../events.js'
import {newKey} from '../../shared/ids.js'
import {t} from '../locale.js'
import {quoted} from '../phrases.js'
import {say} from '../state.js'

/** @type {Record<Kind, {label: string, hint: string, send: string, max: number}>}  `max`: characters, as the service counts them */
const FORMS = {
  reply: {label: 'Your reply', hint: 'Published at once, with a badge. Markdown.', send: 'Publish', max: 10_000},
  edit: {
    label: 'Edit text',
    hint: 'Marked as edited; the earlier text is kept for 30 days.',
    send: 'Save',
    max: 10_000,
  },
  note: {label: 'A note', hint: 'Recorded with your decision; readers never see it.', send: '', max: 500},
}
const WITH_PARENT = 'Published at once, with a badge; the comment it replies to is approved as well. Markdown.'
const KINDS = /** @type {Kind[]} */ (Object.keys(FORMS))

/** @typedef {{article: HTMLElement, comment: Comment}} Owner  the card that a form stands in */

/** Open again what was being written. @param {Owner} card */
export function resumeForms(card) {
  for (const kind of KINDS) if (draft(kind, card.comment.id)) new Form(card, kind)
}

/** Write below a comment. @param {Owner} card @param {Kind} kind */
export function write(card, kind) {
  const place = card.article.querySelector('.forms')
  const form = place?.querySelector(`[data-kind=${kind}]`) ?? new Form(card, kind).element
  form.querySelector('textarea').focus()
}

class Form {
  element = copied('form')
  find = /** @type {(selector: string) => any} */ ((selector) => this.element.querySelector(selector))

  /** @param {Owner} card @param {Kind} kind */
  constructor(card, kind) {
    this.card = card
    this.kind = kind
    const {article, comment} = card
    const {label, hint, send, max} = FORMS[kind]
    const text = this.find('textarea')
    this.element.dataset.kind = kind
    this.find('.label').textContent = t(label)
    const isAlone = kind !== 'reply' || comment.status === 'published'
    this.find('.hint').textContent = t(isAlone ? hint : WITH_PARENT)
    put(this.find('.primary'), t(send))
    text.value = draft(kind, comment.id)?.text ?? (kind === 'edit' ? comment.text : '')
    text.oninput = () => {
      cut(text, max)
      keepDraft(kind, comment.id, text.value)
    }
    text.onkeydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.element.requestSubmit()
      if (event.key === 'Escape') article.focus()
    }
    this.find('.discard').onclick = () => this.#close()
    this.element.onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault()
      if (send) this.#submit(text.value)
    }
    article.querySelector('.forms')?.append(this.element)
  }

  #close() {
    dropDraft(this.kind, this.card.comment.id)
    this.element.remove()
    if (this.card.article.isConnected) this.card.article.focus()
  }

  /** @param {string} text */
  #submit(text) {
    const [button, wrong] = [this.find('.primary'), this.find('.wrong')]
    button.disabled = true
    put(wrong)
    serial(
      () => (this.kind === 'edit' ? this.#edit(text) : this.#reply(text)),
      async (error) => {
        button.disabled = false
        put(wrong, error.code === 'changed_meanwhile' ? await this.#redraw(error) : error.message)
      },
    )
  }

  /** Show the comment as it stands now, above what is being written; what is said of it. @param {Failure} error */
  async #redraw(error) {
    const found = await ask('GET', `v1/moderation/comments/${this.card.comment.id}`).catch(() => null)
    if (!found) return error.message
    this.#changed(found.comment)
    return t(
      'It was changed meanwhile, and stands above as it is now. Your text is kept: send it again if it still fits.',
    )
  }

  /** @param {Comment} comment */
  #changed(comment) {
    const {article, comment: before} = this.card
    article.dispatchEvent(new ChangedEvent({...comment, record: before.record}))
  }

  /** @param {string} text */
  async #edit(text) {
    const {id, version} = this.card.comment
    const comment = await ask('PATCH', `v1/moderation/comments/${id}`, {text, version})
    this.#close()
    this.#changed(comment)
    say(t('{who} is edited.', {who: quoted(comment)}))
  }

  /** Publish a reply, with what it replies to. @param {string} text */
  async #reply(text) {
    const {id, post, status, version} = this.card.comment
    const key = draft('reply', id)?.key ?? newKey()
    const approval = status === 'published' ? {} : {approve_parent: version}
    const body = {post, text, parent: id, ...approval}
    const reply = await ask('POST', 'v1/moderation/comments', body, undefined, key)
    this.#close()
    this.card.article.dispatchEvent(new RepliedEvent(this.card.comment, reply))
  }
}

/** Let a field hold so many characters: a maxlength would count halves of some. @param {HTMLTextAreaElement} field @param {number} max */
function cut(field, max) {
  const [characters, caret] = [[...field.value], field.selectionStart]
  if (characters.length <= max) return
  field.value = characters.slice(0, max).join('')
  field.setSelectionRange(caret, caret)
}
