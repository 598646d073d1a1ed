/** The service: asked here, and its answers looked at before anybody uses them. */

export const ID = /^[\w-]{22}$/
const PATIENCE = 15_000 // milliseconds

/**
 * A refusal, or no answer at all: then its status is 0.  `after`: seconds until another try makes sense.
 *
 * @typedef {Error & {status: number, problem: Answer, after: number}} Refused
 */

/**
 * Ask the service.
 *
 * @param {{api: string, gone: AbortSignal}} view where it is, and who waits for the answer
 * @param {string} address below the service's
 * @param {RequestInit} [how]
 * @returns {Promise<Answer>}
 */
export async function ask({api, gone}, address, how) {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(PATIENCE)])
  const reply = await fetch(api + address, {credentials: 'omit', signal, ...how}).catch(() => null)
  const answer = reply?.status === 204 ? {} : await reply?.json().catch(() => null)
  if (reply?.ok && answer) return answer
  const after = Number(reply?.headers.get('Retry-After'))
  throw Object.assign(new Error(answer?.detail), {
    status: reply?.ok ? 0 : (reply?.status ?? 0),
    problem: answer ?? {},
    after,
  })
}

/**
 * The comments of an answer, as far as they are some; each field is of its type, whatever was sent.
 *
 * @param {Answer} answer
 * @returns {PublicComment[]}
 */
export function comments(answer) {
  const found = /** @type {Answer[]} */ (Array.isArray(answer.comments) ? answer.comments : [])
  return found.filter((each) => ID.test(each?.id)).map(checked)
}

/** @param {Answer} raw @returns {PublicComment} */
export function checked(raw) {
  const comment = /** @type {any} */ ({...raw})
  for (const name of ['parent', 'name', 'link', 'avatar', 'html']) comment[name] = text(raw[name])
  for (const name of ['created', 'published', 'edited']) comment[name] = Date.parse(text(raw[name])) ? raw[name] : ''
  for (const name of ['up', 'down']) comment[name] = number(raw[name])
  if (!/^https?:\/\//i.test(comment.link)) comment.link = ''
  return comment
}

/** What should be a text: an object could have a `toString` that is none. */
export function text(/** @type {unknown} */ value) {
  return typeof value === 'string' ? value : ''
}

/** What should be a number. */
export function number(/** @type {unknown} */ value) {
  return typeof value === 'number' ? value : 0
}
