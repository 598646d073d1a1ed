/**
 * Deciding, and taking back.
 *
 * Cards leave the list at once; decisions are sent one request after the other, up to 100 in each, and a card whose
 * decision failed comes back and says why.  Whatever was done can be undone while the page lives.
 *
 * @typedef {{what: object, cards: Card[], words: string}} Undoing  what to send, the cards that it brings back
 * @typedef {{by: string, cards: Card[], wishes: Wish[], isUnsent: boolean, isCertain: boolean}} Batch  `isCertain`: nobody got it
 */

/** @import {Decided, Failure, Result, Wish, Words} from './types' */

import {Card, LEADS_TO} from './card.js'
import {keep, recall, tidy, wipe} from './kept.js'
import {$, IS, put, who} from './page.js'
import {belongs, settle} from './queue.js'
import {ask, inTurn, signed} from './service.js'
import {t, translated, when} from './words.js'
import {noteFor, noted} from './writing.js'

const MOST = 100 // decisions in one request
const AGAIN = 15_000 // milliseconds until the connection is tried again
const UNSENT = 'unsent'
const FAILED = /** @type {Words} */ ({
  changed_meanwhile: 'It was changed meanwhile, and nothing was done. Please look again.',
  already_so: 'This was undone already.',
  not_tried: 'The service was busy, and nothing was done. Please try again.',
})

let done = /** @type {Undoing[]} */ ([]) // the last one last
let waiting = /** @type {Batch[]} */ ([]) // what was not yet answered

/** Tell what happened. @param {string} words */
export function say(words) {
  $('said').textContent = words
  const last = done.at(-1)
  const isAbout = retractable() || (last && words.startsWith(last.words))
  put($('undo'), isAbout ? t('Undo') : last && t('Undo: {what}', {what: last.words}))
}

/** What was decided last, if it surely reached nobody. */
const retractable = () => (waiting.at(-1)?.isUnsent && waiting.at(-1)?.isCertain ? waiting.at(-1) : undefined)

/** Forget what could be taken back. */
export function forget() {
  done = []
  say('')
}

/** @param {string} words @param {Decided} decided @param {Card[]} cards */
function undoable(words, {bulk, results}, cards) {
  const [first] = results.filter(({outcome}) => outcome === 'done')
  if (first) done.push({what: bulk ? {bulk} : {comment: first.id, decision: first.decision}, cards, words})
}

/** Decide on these comments alike. @param {Card[]} cards @param {string} decision */
export function decide(cards, decision) {
  const can = cards.filter(({comment}) => LEADS_TO[decision] !== comment.status || comment.flags)
  if (decision === 'approve') can.sort((a, b) => a.comment.created.localeCompare(b.comment.created)) // parents first
  for (let from = 0; from < can.length; from += MOST) {
    const some = can.slice(from, from + MOST)
    send(
      some,
      some.map(({comment}) => ({id: comment.id, version: comment.version, decision, note: noteFor(comment)})),
    )
  }
}

/** Take the cards off the list, and send the wishes, which may be about others too. @param {Card[]} cards @param {Wish[]} wishes */
function send(cards, wishes) {
  leave(cards)
  say('')
  const batch = {by: signed.session?.id ?? '', cards, wishes, isUnsent: false, isCertain: false}
  waiting.push(batch)
  keepWaiting()
  deliver(batch)
  settle()
}

/** Send a batch; without a connection it stays here, and is sent when there is one again. @param {Batch} batch */
function deliver(batch) {
  batch.isUnsent = false
  inTurn(
    async () => {
      if (!waiting.includes(batch)) return
      batch.isCertain = !navigator.onLine // then surely nobody got it
      const decided = await ask('POST', 'v1/moderation/decisions', {decisions: batch.wishes})
      strike(batch)
      await came(batch.cards, batch.wishes, decided)
    },
    async (/** @type {Failure} */ error) => {
      if (error.status) {
        strike(batch)
        return comeBack(batch.cards, error.message)
      }
      batch.isUnsent = true
      await keepWaiting() // before it is called kept
      tellUnsent()
      setTimeout(resend, AGAIN)
    },
  )
}

function tellUnsent() {
  const count = unsent().length
  if (count) say(t('Not connected: {n} decisions are kept here and sent later.', {n: count}))
}

/** Send what did not get through. */
export function resend() {
  if (signed.session) for (const batch of waiting) if (batch.isUnsent) deliver(batch)
}

/** Go on with what this moderator could not send, in this session or before. */
export async function takeUp() {
  const by = signed.session?.id ?? ''
  waiting = waiting.filter((batch) => batch.by === by)
  for (const batch of waiting) batch.isUnsent = true // a session that ended took it along
  await tidy()
  const known = new Set(unsent())
  const wishes = /** @type {Wish[]} */ ((await recall(UNSENT))?.value ?? []).filter(({id}) => !known.has(id))
  for (let from = 0; from < wishes.length; from += MOST) {
    waiting.push({by, cards: [], wishes: wishes.slice(from, from + MOST), isUnsent: true, isCertain: false})
  }
  resend()
}

/** The ids of comments that a decision is under way for. */
export const unsent = () => waiting.flatMap(({wishes}) => wishes.map(({id}) => id))

const keepWaiting = () =>
  keep(
    UNSENT,
    waiting.flatMap(({wishes}) => wishes),
  )

/** It is done with. @param {Batch} batch */
function strike(batch) {
  waiting = waiting.filter((each) => each !== batch)
  return keepWaiting()
}

/** Forget what was not sent: its moderator signs out. */
export function dropUnsent() {
  waiting = []
  return wipe()
}

/** Leave the list; the focus goes on to what is next. @param {Card[]} cards */
export function leave(cards) {
  const hadFocus =
    cards.some(({element}) => element.contains(document.activeElement)) || $('chosen').contains(document.activeElement)
  let after = cards.at(-1)?.element
  while (after && cards.some(({element}) => element === after)) after = after.nextElementSibling
  for (const card of cards) {
    card.below = card.element.nextElementSibling
    card.isChosen = false
  }
  for (const {element} of cards) element.remove()
  if (hadFocus) (after ?? $('list').lastElementChild ?? $('queue-heading')).querySelector?.('article')?.focus()
  if (hadFocus && !$('list').childElementCount) $('queue-heading').focus()
}

/** What became of them. @param {Card[]} cards @param {Wish[]} wishes @param {Decided} decided */
async function came(cards, wishes, decided) {
  const {results} = decided
  const count = results.filter(({outcome}) => outcome === 'done').length
  const failed = /** @type {{card: Card, result: Result}[]} */ ([])
  let gone = /** @type {?Card} */ (null)
  let other = '' // the id of what somebody else decided
  for (const result of results) {
    const card = cards.find(({comment}) => comment.id === result.id)
    if (!card) {
      const isDone = result.outcome === 'done'
      if (isDone)
        $(`comment-${result.id}`)?.remove() // approved with what answers it, or on another visit
      else if (!cards.length && result.comment) {
        const there = Card.of($(`comment-${result.id}`)) ?? new Card(result.comment)
        if (result.outcome !== 'already_so') failed.push({card: there, result})
      }
      continue
    }
    const before = card.comment.status
    if (result.comment) card.show(result.comment)
    const isSo = result.outcome === 'done' || result.outcome === 'already_so'
    if (!isSo && card.comment.status !== before) other = result.id
    if (isSo) noted(card.comment)
    if (isSo) $(`comment-${result.id}`)?.remove() // a list that was loaded meanwhile shows it anew
    if (isSo || other === result.id) gone = card
    else failed.push({card, result})
  }
  const status = t(IS[LEADS_TO[wishes.at(-1)?.decision ?? ''] ?? ''] ?? '')
  const one = gone && {who: who(gone.comment), status: t(IS[gone.comment.status] ?? '')}
  const words =
    count > 1
      ? t('{n} comments are now {status}.', {n: count, status})
      : one && t(count ? '{who} is now {status}.' : '{who} is already {status}.', one)
  const late = cards.length || !count ? words : t('What was decided without a connection is done: {n}.', {n: count})
  undoable(late ?? '', decided, cards)
  say(`${late ?? ''}${other && (await faster(other))}`)
  for (const {card, result} of failed) await returned(card, result, wishes, results)
  settle()
}

/** Who did it, while somebody else looked. @param {string} id */
async function faster(id) {
  const {history} = await ask('GET', `v1/moderation/comments/${id}`)
  const last = history.at(-1)
  return last
    ? ` ${t('Somebody was faster: {who}, {time}.', {who: `\u2068${last.who}\u2069`, time: when(last.at)})}`
    : ''
}

/** @param {Card} card @param {Result} result @param {Wish[]} wishes @param {Result[]} results */
async function returned(card, result, wishes, results) {
  const chain = above(result, wishes, results)
  const [top] = chain
  if (!top || chain.length < 2) return comeBack([card], translated(result.detail ?? FAILED[result.outcome] ?? ''))
  const {comment} = await ask('GET', `v1/moderation/comments/${top.id}`)
  const status = t(IS[comment.status] ?? '')
  const why = t('It answers {who}, which is not published but {status}.', {who: who(comment), status})
  comeBack([card], why)
  const all = [{...top, version: comment.version}, ...chain.slice(1)]
  const offer = all.length > 2 ? t('Approve all {n}', {n: all.length}) : t('Approve both')
  card.explainReturn(why, comment.text, offer, () => send([card], all))
}

/** The wishes that would publish it with what it answers, the topmost first. @param {Result} result @param {Wish[]} wishes @param {Result[]} results */
function above(result, wishes, results) {
  const chain = wishes.filter(({id}) => id === result.id)
  let at = /** @type {Result | undefined} */ (result)
  while (at?.code === 'parent_not_published' && at.parent) {
    const {parent, parent_version: version} = at
    chain.unshift(wishes.find(({id}) => id === parent) ?? {id: parent, version: version ?? 1, decision: 'approve'})
    at = results.find(({id}) => id === parent)
  }
  return chain
}

/** @param {Card[]} cards @param {string} why */
function comeBack(cards, why) {
  for (const card of [...cards].reverse()) {
    putIn(card)
    card.explainReturn(why)
  }
  const [first] = cards
  if (cards.length > 1) say(t('{n} comments are back: {why}', {n: cards.length, why}))
  else if (first) say(t('{who} is back: {why}', {who: who(first.comment), why}))
}

/** Stand where it stood, in a list where it belongs. @param {Card} card */
function putIn(card) {
  card.show(card.comment)
  const place = card.below?.isConnected === false ? $('list').firstChild : card.below
  if (belongs(card.comment)) $('list').insertBefore(card.element, place)
  settle()
}

/** Take the last decision back that was not. */
export function undo() {
  const batch = retractable()
  if (batch) {
    const struck = strike(batch)
    for (const card of [...batch.cards].reverse()) putIn(card)
    batch.cards[0]?.article.focus()
    struck.then(() => say(t('Undone before it was sent.')))
    return
  }
  const last = done.pop()
  if (!last) return
  say('')
  inTurn(
    async () => undone(last, await ask('POST', 'v1/moderation/undo', last.what)),
    (/** @type {Failure} */ error) => {
      if (!error.status || error.status >= 429) done.push(last) // may be tried again
      say(error.message)
    },
  )
}

/** @param {Undoing} last @param {Decided} decided */
function undone(last, {results}) {
  const back = []
  for (const {outcome, comment} of [...results].reverse()) {
    if (outcome !== 'done' || !comment) continue
    const card = last.cards.find((each) => each.comment.id === comment.id) ?? new Card(comment)
    card.comment = comment
    putIn(card)
    back.push(card)
  }
  const failed = results.find(({outcome}) => outcome !== 'done')
  const [first] = back
  const words =
    back.length > 1
      ? t('Undone: {n} comments are as they were.', {n: back.length})
      : first &&
        t('Undone: {who} is {status} again.', {who: who(first.comment), status: t(IS[first.comment.status] ?? '')})
  say(failed ? translated(failed.detail ?? FAILED[failed.outcome] ?? '') : (words ?? ''))
  const shown = [...last.cards].reverse().find(({element}) => element.isConnected)
  ;(shown?.article ?? $('queue-heading')).focus()
}
