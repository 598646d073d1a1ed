/**
 * Decisions on their way: kept until they are answered, gathered while a request is under way, sent again.
 *
 * Each has a row of its own in the browser, so that no tab writes over another's; what a closed tab left is sent by
 * the next one, with the versions that its moderator saw.
 *
 * @typedef {object} Deed  what a moderator did at once, and can take back
 * @property {string} name  of its row
 * @property {string} by  whose it is
 * @property {Card[]} cards
 * @property {Wish[]} wishes
 * @property {string} words  what is said of it once it is answered
 * @property {boolean} isSafe  nobody can have got it
 * @property {boolean} [isUnwanted]  it is to be taken back, should it have arrived
 * @property {() => Promise<Decided>} [undo]  once it is done
 */

/** @import {Card} from './card.js' */
/** @import {Decided, Failure, Wish} from './types' */

import {answered, say, sentBack, takeBackLate, takenUp} from './deciding.js'
import {drop, keep, recallAll, tidy} from './kept.js'
import {ask, inTurn, signed} from './service.js'
import {t} from './words.js'

const MOST = 100 // decisions in one request
const AGAIN = 15_000 // milliseconds until the connection is tried again
const ROW = 'unsent '
const LOCK = 'afterword-tab-'
const random = () => crypto.getRandomValues(new Uint32Array(4)).join('-')
const TAB = random()

let waiting = /** @type {Deed[]} */ ([]) // what was not yet answered, in order
let isDue = false // whether the next turn is theirs already
let timer = 0
const away = /** @type {Map<string, number>} */ (new Map()) // by id, the version that was decided on

navigator.locks?.request(LOCK + TAB, () => new Promise(() => {})) // held for as long as this page lives

/** Whether a list that was asked for before shows a comment that is decided on. @param {{id: string, version: number}} comment */
export const isPast = ({id, version}) => (away.get(id) ?? 0) >= version

/** It is in the list again. @param {string} id */
export const isBack = (id) => away.delete(id)

/** How many decisions were not answered. */
export const unsent = () => waiting.reduce((count, {wishes}) => count + wishes.length, 0)

/** Send what was decided. @param {Card[]} cards @param {Wish[]} wishes @returns {Deed} */
export function dispatch(cards, wishes) {
  const deed = {name: ROW + random(), by: signed.session?.id ?? '', cards, wishes, words: '', isSafe: true}
  expect(deed)
  keepRow(deed)
  send()
  return deed
}

/** @param {Deed} deed */
function expect(deed) {
  waiting.push(deed)
  for (const {id, version} of deed.wishes) away.set(id, version)
}

/** @param {Deed} deed */
const keepRow = ({name, wishes, isUnwanted}) => keep(name, {tab: TAB, wishes, isUnwanted})

/** Send all that waits, when its turn comes. */
export function send() {
  if (isDue || !signed.session || !waiting.length) return
  isDue = true
  inTurn(
    async () => {
      isDue = false
      for (let some = next(); some.length; some = next()) if (!(await sent(some))) return
    },
    (error) => say(error.message),
  )
}

/** What goes in one request: decisions on one comment each, or one on several, which is taken back as a whole. */
function next() {
  const [first] = waiting
  if (!first || first.by !== signed.session?.id) return [] // of one who is gone, nothing is sent
  if (first.wishes.length > 1 || first.isUnwanted) return [first]
  const end = waiting.findIndex(({wishes, isUnwanted}) => wishes.length > 1 || isUnwanted)
  return waiting.slice(0, Math.min(MOST, end < 0 ? MOST : end))
}

/** @param {Deed[]} deeds @returns {Promise<boolean>} whether there is a connection */
async function sent(deeds) {
  try {
    for (const deed of deeds) deed.isSafe &&= !navigator.onLine
    const [first] = deeds
    if (first?.isUnwanted) {
      await takeBackLate(first)
      await strike(deeds)
      return true
    }
    const wishes = deeds.flatMap((deed) => deed.wishes)
    const {bulk, results} = await ask('POST', 'v1/moderation/decisions', {decisions: wishes})
    if (deeds.length < 2) {
      await strike(deeds)
      await answered(deeds, {bulk, results})
      return true
    }
    const isTried = (/** @type {unknown} */ _, /** @type {number} */ index) => results[index].outcome !== 'not_tried'
    const tried = deeds.filter(isTried) // what there was no time for stays, and goes next
    await strike(tried)
    await answered(tried, {bulk: null, results: results.filter(isTried)})
    return true
  } catch (thrown) {
    const error = /** @type {Failure} */ (thrown)
    if (error.status === 401) throw error
    return notSent(deeds, error)
  }
}

/** @param {Deed[]} deeds @param {Failure} error */
async function notSent(deeds, error) {
  const left = deeds.filter((deed) => waiting.includes(deed))
  if (error.status || !left.length) {
    await strike(left)
    sentBack(left, error.message)
    return true
  }
  await Promise.all(left.map(keepRow)) // before they are called kept
  say(t('Not connected: {n} decisions are kept here and sent later.', {n: unsent()}))
  later()
  return false
}

function later() {
  clearTimeout(timer)
  timer = setTimeout(takeUp, AGAIN)
}

/** They are done with. @param {Deed[]} deeds */
function strike(deeds) {
  waiting = waiting.filter((each) => !deeds.includes(each))
  return Promise.all(deeds.map(({name}) => drop(name)))
}

/** Take one back that surely reached nobody; tell whether it was so. @param {Deed} deed */
export async function withdraw(deed) {
  if (!deed.isSafe || !waiting.includes(deed)) return false
  deed.isUnwanted = true // should it be on its way after all
  await strike([deed])
  return true
}

/** Take one back that may have arrived, once that can be known; tell whether it is so. @param {Deed} deed */
export async function takeBackLater(deed) {
  if (!waiting.includes(deed)) return false
  deed.isUnwanted = true
  await keepRow(deed)
  return true
}

/** Go on with what this moderator could not send, in this session, before, or in a tab that is closed. */
export async function takeUp() {
  const by = signed.session?.id
  if (!by) return
  for (const {wishes} of waiting.filter((deed) => deed.by !== by)) for (const {id} of wishes) away.delete(id)
  waiting = waiting.filter((deed) => deed.by === by)
  await tidy()
  const open = (await navigator.locks?.query())?.held?.map(({name}) => name) ?? []
  const rows = (await recallAll(ROW)).filter(({value}) => value.tab !== TAB)
  const left = rows.filter(
    ({name, value}) => !open.includes(LOCK + value.tab) && !waiting.some((each) => each.name === name),
  )
  for (const {name, value} of left) {
    const deed = {name, by, cards: [], words: '', isSafe: false, wishes: value.wishes, isUnwanted: value.isUnwanted}
    expect(deed)
    await keepRow(deed)
  }
  if (rows.length > left.length) later() // another tab has them, which may be closed
  takenUp(waiting)
  send()
}

/** Forget what was not sent: its moderator signs out. */
export function dropUnsent() {
  waiting = []
  away.clear()
}
