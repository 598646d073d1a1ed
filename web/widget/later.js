/** What is only needed when a reader stays: more comments, another order, permalinks to far ones, news. */

import {ask, comments, number, text} from './api.js'
import {h} from './dom.js'
import {keepOrder} from './order.js'

const FIRST_WAIT = 30_000 // milliseconds until the second look for news; each further one waits longer
const LONGEST_WAIT = 600_000 // milliseconds

/** @typedef {import('./view.js').View} View */

/** @type {WeakMap<View, PublicComment[]>} what came meanwhile */
const news = new WeakMap()

/** @param {View} view */
export async function goOn(view) {
  view.more.disabled = true
  try {
    const [first] = view.add(await view.page(view.next))
    first?.li.focus()
  } catch {
    view.tell(view.say('failed'))
  }
  view.more.disabled = false
}

/** @param {View} view */
export async function reorder(view) {
  const before = view.sort
  view.sort = view.sorts.value
  try {
    const page = await view.page()
    view.items.clear()
    view.list.replaceChildren()
    view.take(page)
    view.tell(view.heading.textContent ?? '')
    await view.again()
  } catch {
    view.sort = view.sorts.value = before
    view.tell(view.say('failed'))
  }
}

/**
 * Show a comment that is on no page read so far, with its thread.
 *
 * @param {View} view
 * @param {string} id
 */
export async function linked(view, id) {
  /** @type {Answer} */
  const thread = await ask(view, `v1/comments/${id}`).catch(() => ({}))
  if (thread.post !== view.post) return
  keepOrder(view)
  view.add({...thread, next: view.next})
  const item = view.items.get(id)
  if (!item) return
  if (thread.next) item.li.append(rest(view, id, text(thread.next)))
  view.show(item)
}

/** A button for the replies that an answer had no room for. */
function rest(/** @type {View} */ view, /** @type {string} */ id, /** @type {string} */ cursor) {
  const button = h('button', {class: 'more', type: 'button'}, view.say('more'))
  button.onclick = async () => {
    try {
      const page = await ask(view, `v1/comments/${id}/replies?${new URLSearchParams({cursor})}`)
      const [first] = view.add({...page, next: view.next})
      if (page.next) button.before(rest(view, id, text(page.next)))
      button.remove()
      first?.li.focus()
    } catch {
      view.tell(view.say('failed'))
    }
  }
  return button
}

/**
 * Look for news now and then, ever more seldom, and never in a hidden tab.
 *
 * @param {View} view
 */
export async function watch(view, _ = '', wait = FIRST_WAIT) {
  if (view.gone.aborted) return
  if (document.hidden) {
    const again = () => watch(view, '', wait)
    document.addEventListener('visibilitychange', again, {once: true, signal: view.gone})
    return
  }
  for (const time of view.root.querySelectorAll('time')) time.textContent = view.words.ago(time.dateTime)
  await look(view).catch(() => {})
  setTimeout(() => watch(view, '', Math.min(wait * 1.5, LONGEST_WAIT)), wait)
}

/** New is what has an id not seen before and was published after all that was seen: approval comes late. */
async function look(/** @type {View} */ view) {
  const page = await view.page('', {cache: 'no-cache'})
  const found = comments(page)
  const isNew = (/** @type {PublicComment} */ each) => !view.items.has(each.id) && each.published >= view.newest
  if (number(page.count) > view.count + found.filter(isNew).length) {
    const latest = comments(await ask(view, 'v1/latest'))
    found.push(...latest.filter((each) => each.post === view.post))
  }
  const fresh = [...new Map(found.filter(isNew).map((each) => [each.id, each])).values()]
  news.set(view, fresh)
  view.fresh.hidden = !fresh.length
  view.fresh.textContent = view.say('new', {n: fresh.length})
  if (fresh.length) view.tell(view.fresh.textContent)
}

/**
 * Show what came meanwhile: each in its place, the first before the reader's eyes.
 *
 * @param {View} view
 */
export async function showNews(view) {
  const came = (news.get(view) ?? []).sort((one, other) => (one.created < other.created ? -1 : 1))
  for (const {id, parent} of came) {
    if (parent && !view.items.has(parent) && !came.some((each) => each.id === parent)) await linked(view, id)
  }
  keepOrder(view)
  const [first] = view.add({comments: came, next: view.next})
  view.count += came.length
  view.fresh.hidden = true
  view.head()
  if (first) view.show(first)
}
