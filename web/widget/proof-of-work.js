/**
 * Proof of work: finds the number that makes SHA-256 of `<start>:<number>` begin with so many zero bits.
 *
 * It runs in a worker.  A worker's script must be of the page's own host, which ours is not: so one is started that
 * imports this file.  Where the page's policy forbids that, it is done between the page's other tasks.
 */

import {sha256} from '@noble/hashes/sha2.js'

const BATCH = 2_000 // hashes before the page's other tasks get a turn
const MAX_BITS = 32

/**
 * Do the work in a worker, or here where the page's policy allows none.
 *
 * @param {string} start
 * @param {number} bits
 * @param {AbortSignal} signal aborted when nobody waits any more
 * @returns {Promise<string>}
 */
export async function prove(start, bits, signal) {
  if (!(bits <= MAX_BITS)) throw RangeError(`${bits} bits`)
  try {
    const script = new Blob([`import ${JSON.stringify(import.meta.url)}`], {type: 'text/javascript'})
    const worker = new Worker(URL.createObjectURL(script), {type: 'module'})
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({data}) => resolve(data)
      worker.onerror = reject
      signal.addEventListener('abort', reject)
      worker.postMessage({start, bits})
    }).finally(() => worker.terminate())
  } catch {
    return solve(start, bits, signal)
  }
}

/**
 * @param {string} start
 * @param {number} bits at most MAX_BITS
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>}
 */
async function solve(start, bits, signal) {
  const encoder = new TextEncoder()
  for (let number = 0; ; number += 1) {
    const hash = sha256(encoder.encode(`${start}:${number}`))
    if (Math.clz32(new DataView(hash.buffer, hash.byteOffset).getUint32(0)) >= bits) return `${number}`
    if (number % BATCH) continue
    signal?.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve))
  }
}

if (!('document' in globalThis)) {
  onmessage = async ({data}) => postMessage(await solve(data.start, data.bits))
}
