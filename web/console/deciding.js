/**
 * Deciding, and taking back.
 *
 * Cards leave the list at once, and a card whose decision failed comes back and says why.  Whatever was done can be
 * undone while the page lives, the last first, whether it was answered already or not.
 */

/** @import {Deed} from './sending.js' */
/** @import {Comment, Decided, Failure, Result, Wish, Words} from './types' */

import {Card, LEADS_TO} from './card.js'
import {$, IS, put, who} from './page.js'
import {belongs, recount, settle} from './queue.js'
import {dispatch, isBack, takeBackLater, withdraw} from './sending.js'
import {ask, inTurn, signed} from './service.js'
import {t, translated, when} from './words.js'
import {noteFor, noted} from './writing.js'

const MOST = 100 // decisions in one request
const FAILED = /** @type {Words} */ ({
  changed_meanwhile: 'It was changed meanwhile, and nothing was done. Please look again.',
  already_so: 'This was undone already.',
  not_tried: 'The service was busy, and nothing was done. Please try again.',
})

/** @typedef {Pick<Deed, 'cards' | 'words'> & Partial<Deed>} Undoing */
let done = /** @type {Undoing[]} */ ([]) // the last one last, answered or not

/** Tell what happened. @param {string} words */
export function say(words) {
  $('said').textContent = words
  const last = done.at(-1)
  const isAbout = last && words.startsWith(last.words) // of what is not answered, nothing is said yet
  put($('undo'), isAbout ? t('Undo') : last && t('Undo: {what}', {what: last.words}))
}

/** Forget what could be taken back. */
export function forget() {
  done = []
  say('')
}

/** Something else was done that can be taken back. @param {Undoing} deed */
export const undoable = (deed) => done.push(deed)

/** Decisions that nobody answered yet are the last that were made. @param {Deed[]} deeds */
export function takenUp(deeds) {
  done.push(...deeds.filter((deed) => !deed.isUnwanted && !done.includes(deed)))
  for (const {id} of deeds.flatMap(({wishes}) => wishes)) $(`comment-${id}`)?.remove()
  if (deeds.length) settle()
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
  done.push(dispatch(cards, wishes))
  say(t('Sending …'))
  settle()
}

/** They were refused altogether. @param {Deed[]} deeds @param {string} why */
export function sentBack(deeds, why) {
  done = done.filter((each) => !deeds.some((deed) => deed === each))
  const cards = deeds.flatMap((deed) => deed.cards)
  if (cards.length) say(comeBack(cards, why))
  else say(why)
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

/** The service answered. @param {Deed[]} deeds @param {Decided} decided */
export async function answered(deeds, {bulk, results}) {
  const rest = [...results]
  const said = []
  for (const deed of deeds) {
    const own = rest.splice(0, deed.wishes.length)
    const isLast = deed === deeds.at(-1)
    const {words, isOdd} = await came(deed, own, bulk)
    if (isOdd || isLast) said.push(words)
  }
  say(said.filter(Boolean).join(' '))
  settle()
  recount()
}

/** What became of one deed, in words; odd is what its moderator did not expect. @param {Deed} deed @param {Result[]} results @param {?string} bulk */
async function came(deed, results, bulk) {
  const {cards, wishes} = deed
  const {gone, failed, other} = sorted(deed, results)
  const effective = results.filter(({outcome}) => outcome === 'done')
  const [first] = effective
  const words = told(gone, deed, effective.length)
  const what = bulk ? {bulk} : {comment: first?.id, decision: first?.decision}
  if (first) Object.assign(deed, {words, undo: () => ask('POST', 'v1/moderation/undo', what)})
  else done = done.filter((each) => each !== deed)
  const parts = [words, other && (await faster(other))]
  for (const {card, result} of failed) parts.push(await returned(card, result, wishes, results))
  if (deed.isUnwanted && deed.undo) undone(deed, await deed.undo())
  return {words: parts.filter(Boolean).join(' '), isOdd: Boolean(other || failed.length || (!cards.length && words))}
}

/**
 * A deed's results by what follows: the card that is done with, those that come back, and whose was decided by another.
 *
 * @param {Deed} deed @param {Result[]} results
 */
function sorted({cards}, results) {
  const failed = /** @type {{card: Card, result: Result}[]} */ ([])
  let gone = /** @type {?Card} */ (null)
  let other = '' // the id of what somebody else decided
  for (const result of results) {
    const card = cards.find(({comment}) => comment.id === result.id)
    const isSo = result.outcome === 'done' || result.outcome === 'already_so'
    if (isSo) $(`comment-${result.id}`)?.remove() // approved with what answers it, or on another visit
    if (!card) {
      if (isSo || cards.length || !result.comment) continue
      failed.push({card: Card.of($(`comment-${result.id}`)) ?? new Card(result.comment), result})
      continue
    }
    const before = card.comment.status
    if (result.comment) card.show(result.comment)
    if (!isSo && card.comment.status !== before) other = result.id
    if (isSo) noted(card.comment)
    if (isSo || other === result.id) gone = card
    else failed.push({card, result})
  }
  return {gone, failed, other}
}

/** What is said of a deed. @param {?Card} gone @param {Deed} deed @param {number} count */
function told(gone, {cards, wishes}, count) {
  if (!cards.length && count) return t('What was decided without a connection is done: {n}.', {n: count})
  const status = t(IS[LEADS_TO[wishes.at(-1)?.decision ?? ''] ?? ''] ?? '')
  if (count > 1) return t('{n} comments are now {status}.', {n: count, status})
  if (!gone) return ''
  const one = {who: who(gone.comment), status: t(IS[gone.comment.status] ?? '')}
  return t(count ? '{who} is now {status}.' : '{who} is already {status}.', one)
}

/** Who did it, while somebody else looked. @param {string} id */
async function faster(id) {
  const {history} = await ask('GET', `v1/moderation/comments/${id}`).catch(() => ({history: []}))
  const last = history.at(-1)
  return last ? t('Somebody was faster: {who}, {time}.', {who: `\u2068${last.who}\u2069`, time: when(last.at)}) : ''
}

/** Bring a card back; what is said of it. @param {Card} card @param {Result} result @param {Wish[]} wishes @param {Result[]} results */
async function returned(card, result, wishes, results) {
  const chain = above(result, wishes, results)
  const [top] = chain
  if (!top || chain.length < 2) return comeBack([card], translated(result.detail ?? FAILED[result.outcome] ?? ''))
  const {comment} = await ask('GET', `v1/moderation/comments/${top.id}`)
  const status = t(IS[comment.status] ?? '')
  const why = t('It answers {who}, which is not published but {status}.', {who: who(comment), status})
  const said = comeBack([card], why)
  const all = [{...top, version: comment.version}, ...chain.slice(1)]
  const offer = all.length > 2 ? t('Approve all {n}', {n: all.length}) : t('Approve both')
  card.explainReturn(why, comment.text, offer, () => send([card], all))
  return said
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

/** Bring cards back; what is said of them. @param {Card[]} cards @param {string} why */
function comeBack(cards, why) {
  for (const card of [...cards].reverse()) {
    putIn(card)
    card.explainReturn(why)
  }
  const [first] = cards
  if (cards.length > 1) return t('{n} comments are back: {why}', {n: cards.length, why})
  return first ? t('{who} is back: {why}', {who: who(first.comment), why}) : ''
}

/** Stand where it stood, in a list where it belongs. @param {Card} card */
function putIn(card) {
  card.show(card.comment)
  const place = card.below?.isConnected === false ? $('list').firstChild : card.below
  isBack(card.comment.id)
  if (belongs(card.comment)) $('list').insertBefore(card.element, place)
  settle()
}

/** Take back the last thing that was done: before it is sent, or as soon as it is answered. */
export async function undo() {
  const last = done.pop()
  if (!last) return
  say('')
  if (last.wishes && (await withdraw(/** @type {Deed} */ (last)))) return withdrawn(last.cards)
  inTurn(
    () => takeBack(last),
    (/** @type {Failure} */ error) => {
      if (!error.status || error.status >= 429) done.push(last) // may be tried again
      say(error.message)
    },
  )
}

/** @param {Card[]} cards */
function withdrawn(cards) {
  for (const card of [...cards].reverse()) putIn(card)
  cards[0]?.article.focus()
  say(t('Undone before it was sent.'))
}

/** Take back what was answered, or failed, or may have arrived. @param {Undoing} last */
async function takeBack(last) {
  if (last.undo) return undone(last, await last.undo())
  const isKept = last.wishes && (await takeBackLater(/** @type {Deed} */ (last)))
  if (isKept) say(t('It is taken back once there is a connection.'))
}

/** Look whether it arrived, and take that back. @param {Deed} deed */
export async function takeBackLate({cards, wishes}) {
  for (const {id, version, decision} of wishes) {
    const {comment, history} = await ask('GET', `v1/moderation/comments/${id}`)
    const last = history.at(-1)
    const isOurs = comment.version > version && last?.by === signed.session?.id && last.act === decision
    const row = {comment: id, decision: last?.id}
    const {results} = isOurs ? await ask('POST', 'v1/moderation/undo', row) : {results: [{outcome: 'done', comment}]}
    undone({cards, words: ''}, {bulk: null, results})
  }
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
  recount()
}
