/**
 * Words of a moderator's own, below a comment: an answer, other words for it, a note that goes with the decision.
 *
 * What is being written stays in the tab, for its moderator alone, whatever becomes of the session, until it is sent,
 * dropped or signed out of.
 *
 * @typedef {'answer' | 'edit' | 'note'} Kind
 * @typedef {{text: string, key: string}} Draft  `key`: the same answer sent again is one answer
 */

/** @import {Card} from './card.js' */
/** @import {Comment, Failure} from './types' */

import {leave, say, undoable} from './deciding.js'
import {copied, put, who} from './page.js'
import {recount, settle} from './queue.js'
import {ask, inTurn, signed} from './service.js'
import {t} from './words.js'

const KEPT = 'afterword-drafts'
const KEY_BYTES = 16
/** @type {Record<Kind, {label: string, hint: string, send: string}>} */
const FORMS = {
  answer: {label: 'Your answer', hint: 'Published at once, with a badge. Markdown.', send: 'Publish'},
  edit: {label: 'Other words for it', hint: 'Marked as edited; the earlier words stay for 30 days.', send: 'Save'},
  note: {label: 'A note', hint: 'Goes with your decision into the history; readers never see it.', send: ''},
}
const WITH_PARENT = 'Published at once, with a badge; the comment that it answers is approved, too. Markdown.'
const MOST = {answer: 10_000, edit: 10_000, note: 500} // characters, as the service counts them
const KINDS = /** @type {Kind[]} */ (Object.keys(FORMS))

/** @type {Record<string, Draft>} by moderator, kind and comment */
let drafts = recalled()

function recalled() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '{}')
  } catch {
    return {}
  }
}

function keep() {
  try {
    if (Object.keys(drafts).length) sessionStorage.setItem(KEPT, JSON.stringify(drafts))
    else sessionStorage.removeItem(KEPT)
  } catch {} // without storage, they last as long as the page
}

/** Forget all that is being written. */
export function dropAll() {
  drafts = {}
  keep()
}

/** What a draft is kept under. @param {Kind} kind @param {string} id */
const named = (kind, id) => `${signed.session?.id} ${kind} ${id}`

/** @param {Kind} kind @param {string} id */
function drop(kind, id) {
  delete drafts[named(kind, id)]
  keep()
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The note that goes with a decision about it. @param {Comment} comment */
export const noteFor = ({id}) => drafts[named('note', id)]?.text.trim() ?? ''

/** A decision took its note along. @param {Comment} comment */
export const noted = ({id}) => drop('note', id)

/** Open again what was being written. @param {Card} card */
export function resume(card) {
  for (const kind of KINDS) if (drafts[named(kind, card.comment.id)]) open(card, kind)
}

/** Write below a card. @param {Card} card @param {Kind} kind */
export function write(card, kind) {
  open(card, kind).querySelector('textarea').focus()
}

/** @param {Card} card @param {Kind} kind */
function open(card, kind) {
  const place = card.find('.writing')
  const there = place.querySelector(`[data-kind=${kind}]`)
  if (there) return there
  const {label, hint, send} = FORMS[kind]
  const form = copied('form')
  const text = form.querySelector('textarea')
  const name = named(kind, card.comment.id)
  form.dataset.kind = kind
  form.querySelector('.label').textContent = t(label)
  const isAlone = kind !== 'answer' || card.comment.status === 'published'
  form.querySelector('.hint').textContent = t(isAlone ? hint : WITH_PARENT)
  put(form.querySelector('.first'), t(send))
  text.value = drafts[name]?.text ?? (kind === 'edit' ? card.comment.text : '')
  text.oninput = () => {
    cut(text, MOST[kind])
    drafts[name] = {text: text.value, key: drafts[name]?.key ?? newKey()}
    keep()
  }
  text.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit()
    if (event.key === 'Escape') card.article.focus()
  }
  form.querySelector('.drop').onclick = () => close(card, kind, form)
  form.onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    if (send) submit(card, kind, form, text.value)
  }
  place.append(form)
  return form
}

/** Let a field hold so many characters: a maxlength would count halves of some. @param {HTMLTextAreaElement} field @param {number} most */
function cut(field, most) {
  const [characters, caret] = [[...field.value], field.selectionStart]
  if (characters.length <= most) return
  field.value = characters.slice(0, most).join('')
  field.setSelectionRange(caret, caret)
}

/** @param {Card} card @param {Kind} kind @param {any} form */
function close(card, kind, form) {
  drop(kind, card.comment.id)
  form.remove()
  if (card.element.isConnected) card.article.focus()
}

/** @param {Card} card @param {Kind} kind @param {any} form @param {string} text */
function submit(card, kind, form, text) {
  const [button, wrong] = [form.querySelector('.first'), form.querySelector('.wrong')]
  button.disabled = true
  put(wrong)
  inTurn(
    async () => {
      await (kind === 'edit' ? edit(card, text) : answer(card, text))
      close(card, kind, form)
    },
    async (error) => {
      button.disabled = false
      put(wrong, error.code === 'changed_meanwhile' ? await redrawn(card, error) : error.message)
    },
  )
}

/** Show a comment as it stands now, above what is being written; what is said of it. @param {Card} card @param {Failure} error */
async function redrawn(card, error) {
  const found = await ask('GET', `v1/moderation/comments/${card.comment.id}`).catch(() => null)
  if (!found) return error.message
  card.show({...found.comment, record: card.comment.record})
  return t(
    'It was changed meanwhile, and stands above as it is now. Your words are kept: send them again if they still fit.',
  )
}

/** @param {Card} card @param {string} text */
async function edit(card, text) {
  const {id, version} = card.comment
  const comment = await ask('PATCH', `v1/moderation/comments/${id}`, {text, version})
  card.show({...comment, record: card.comment.record})
  say(t('{who} is edited.', {who: who(comment)}))
}

/** Publish an answer, with what it answers. @param {Card} card @param {string} text */
async function answer(card, text) {
  const {id, post, status, version} = card.comment
  const {key} = drafts[named('answer', id)] ?? {key: newKey()}
  const isPublished = status === 'published'
  const approval = isPublished ? {} : {approve_parent: version}
  const written = await ask('POST', 'v1/moderation/comments', {post, text, parent: id, ...approval}, undefined, key)
  const words = t(isPublished ? 'Your answer is published.' : '{who} is now published, and your answer too.', {
    who: who(card.comment),
  })
  if (!isPublished) {
    leave([card])
    undoable({cards: [card], words, undo: () => takeBack(id, written)})
  }
  say(words)
  settle()
  recount()
}

/** Take an answer back, and then the approval of what it answers. @param {string} id @param {Comment} written */
async function takeBack(id, written) {
  const {history} = await ask('GET', `v1/moderation/comments/${id}`)
  const approval = history.findLast((/** @type {{act: string}} */ {act}) => act === 'approve')
  const wish = {id: written.id, version: written.version, decision: 'reject'}
  await ask('POST', 'v1/moderation/decisions', {decisions: [wish]})
  return ask('POST', 'v1/moderation/undo', {comment: id, decision: approval?.id})
}
