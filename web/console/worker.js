/** The service worker: caches the page itself, which contains no data, so that it also opens offline. */

import {choose} from '../shared/i18n.js'

const SHELL = 'afterword-moderate'
const ASSETS = /\bassets\/moderate[\w.-]+/g
const CATALOGUE = /moderate-([\w-]+)\.\w+\.json$/ // the messages of one language

const worker = /** @type {any} */ (globalThis)

/** Keep this page with all that it names, and nothing older. @param {Response} page */
async function keep(page) {
  const base = new URL('.', worker.registration.scope)
  const text = await page.clone().text()
  const named = [...new Set(text.match(ASSETS))].map((file) => new URL(file, base).href)
  const languages = named.flatMap((url) => CATALOGUE.exec(url)?.[1] ?? [])
  const {lang} = choose(navigator.languages, ['en', ...languages])
  const files = named.filter((url) => [undefined, lang].includes(CATALOGUE.exec(url)?.[1]))
  const cache = await caches.open(SHELL)
  const known = (await cache.keys()).map(({url}) => url)
  await cache.addAll(files.filter((file) => !known.includes(file)))
  await cache.put(worker.registration.scope, page)
  const stale = known.filter((url) => url !== worker.registration.scope && !files.includes(url))
  await Promise.all(stale.map((url) => cache.delete(url)))
}

/** @param {any} event */
async function page(event) {
  try {
    const answer = await fetch(event.request)
    if (answer.ok) event.waitUntil(keep(answer.clone()).catch(() => {}))
    return answer
  } catch (error) {
    const cached = await caches.match(worker.registration.scope)
    if (cached) return cached
    throw error
  }
}

/** @param {Request} request */
const file = async (request) => (await caches.match(request)) ?? fetch(request)

/** @param {any} event */
worker.oninstall = (event) => {
  worker.skipWaiting()
  event.waitUntil(fetch(worker.registration.scope).then(keep))
}

/** @param {any} event */
worker.onactivate = (event) => event.waitUntil(worker.clients.claim())

/** @param {any} event */
worker.onfetch = (event) => {
  if (event.request.mode === 'navigate') event.respondWith(page(event))
  else if (/\/assets\/moderate[\w.-]+$/.test(event.request.url)) event.respondWith(file(event.request))
}

export {}
