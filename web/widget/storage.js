/**
 * What this browser stores about an author: their key, name and website, the ids of their comments, their drafts.
 *
 * It is in sessionStorage, or in localStorage when they ask to be remembered; never in a cookie.  What is
 * read from there is checked like anything from outside.
 */

import {ID} from '../shared/ids.js'
import {asText} from './api.js'

const MAX_ENTRIES = 500 // ids and drafts: the oldest go

/**
 * @typedef {object} Draft
 * @property {string} text
 * @property {string} key the Idempotency-Key that it is sent with
 *
 * @typedef {object} StoredAuthor
 * @property {string} key the author key, or nothing yet
 * @property {string} name
 * @property {string} link
 * @property {[string, string][]} own the author's comments: id and post
 * @property {[string, Draft][]} drafts by what they answer
 */

export class AuthorStorage {
  /** What could not be stored. */
  #memory = ''

  /** @param {string} name */
  constructor(name) {
    this.name = name
  }

  get isPersistent() {
    return this.#get('localStorage') !== null
  }

  /** @returns {StoredAuthor} */
  read() {
    try {
      return parse(JSON.parse(this.#memory || (this.#get('localStorage') ?? this.#get('sessionStorage') ?? '')))
    } catch {
      return parse({})
    }
  }

  /**
   * Change what is stored, in the same place or in the one that is wanted now.
   *
   * @param {(stored: StoredAuthor) => void} change
   * @param {boolean} [persistent]
   */
  update(change, persistent = this.isPersistent) {
    const stored = this.read()
    change(stored)
    const text = JSON.stringify({
      ...stored,
      own: stored.own.slice(-MAX_ENTRIES),
      drafts: stored.drafts.slice(-MAX_ENTRIES),
    })
    try {
      globalThis[persistent ? 'localStorage' : 'sessionStorage'].setItem(this.name, text)
      this.#memory = ''
      this.#remove(persistent ? 'sessionStorage' : 'localStorage')
    } catch {
      this.#memory = text
    }
  }

  clear() {
    this.#memory = ''
    this.#remove('localStorage')
    this.#remove('sessionStorage')
  }

  /** @param {'localStorage' | 'sessionStorage'} place */
  #remove(place) {
    try {
      globalThis[place].removeItem(this.name)
    } catch {
      // nothing is there
    }
  }

  /** @param {'localStorage' | 'sessionStorage'} place */
  #get(place) {
    try {
      return globalThis[place].getItem(this.name)
    } catch {
      return null
    }
  }
}

/** @param {Answer | null} raw @returns {StoredAuthor} */
function parse(raw) {
  const pairs = (/** @type {unknown} */ given) =>
    (Array.isArray(given) ? given : []).filter((each) => each?.length === 2)
  const own = pairs(raw?.own).filter(([id, post]) => ID.test(id) && asText(post))
  const drafts = pairs(raw?.drafts).filter(([at, draft]) => asText(at) && asText(draft?.text) && ID.test(draft.key))
  return {key: ID.test(raw?.key) ? raw?.key : '', name: asText(raw?.name), link: asText(raw?.link), own, drafts}
}
