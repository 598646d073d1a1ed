/**
 * The offline cache: the lists as they were last seen, and decisions that did not reach the service.
 *
 * It is in IndexedDB for at most a day, belongs to one moderator, and is deleted when they sign out.
 *
 * @typedef {{at: number, by: string, value: any}} Cached
 */

import {state} from './state.js'

const NAME = 'afterword-console'
const LIFE = 24 * 3_600_000 // milliseconds
const STORE = 'kept' // as browsers have it already

let turn = /** @type {Promise<any>} */ (Promise.resolve()) // settled when all started operations are

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} request @returns {Promise<any>} */
function inStore(mode, request) {
  const done = turn.then(() => inTransaction(mode, request))
  turn = done.catch(() => {})
  return done
}

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} request @returns {Promise<any>} */
async function inTransaction(mode, request) {
  const opening = indexedDB.open(NAME, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = /** @type {IDBDatabase} */ (await settled(opening))
  try {
    const transaction = database.transaction(STORE, mode)
    const found = await settled(request(transaction.objectStore(STORE)))
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve // only then does it survive when the page is closed
      transaction.onabort = () => reject(transaction.error)
    })
    return found
  } finally {
    database.close()
  }
}

/** @param {IDBRequest} request */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Keep something under a name. @param {string} name @param {any} value */
export async function keep(name, value) {
  const by = state.session?.id
  if (by) await inStore('readwrite', (store) => store.put({at: Date.now(), by, value}, name)).catch(() => {})
} // without storage the console works only online

/** What was kept under a name, and since when, if it is this moderator's and of the last day. @param {string} name @returns {Promise<?Cached>} */
export async function recall(name) {
  const found = await inStore('readonly', (store) => store.get(name)).catch(() => null)
  return found?.by === state.session?.id && isFresh(found) ? found : null
}

/** All that this moderator kept in the last day under names that begin so, oldest first. @param {string} start @returns {Promise<(Cached & {name: string})[]>} */
export async function recallAll(start) {
  const found = []
  for (const name of await names()) {
    const cached = name.startsWith(start) && (await recall(name))
    if (cached) found.push({name, ...cached})
  }
  return found.sort((a, b) => a.at - b.at)
}

/** @returns {Promise<string[]>} */
const names = () => inStore('readonly', (store) => store.getAllKeys()).catch(() => [])

/** Forget what was kept under a name. @param {string} name */
export const drop = (name) => inStore('readwrite', (store) => store.delete(name)).catch(() => {})

/** @param {?Cached} found */
const isFresh = (found) => Boolean(found && found.at > Date.now() - LIFE)

/** Delete everything. */
export const wipe = () => inStore('readwrite', (store) => store.clear()).catch(() => {})

/** Delete what is too old, or belongs to another moderator than the current one. */
export async function tidy() {
  for (const name of await names()) {
    const found = await inStore('readonly', (store) => store.get(name)).catch(() => null)
    const isForeign = state.session && found?.by !== state.session.id
    if (isForeign || !isFresh(found)) await drop(name)
  }
}
