/** Loads the pages of the current list. */

/** @import {Comment, Failure, Filters, View} from './types' */

import {concurrent} from './api.js'
import {belongs, focusComment, isWhole} from './comments.js'
import {recount} from './counts.js'
import {$} from './dom.js'
import * as cache from './offline-cache.js'
import {comments, state, update} from './state.js'
import {isPast} from './sync.js'

const FULL = 25 // comments found, after which more are loaded only on demand
const MOST_CACHED = 200 // comments of a list

let loading = new AbortController()
let isAwaited = false // whether the user asked for more, so that the focus moves there
let isFromService = false // whether the list came from the service
let isCaching = false
let isStale = false // the cached list, while it is being written

/** Cancel the requests in progress. */
export const stop = () => loading.abort()

/** Load a list from its beginning. @param {{view?: View, filters?: Filters}} [what] @param {boolean} [keep]  what is shown and belongs there stays */
export function load(what = {}, keep = false) {
  isFromService = isAwaited = false
  const items = keep ? comments().filter((comment) => belongs(comment, what.filters)) : []
  const list = {items, next: null, searched: 0, selected: new Set(), notices: new Map()}
  update({...what, ...list, progress: 'loading', error: '', cachedAt: ''})
  loadPage('')
}

/** Load the next page, or try again. */
export function loadMore() {
  if (state.progress === 'failed' && !state.next) return load()
  isAwaited = true
  goOn()
}

function goOn() {
  update({progress: 'loading', error: ''})
  loadPage(state.next ?? '')
}

/** @param {string} cursor */
function loadPage(cursor) {
  loading.abort()
  const {signal} = (loading = new AbortController())
  const {view, filters} = state
  concurrent(
    async () => {
      const {items, next = null, searched = 0} = await view.load({filters, cursor, signal})
      signal.throwIfAborted()
      const known = new Set(state.items.map(({id}) => id))
      const isGone = (/** @type {any} */ item) => view.isOfComments && isPast(item)
      const fresh = items.filter((item) => !known.has(item.id) && !isGone(item))
      isFromService = true
      update({progress: 'ready', items: [...state.items, ...fresh], next, searched: state.searched + searched})
      if (isAwaited && fresh[0]) focusFirst(fresh[0].id)
      isAwaited &&= !fresh.length && state.progress === 'loading'
      if (!cursor) recount()
    },
    async (/** @type {Failure} */ error) => {
      if (signal.aborted) return
      const cached = error.status || cursor ? null : await fromCache()
      if (signal.aborted) return
      update({progress: 'failed', error: error.message, ...cached})
    },
  )
}

/** @param {string} id */
function focusFirst(id) {
  if (state.view.isOfComments) focusComment(id)
  else $('list').lastElementChild?.querySelector('article')?.focus()
}

/** Load more automatically if the list is empty, or filtered and not full, but not complete. */
export function fill() {
  const {progress, next, items} = state
  if (progress === 'ready' && next && items.length < (isWhole() ? 1 : FULL)) goOn()
}

/** Store the current list for offline use; writes are serial, and the last one wins. */
export async function keepList() {
  const {progress, view, session} = state
  if (!isFromService || progress !== 'ready' || !view.isOfComments || !isWhole() || !session) return
  isStale = true
  if (isCaching) return
  isCaching = true
  while (isStale) {
    isStale = false
    await cache.keep(nameOf(state.view), comments().slice(0, MOST_CACHED))
  }
  isCaching = false
}

/** @param {{status?: string}} view */
const nameOf = ({status}) => `list ${status}`

/** The stored list without the comments that were decided on since. */
async function fromCache() {
  const found = state.view.isOfComments && isWhole() ? await cache.recall(nameOf(state.view)) : null
  if (!found) return null
  const items = /** @type {Comment[]} */ (found.value).filter((comment) => !isPast(comment))
  return {items, cachedAt: new Date(found.at).toISOString()}
}
