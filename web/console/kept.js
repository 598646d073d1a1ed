/**
 * What outlasts the connection: the lists as they were last seen, and decisions that did not reach the service.
 *
 * All of it lies in IndexedDB for a day at most, belongs to one moderator, and goes when they sign out.
 *
 * @typedef {{at: number, by: string, value: any}} Kept
 */

import {signed} from './service.js'

const NAME = 'afterword-console'
const LIFE = 24 * 3_600_000 // milliseconds
const STORE = 'kept'

let turn = /** @type {Promise<any>} */ (Promise.resolve()) // the end of all that was begun

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} deed @returns {Promise<any>} */
function inStore(mode, deed) {
  const done = turn.then(() => inTransaction(mode, deed))
  turn = done.catch(() => {})
  return done
}

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} deed @returns {Promise<any>} */
async function inTransaction(mode, deed) {
  const opening = indexedDB.open(NAME, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = /** @type {IDBDatabase} */ (await settled(opening))
  try {
    const transaction = database.transaction(STORE, mode)
    const found = await settled(deed(transaction.objectStore(STORE)))
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve // only then a page that is closed leaves it behind
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
  const by = signed.session?.id
  if (by) await inStore('readwrite', (store) => store.put({at: Date.now(), by, value}, name)).catch(() => {})
} // a browser that keeps nothing works while it is connected

/** What was kept under a name, and since when, if it is this moderator's and of the last day. @param {string} name @returns {Promise<?Kept>} */
export async function recall(name) {
  const found = await inStore('readonly', (store) => store.get(name)).catch(() => null)
  return found?.by === signed.session?.id && isFresh(found) ? found : null
}

/** All that this moderator kept in the last day under names that begin so, oldest first. @param {string} start @returns {Promise<(Kept & {name: string})[]>} */
export async function recallAll(start) {
  const found = []
  for (const name of await names()) {
    const kept = name.startsWith(start) && (await recall(name))
    if (kept) found.push({name, ...kept})
  }
  return found.sort((a, b) => a.at - b.at)
}

/** @returns {Promise<string[]>} */
const names = () => inStore('readonly', (store) => store.getAllKeys()).catch(() => [])

/** Forget what was kept under a name. @param {string} name */
export const drop = (name) => inStore('readwrite', (store) => store.delete(name)).catch(() => {})

/** @param {?Kept} found */
const isFresh = (found) => Boolean(found && found.at > Date.now() - LIFE)

/** Forget everything. */
export const wipe = () => inStore('readwrite', (store) => store.clear()).catch(() => {})

/** Forget what is too old, and what is somebody else's than who is signed in. */
export async function tidy() {
  for (const name of await names()) {
    const found = await inStore('readonly', (store) => store.get(name)).catch(() => null)
    const isForeign = signed.session && found?.by !== signed.session.id
    if (isForeign || !isFresh(found)) await drop(name)
  }
}
