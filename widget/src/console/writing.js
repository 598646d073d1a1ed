/**
 * Words of a moderator's own, below a comment: an answer, other words for it, a note that goes with the decision.
 *
 * What is being written stays in the tab, whatever becomes of the session, until it is sent, dropped or signed out of.
 *
 * @typedef {'answer' | 'edit' | 'note'} Kind
 * @typedef {{text: string, key: string}} Draft  `key`: the same answer sent again is one answer
 */

/** @import {Card} from './card.js' */
/** @import {Comment} from './types' */

import {leave, say} from './deciding.js'
import {copied, put, who} from './page.js'
import {settle} from './queue.js'
import {ask, inTurn} from './service.js'
import {t} from './words.js'

const KEPT = 'afterword-drafts'
const KEY_BYTES = 16
/** @type {Record<Kind, {label: string, hint: string, send: string}>} */
const FORMS = {
  answer: {label: 'Your answer', hint: 'Published at once, with a badge. Markdown.', send: 'Publish'},
  edit: {label: 'Other words for it', hint: 'Marked as edited; the earlier words stay for 30 days.', send: 'Save'},
  note: {label: 'A note', hint: 'Goes with your decision into the history; readers never see it.', send: ''},
}
const KINDS = /** @type {Kind[]} */ (Object.keys(FORMS))

/** @type {Record<string, Draft>} by kind and comment */
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

/** @param {Kind} kind @param {string} id */
function drop(kind, id) {
  delete drafts[`${kind} ${id}`]
  keep()
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The note that goes with a decision about it. @param {Comment} comment */
export const noteFor = ({id}) => drafts[`note ${id}`]?.text.trim() ?? ''

/** A decision took its note along. @param {Comment} comment */
export const noted = ({id}) => drop('note', id)

/** Open again what was being written. @param {Card} card */
export function resume(card) {
  for (const kind of KINDS) if (drafts[`${kind} ${card.comment.id}`]) open(card, kind)
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
  const name = `${kind} ${card.comment.id}`
  form.dataset.kind = kind
  form.querySelector('.label').textContent = t(label)
  form.querySelector('.hint').textContent = t(hint)
  put(form.querySelector('.first'), t(send))
  text.maxLength = kind === 'note' ? 500 : 10_000
  text.value = drafts[name]?.text ?? (kind === 'edit' ? card.comment.text : '')
  text.oninput = () => {
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
    (error) => {
      button.disabled = false
      put(wrong, error.message)
    },
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
  const {key} = drafts[`answer ${id}`] ?? {key: newKey()}
  const approval = status === 'published' ? {} : {approve_parent: version}
  await ask('POST', 'v1/moderation/comments', {post, text, parent: id, ...approval}, undefined, key)
  const isPublished = status === 'published'
  if (!isPublished) leave([card])
  const words = isPublished ? 'Your answer is published.' : '{who} is now published, and your answer too.'
  say(t(words, {who: who(card.comment)}))
  settle()
}
