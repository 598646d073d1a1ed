/** Requests to the service, and its responses, which are checked before anything uses them. */

import {request as requestJson} from '../shared/api.js'
import {ID} from '../shared/ids.js'

export const TIMEOUT = 15_000 // milliseconds

/** @typedef {import('../shared/api.js').Refused} Refused */

/**
 * Send a request to the service.
 *
 * @param {{api: string, signal: AbortSignal}} view where the service is, and until when the response is wanted
 * @param {string} path below the service's address
 * @param {RequestInit} [init]
 * @returns {Promise<Answer>}
 */
export function request({api, signal}, path, init) {
  return requestJson(api + path, {signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]), ...init})
}

/**
 * The comments of a response, without what is none; each field has its type, whatever was sent.
 *
 * @param {Answer} answer
 * @returns {PublicComment[]}
 * @throws {TypeError} there is no list of comments
 */
export function parseComments(answer) {
  return /** @type {Answer[]} */ (answer.comments).map(parseComment).filter(({id}) => ID.test(id))
}

/** @param {Answer} raw @returns {PublicComment} */
export function parseComment(raw) {
  const comment = /** @type {any} */ ({...raw})
  for (const name of ['id', 'parent', 'name', 'link', 'avatar', 'html']) comment[name] = asText(comment[name])
  for (const name of ['created', 'published', 'edited']) if (!Date.parse(asText(comment[name]))) comment[name] = ''
  for (const name of ['up', 'down']) comment[name] = asNumber(comment[name])
  if (!/^https?:\/\//i.test(comment.link)) comment.link = ''
  return comment
}

/** A string, or an empty one: an object could have a `toString` that is no function. */
export function asText(/** @type {unknown} */ value) {
  return typeof value === 'string' ? value : ''
}

/** A number, or 0. */
export function asNumber(/** @type {unknown} */ value) {
  return typeof value === 'number' ? value : 0
}
