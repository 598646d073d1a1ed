/**
 * `<afterword-count post="…">`: how many comments a post has, for lists of posts.
 *
 * All that are on a page ask together, in as few requests as an address may be long.  What stands inside a tag
 * stays until the number is known.
 */

const MAX_POSTS = 50 // posts in a request
const MAX_URL = 6_000 // bytes of a request's address
const MAX_KEY = 1_024 // bytes
const INVALID_KEY = /^\s*$|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u
const SERVICE_URL = import.meta.url.replace(/(assets\/)?[^/]*$/, '')

/** @type {HTMLElement[]} */
let waiting = []

class AfterwordCount extends HTMLElement {
  connectedCallback() {
    if (waiting.push(this) === 1) setTimeout(requestAll)
  }
}

function requestAll() {
  /** @type {Record<string, [string, HTMLElement][]>} */
  const services = {}
  for (const element of waiting) {
    const api = (element.getAttribute('api') ?? SERVICE_URL).replace(/\/*$/, '/v1/counts?')
    const post = element.getAttribute('post') || location.pathname
    if (INVALID_KEY.test(post) || new Blob([post]).size > MAX_KEY) continue // it would spoil the others of its request
    ;(services[api] ??= []).push([`post=${encodeURIComponent(post)}&`, element])
  }
  waiting = []
  for (const [api, counts] of Object.entries(services)) {
    /** @type {Record<string, HTMLElement[]>} */
    let posts = {}
    let address = api
    for (const [query, element] of counts) {
      const more = posts[query] ? '' : query
      if (Object.keys(posts).length === MAX_POSTS || (address + more).length > MAX_URL) {
        request(address, posts)
        posts = {}
        address = api
      }
      if (!posts[query]) address += query
      ;(posts[query] ??= []).push(element)
    }
    request(address, posts)
  }
}

/**
 * @param {string} address
 * @param {Record<string, HTMLElement[]>} posts the elements by the post's part of the address
 */
async function request(address, posts) {
  const reply = await fetch(address.slice(0, -1), {credentials: 'omit'}).catch(() => null)
  const {counts} = (await reply?.json().catch(() => null)) ?? {}
  for (const [query, elements] of Object.entries(posts)) {
    const count = counts?.[decodeURIComponent(query.slice(5, -1))]
    for (const element of elements) if (Number.isInteger(count)) element.textContent = count.toLocaleString()
  }
}

if (!customElements.get('afterword-count')) customElements.define('afterword-count', AfterwordCount)
