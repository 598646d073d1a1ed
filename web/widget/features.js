/** Features that only some readers need: more comments, another order, permalinks to comments on other pages, new comments. */

import {asNumber, asText, parseComments, request} from './api.js'
import {button, guarded} from './dom.js'
import {keepSorted} from './sorting.js'

const FIRST_WAIT = 30_000 // milliseconds until the second check for new comments; each further one waits longer
const MAX_WAIT = 600_000 // milliseconds

/** @typedef {import('./view.js').View} View */

/** @type {WeakMap<View, PublicComment[]>} what was published meanwhile */
const newComments = new WeakMap()

/** @param {View} view */
export async function loadMore(view) {
  view.moreButton.disabled = true
  try {
    const [first] = view.addPage(await view.fetchPage(view.next))
    first?.li.focus()
  } finally {
    view.moreButton.disabled = false
  }
}

/** @param {View} view */
export async function changeSort(view) {
  const previous = view.sort
  view.sort = view.sortSelect.value
  try {
    const page = await view.fetchPage()
    parseComments(page) // or the list stays as it is
    view.itemsById.clear()
    view.list.replaceChildren()
    view.renderFirst(page)
  } catch (error) {
    view.sort = view.sortSelect.value = previous
    throw error
  }
  view.announce(view.heading.textContent ?? '')
  await view.onReload()
}

/**
 * Show a comment that is on no page read so far, with its thread.
 *
 * @param {View} view
 * @param {string} id
 */
export async function openPermalink(view, id) {
  /** @type {Answer} */
  const thread = await request(view, `v1/comments/${id}`).catch(() => ({}))
  if (thread.post !== view.post || view.signal.aborted) return
  keepSorted(view)
  view.addPage({...thread, next: view.next})
  const item = view.itemsById.get(id)
  if (!item) return
  if (thread.next) item.li.append(moreReplies(view, id, asText(thread.next)))
  view.reveal(item)
}

/** A button for the replies that an answer had no room for. */
function moreReplies(/** @type {View} */ view, /** @type {string} */ id, /** @type {string} */ cursor) {
  const more = button('more', view.say('more'), () =>
    view.attempt(async () => {
      const page = await request(view, `v1/comments/${id}/replies?${new URLSearchParams({cursor})}`)
      const [first] = view.addPage({...page, next: view.next})
      if (page.next) more.before(moreReplies(view, id, asText(page.next)))
      more.remove()
      first?.li.focus()
    }),
  )
  return more
}

/**
 * Check for new comments now and then, less and less often, and never in a hidden tab.
 *
 * @param {View} view
 */
export async function poll(view, wait = FIRST_WAIT) {
  if (view.signal.aborted) return
  if (document.hidden) {
    const again = guarded(() => poll(view, wait))
    document.addEventListener('visibilitychange', again, {once: true, signal: view.signal})
    return
  }
  for (const time of view.root.querySelectorAll('time')) time.textContent = view.i18n.ago(time.dateTime)
  await checkForNew(view).catch(() => {})
  setTimeout(
    guarded(() => poll(view, Math.min(wait * 1.5, MAX_WAIT))),
    wait,
  )
}

/** New is what has an id not seen before and was published after all that was seen: approval comes late. */
async function checkForNew(/** @type {View} */ view) {
  const page = await view.fetchPage('', {cache: 'no-cache'})
  const found = parseComments(page)
  const isNew = (/** @type {PublicComment} */ each) => !view.itemsById.has(each.id) && each.published >= view.newest
  if (asNumber(page.count) > view.count + found.filter(isNew).length) {
    const latest = parseComments(await request(view, 'v1/latest'))
    found.push(...latest.filter((each) => each.post === view.post))
  }
  const fresh = [...new Map(found.filter(isNew).map((each) => [each.id, each])).values()]
  newComments.set(view, fresh)
  view.newButton.hidden = !fresh.length
  view.newButton.textContent = view.say('new', {n: fresh.length})
  if (fresh.length) view.announce(view.newButton.textContent)
}

/**
 * Show what was published meanwhile: each in its place, the first before the reader's eyes.
 *
 * @param {View} view
 */
export async function showNew(view) {
  const added = (newComments.get(view) ?? []).sort((one, other) => (one.created < other.created ? -1 : 1))
  for (const {id, parent} of added) {
    if (parent && !view.itemsById.has(parent) && !added.some((each) => each.id === parent))
      await openPermalink(view, id)
  }
  keepSorted(view)
  const [first] = view.addPage({comments: added, next: view.next})
  view.count += added.length
  view.newButton.hidden = true
  view.updateHeader()
  if (first) view.reveal(first)
}
