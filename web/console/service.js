/**
 * The service, as a moderator asks it: who is signed in, one deed after the other, and reading beside them.
 *
 * @typedef {{token: string, id: string, name: string}} Session  and whose it is
 */

/** @import {Failure} from './types' */

import {translated} from './words.js'

const KEY = 'afterword-session'
const SILENCE = 'The service can’t be reached. Please try again.'
const PATIENCE = 30_000 // milliseconds: a little longer than the gateway's

export const signed = {session: /** @type {?Session} */ (null)}

let turn = Promise.resolve() // the end of all that was begun

/**
 * Call the service at a path relative to the page; throw what it refuses, with the status.
 * @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal]
 * @param {string} [key]  so that the same words sent again are one comment
 */
export async function ask(method, path, body, signal, key = '') {
  const {session} = signed
  const ends = [AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])]
  const headers = new Headers(body && {'Content-Type': 'application/json'})
  if (session) headers.set('Authorization', `Bearer ${session.token}`)
  if (key) headers.set('Idempotency-Key', key)
  const asked = {method, headers, signal: AbortSignal.any(ends), body: body && JSON.stringify(body)}
  const answer = await fetch(path, asked).catch(() => null)
  const data = await answer?.json().catch(() => null)
  const {status} = answer ?? {}
  if (!answer?.ok) throw Object.assign(new Error(why(data)), {status, code: data?.code, session})
  dispatchEvent(new Event('reached'))
  return data
}

/** What a refusal says, with the fields that are wrong. @param {any} problem */
function why(problem) {
  const fields = (problem?.errors ?? []).map((/** @type {any} */ {field, message}) => `${field}: ${message}.`)
  return [translated(problem?.detail ?? SILENCE), ...fields].join(' ')
}

/** Do a deed after all those before. @param {() => Promise<any>} deed @param {(error: Failure) => any} failed */
export function inTurn(deed, failed) {
  const next = () => beside(deed, failed)
  turn = turn.then(next, next)
}

/** Do a deed that needs to wait for no other. @param {() => Promise<any>} deed @param {(error: Failure) => any} failed */
export async function beside(deed, failed) {
  try {
    await deed()
  } catch (thrown) {
    const error = /** @type {Failure} */ (thrown)
    if (error.status === 401 && error.session && error.session === signed.session) {
      dispatchEvent(new Event('session-ended'))
    } else await failed(error)
  }
}

export function recalled() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? 'null')
  } catch {
    return null
  }
}

/** Keep the session, or forget the one that was kept. @param {boolean} [onDevice] */
export function remember(onDevice) {
  try {
    for (const storage of [sessionStorage, localStorage]) storage.removeItem(KEY)
    if (signed.session) (onDevice ? localStorage : sessionStorage).setItem(KEY, JSON.stringify(signed.session))
  } catch {} // without storage, the session lasts as long as the page
}
