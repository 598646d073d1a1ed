/**
 * Addresses of views: `#/queue/pending?q=word&post=/panic.html`.
 *
 * No other fragment is one, in particular not the token of a sign-in link.
 */

/** @import {Filters} from './types' */

const ADDRESS = /^#\/([a-z/]+)(?:\?(.*))?$/
const TOKEN = /^#(aw_link_[\w-]{1,100})$/

/** The view that an address names, with its filters. @param {string} hash @returns {?{id: string, filters: Filters}} */
export function parse(hash) {
  const [, id, query] = ADDRESS.exec(hash) ?? []
  return id ? {id, filters: Object.fromEntries(new URLSearchParams(query))} : null
}

/** @param {string} id @param {Filters} [filters] */
export function format(id, filters = {}) {
  const given = Object.entries(filters).filter(([, value]) => value)
  return `#/${id}${given.length ? `?${new URLSearchParams(given)}` : ''}`
}

/** What a sign-in link carries, if the address is one. @param {string} hash */
export const tokenIn = (hash) => TOKEN.exec(hash)?.[1] ?? ''
