/** The API for moderators: operations are sent one after the other, reads in parallel. */

/** @import {Failure} from './types' */

import {request} from '../shared/api.js'
import {ReachedEvent, SessionEndedEvent} from './events.js'
import {refusal} from './phrases.js'
import {state} from './state.js'

const PATIENCE = 30_000 // milliseconds: a little longer than the gateway's

let turn = Promise.resolve() // settled when all started operations are

/**
 * Send a request to a path relative to the page.
 *
 * @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal]
 * @param {string} [key]  so that the same text sent again is one comment
 * @throws {Failure}
 */
export async function ask(method, path, body, signal, key = '') {
  const {session} = state
  const ends = [AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])]
  const headers = new Headers(body && {'Content-Type': 'application/json'})
  if (session) headers.set('Authorization', `Bearer ${session.token}`)
  if (key) headers.set('Idempotency-Key', key)
  try {
    const how = {method, headers, signal: AbortSignal.any(ends), body: body && JSON.stringify(body)}
    const answer = await request(path, how)
    dispatchEvent(new ReachedEvent())
    return answer
  } catch (thrown) {
    const {status, problem = {}} = /** @type {import('../shared/api.js').Refused} */ (thrown)
    throw Object.assign(new Error(refusal(problem)), {status, code: problem.code, session})
  }
}

/** Run an operation after all those before. @param {() => Promise<any>} operation @param {(error: Failure) => any} failed */
export function serial(operation, failed) {
  const next = () => concurrent(operation, failed)
  turn = turn.then(next, next)
}

/** Run an operation beside all others. @param {() => Promise<any>} operation @param {(error: Failure) => any} failed */
export async function concurrent(operation, failed) {
  try {
    await operation()
  } catch (thrown) {
    const error = /** @type {Failure} */ (thrown)
    if (error.status === 401 && error.session && error.session === state.session) dispatchEvent(new SessionEndedEvent())
    else await failed(error)
  }
}
