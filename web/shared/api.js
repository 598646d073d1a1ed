/** Requests to the service. */

/**
 * A refusal, or no answer at all: then its status is 0.  `after`: seconds until another try makes sense.
 *
 * @typedef {Error & {status: number, problem: any, after?: string | null}} Refused
 */

/**
 * Ask for JSON.
 *
 * @param {string} address
 * @param {RequestInit} how
 * @returns {Promise<any>}
 * @throws {Refused}
 */
export async function request(address, how) {
  const reply = await fetch(address, {credentials: 'omit', ...how}).catch(() => null)
  const answer = reply?.status === 204 ? {} : await reply?.json().catch(() => null)
  if (reply?.ok && answer) return answer
  throw Object.assign(Error(answer?.detail), {
    status: (!reply?.ok && reply?.status) || 0,
    problem: answer ?? {},
    after: reply?.headers.get('Retry-After'),
  })
}
