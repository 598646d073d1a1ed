/**
 * The service, as a moderator asks it: who is signed in, and one request after the other.
 *
 * @typedef {{token: string, id: string, name: string}} Session  and whose it is
 */

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
export async function ask(method, path, body, signal = AbortSignal.timeout(PATIENCE), key = '') {
  const headers = new Headers(body && {'Content-Type': 'application/json'})
  if (signed.session) headers.set('Authorization', `Bearer ${signed.session.token}`)
  if (key) headers.set('Idempotency-Key', key)
  const answer = await fetch(path, {method, headers, signal, body: body && JSON.stringify(body)}).catch(() => null)
  const data = await answer?.json().catch(() => null)
  if (!answer?.ok) throw Object.assign(new Error(why(data)), {status: answer?.status})
  return data
}

/** What a refusal says, with the fields that are wrong. @param {any} problem */
function why(problem) {
  const fields = (problem?.errors ?? []).map((/** @type {any} */ {field, message}) => `${field}: ${message}.`)
  return [translated(problem?.detail ?? SILENCE), ...fields].join(' ')
}

/** Do a deed after all those before. @param {() => Promise<void>} deed @param {(error: Error) => void} failed */
export function inTurn(deed, failed) {
  turn = turn.then(deed).catch((error) => {
    if (error.status === 401 && signed.session) dispatchEvent(new Event('session-ended'))
    else failed(error)
  })
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
