/**
 * The sync queue of decisions: they are stored until the service responds, collected during a request, and sent again.
 *
 * Each operation has its own row in the browser, so that tabs don't overwrite each other's.  What a closed tab left is
 * sent by the next one, with the versions that its moderator saw.  `connect` takes the functions to call with the
 * results.
 */

/** @import {Comment, Decided, DecisionRequest, Failure, Operation} from './types' */

import {ask, serial} from './api.js'
import {t} from './locale.js'
import {drop, keep, recallAll, tidy} from './offline-cache.js'
import {say, state} from './state.js'

const MAX_REQUESTS = 100 // decisions in one request
const RETRY = 15_000 // milliseconds before another attempt to connect
const ROW = 'unsent '
const LOCK = 'afterword-tab-'
const random = () => crypto.getRandomValues(new Uint32Array(4)).join('-')
const TAB = random()

let waiting = /** @type {Operation[]} */ ([]) // decisions without a response, in order
let isDue = false // whether they are sent next
let timer = 0
const away = /** @type {Map<string, number>} */ (new Map()) // by id, the version that was decided on

navigator.locks?.request(LOCK + TAB, () => new Promise(() => {})) // held as long as the page is open

/** Whether a list that was asked for before shows a comment that is decided on. @param {{id: string, version: number}} comment */
export const isPast = ({id, version}) => (away.get(id) ?? 0) >= version

/** It is in the list again. @param {string} id */
export const isBack = (id) => away.delete(id)

/**
 * @typedef {object} Listener
 * @property {(operations: Operation[], decided: Decided) => Promise<void>} answered
 * @property {(operations: Operation[], why: string) => void} refused  altogether
 * @property {(operation: Operation) => Promise<void>} takeBack  one that may have arrived before it was taken back
 * @property {(operations: Operation[]) => void} resumed  those that wait, some from before this page was opened
 */
let listener = /** @type {Listener} */ ({})

/** @param {Listener} functions */
export const connect = (functions) => (listener = functions)

/** The number of decisions without a response. */
export const unsent = () => waiting.reduce((count, {requests}) => count + requests.length, 0)

/** Send what was decided. @param {Comment[]} comments  those that left the list @param {DecisionRequest[]} requests @returns {Operation} */
export function dispatch(comments, requests) {
  const operation = {name: ROW + random(), by: state.session?.id ?? '', comments, requests, words: '', isSafe: true}
  expect(operation)
  store(operation)
  send()
  return operation
}

/** @param {Operation} operation */
function expect(operation) {
  waiting.push(operation)
  for (const {id, version} of operation.requests) away.set(id, version)
}

/** @param {Operation} operation */
const store = ({name, requests, isUnwanted}) => keep(name, {tab: TAB, wishes: requests, isUnwanted})

/** Send all waiting decisions, after the request in progress. */
export function send() {
  if (isDue || !state.session || !waiting.length) return
  isDue = true
  serial(
    async () => {
      isDue = false
      for (let some = next(); some.length; some = next()) if (!(await isSent(some))) return
    },
    (error) => say(error.message),
  )
}

/** The decisions of one request: single ones, or one bulk decision, which is undone as a whole. */
function next() {
  const [first] = waiting
  if (!first || first.by !== state.session?.id) return [] // nothing is sent for a moderator who has signed out
  if (first.requests.length > 1 || first.isUnwanted) return [first]
  const end = waiting.findIndex(({requests, isUnwanted}) => requests.length > 1 || isUnwanted)
  return waiting.slice(0, Math.min(MAX_REQUESTS, end < 0 ? MAX_REQUESTS : end))
}

/** Send these; tell whether there is a connection. @param {Operation[]} operations @returns {Promise<boolean>} */
async function isSent(operations) {
  try {
    for (const operation of operations) operation.isSafe &&= !navigator.onLine
    const [first] = operations
    if (first?.isUnwanted) {
      await listener.takeBack(first)
      await strike(operations)
      return true
    }
    const decisions = operations.flatMap(({requests}) => requests)
    const {bulk, results} = await ask('POST', 'v1/moderation/decisions', {decisions})
    if (operations.length < 2) {
      await strike(operations)
      await listener.answered(operations, {bulk, results})
      return true
    }
    const isTried = (/** @type {unknown} */ _, /** @type {number} */ index) => results[index].outcome !== 'not_tried'
    const tried = operations.filter(isTried) // what was not tried stays, and is sent next
    await strike(tried)
    await listener.answered(tried, {bulk: null, results: results.filter(isTried)})
    return true
  } catch (thrown) {
    const error = /** @type {Failure} */ (thrown)
    if (error.status === 401) throw error
    return isRefused(operations, error)
  }
}

/** Whether they met a refusal; else they are sent later. @param {Operation[]} operations @param {Failure} error */
async function isRefused(operations, error) {
  const left = operations.filter((operation) => waiting.includes(operation))
  if (error.status || !left.length) {
    await strike(left)
    listener.refused(left, error.message)
    return true
  }
  await Promise.all(left.map(store)) // before they count as stored
  say(t('Offline: {n} decisions are stored here and sent later.', {n: unsent()}))
  later()
  return false
}

function later() {
  clearTimeout(timer)
  timer = setTimeout(resume, RETRY)
}

/** They are done with. @param {Operation[]} operations */
function strike(operations) {
  waiting = waiting.filter((each) => !operations.includes(each))
  return Promise.all(operations.map(({name}) => drop(name)))
}

/** Take one back that surely reached nobody; tell whether it was so. @param {Operation} operation */
export async function withdraw(operation) {
  if (!operation.isSafe || !waiting.includes(operation)) return false
  operation.isUnwanted = true // in case it is still on its way
  await strike([operation])
  return true
}

/** Take one back that may have arrived, once that can be known; tell whether it is so. @param {Operation} operation */
export async function takeBackLater(operation) {
  if (!waiting.includes(operation)) return false
  operation.isUnwanted = true
  await store(operation)
  return true
}

/** Continue with decisions that this moderator could not send, also in earlier sessions and closed tabs. */
export async function resume() {
  const by = state.session?.id
  if (!by) return
  const foreign = waiting.filter((operation) => operation.by !== by)
  for (const {id} of foreign.flatMap(({requests}) => requests)) away.delete(id)
  waiting = waiting.filter((operation) => operation.by === by)
  await tidy()
  const open = (await navigator.locks?.query())?.held?.map(({name}) => name) ?? []
  const rows = (await recallAll(ROW)).filter(({value}) => value.tab !== TAB)
  const left = rows.filter(
    ({name, value}) => !open.includes(LOCK + value.tab) && !waiting.some((each) => each.name === name),
  )
  for (const {name, value} of left) {
    const {wishes: requests, isUnwanted} = value
    const operation = {name, by, comments: [], words: '', isSafe: false, requests, isUnwanted}
    expect(operation)
    await store(operation)
  }
  if (rows.length > left.length) later() // another tab may have sent them, and been closed
  listener.resumed(waiting)
  send()
}

/** Delete unsent decisions, because their moderator signs out. */
export function dropUnsent() {
  waiting = []
  away.clear()
}
