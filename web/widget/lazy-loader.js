/**
 * Loads modules and catalogues when somebody needs them.
 *
 * Their names contain a hash of their content.  A page that was open during a release may ask for one that is gone:
 * then the new `widget.js` is imported, once, and loads its own.
 */

import {request} from '../shared/api.js'
import {TIMEOUT} from './api.js'

/** Where the service is: `widget.js` lies at its top, the same file under its hash in `assets/`. */
export const SERVICE_URL = import.meta.url.replace(/(assets\/)?[^/]*$/, '')

/** @type {typeof load | undefined} */
let newerLoad

let failures = 0 // a browser may remember that a module could not be loaded, under the very address it was asked by

/**
 * Load a module, or a language's catalogue, within the time that any response may take.
 *
 * @param {string} name
 * @param {boolean} [last] do not look for a newer release
 * @returns {Promise<any>}
 */
export function load(name, last) {
  const timeout = new Promise((_, reject) => setTimeout(reject, TIMEOUT, Error(name)))
  return Promise.race([timeout, loadOrUpdate(name, last)])
}

/** @param {string} name @param {boolean} [last] */
async function loadOrUpdate(name, last) {
  try {
    return await (name in MODULES
      ? import(/* @vite-ignore */ `${SERVICE_URL}assets/${name}.${MODULES[name]}.js#${failures}`)
      : request(`${SERVICE_URL}assets/${name}.${CATALOGUES}.json`, {}))
  } catch (error) {
    failures += 1
    if (last) throw error
    newerLoad ??= (await import(/* @vite-ignore */ `${SERVICE_URL}widget.js?again=${Date.now()}`)).load
    return /** @type {typeof load} */ (newerLoad)(name, true)
  }
}
