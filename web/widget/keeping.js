/**
 * What this browser keeps of an author: their key, name and website, the ids of their comments, their drafts.
 *
 * It lies in sessionStorage, or in localStorage when they ask to be remembered; never in a cookie.  What is
 * read from there is looked at like anything that comes from outside.
 */

import {ID} from './api.js'

const MOST = 500 // ids and drafts: the oldest go

/**
 * @typedef {object} Draft
 * @property {string} text
 * @property {string} key the Idempotency-Key that it is sent with
 *
 * @typedef {object} Kept
 * @property {string} key the author key, or nothing yet
 * @property {string} name
 * @property {string} link
 * @property {[string, string][]} own the author's comments: id and post
 * @property {[string, Draft][]} drafts by what they answer
 */

export class Drawer {
  /** Where nothing can be stored, or is not allowed to be, this page remembers. */
  #memory = ''

  /** @param {string} name */
  constructor(name) {
    this.name = name
  }

  get remembers() {
    return this.#at('localStorage') !== null
  }

  /** @returns {Kept} */
  read() {
    try {
      return looked(JSON.parse(this.#at('localStorage') ?? this.#at('sessionStorage') ?? this.#memory))
    } catch {
      return looked({})
    }
  }

  /**
   * Change what is kept, and keep it where it was, or where it is wanted now.
   *
   * @param {(kept: Kept) => void} change
   * @param {boolean} [remember]
   */
  change(change, remember = this.remembers) {
    const kept = this.read()
    change(kept)
    const text = JSON.stringify({...kept, own: kept.own.slice(-MOST), drafts: kept.drafts.slice(-MOST)})
    this.forget()
    this.#memory = text
    try {
      globalThis[remember ? 'localStorage' : 'sessionStorage'].setItem(this.name, text)
    } catch {
      // this page remembers
    }
  }

  forget() {
    this.#memory = ''
    for (const place of /** @type {const} */ (['localStorage', 'sessionStorage'])) {
      try {
        globalThis[place].removeItem(this.name)
      } catch {
        // nothing is there
      }
    }
  }

  /** @param {'localStorage' | 'sessionStorage'} place */
  #at(place) {
    try {
      return globalThis[place].getItem(this.name)
    } catch {
      return null
    }
  }
}

/** @param {Answer | null} raw @returns {Kept} */
function looked(raw) {
  const text = (/** @type {unknown} */ given) => (typeof given === 'string' ? given : '')
  const pairs = (/** @type {unknown} */ given) =>
    (Array.isArray(given) ? given : []).filter((each) => each?.length === 2)
  const own = pairs(raw?.own).filter(([id, post]) => ID.test(id) && text(post))
  const drafts = pairs(raw?.drafts).filter(([at, draft]) => text(at) && text(draft?.text) && ID.test(draft.key))
  return {key: ID.test(raw?.key) ? raw?.key : '', name: text(raw?.name), link: text(raw?.link), own, drafts}
}

/** 128 random bits, as the service wants keys: 22 characters. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}
