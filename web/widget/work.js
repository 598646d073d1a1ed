/**
 * Proof of work: find what makes SHA-256 of `<start>:<what is found>` begin with so many zero bits.
 *
 * It runs in a worker.  A worker's script must be of the page's own host, which ours is not: the composer starts
 * one that imports this file.  Where the page's policy forbids that, `solved` works between the page's other doings.
 */

import {sha256} from '@noble/hashes/sha2.js'

/** What a worker imports. */
export const address = import.meta.url

const AT_ONCE = 2_000 // hashes between two looks at whether others wait

/**
 * @param {string} start
 * @param {number} bits at most 32
 * @returns {Promise<string>}
 */
export async function solved(start, bits) {
  const encoder = new TextEncoder()
  for (let number = 0; ; number += 1) {
    const hash = sha256(encoder.encode(`${start}:${number}`))
    if (Math.clz32(new DataView(hash.buffer, hash.byteOffset).getUint32(0)) >= bits) return String(number)
    if (number % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve))
  }
}

if (!('document' in globalThis)) {
  onmessage = async ({data}) => postMessage(await solved(data.start, data.bits))
}
