/**
 * What is fetched only when somebody needs it.
 *
 * Parts have the hash of their content in their names.  A page that was open while a new release came may
 * ask for one that is gone: then the new `widget.js` is imported, once, and says where its own parts are.
 */

/** Where the service is: `widget.js` lies at its top, the same file under its hash in `assets/`. */
export const HOME = import.meta.url.replace(/(assets\/)?[^/]*$/, '')

/** @type {Promise<{part: typeof part}> | undefined} */
let newer

let tries = 0 // a browser may remember that a module could not be had, under the very address it was asked by

/**
 * Fetch a part.
 *
 * @param {string} name
 * @param {boolean} [last] nothing newer is to be looked for
 * @returns {Promise<any>}
 */
export async function part(name, last = false) {
  try {
    return await fetched(name)
  } catch (error) {
    tries += 1
    if (last) throw error
    newer ??= import(/* @vite-ignore */ `${HOME}widget.js?again=${Date.now()}`)
    newer.catch(() => (newer = undefined))
    return (await newer).part(name, true)
  }
}

/** @param {string} name */
async function fetched(name) {
  if (name in PARTS) return import(/* @vite-ignore */ `${HOME}assets/${PARTS[name]}#${tries}`)
  const reply = await fetch(`${HOME}assets/${name}.${WORDS}.json`, {credentials: 'omit'})
  return reply.json()
}
