/** Everything around the list: links to other views, the heading, how much is shown, and the last operation. */

/** @import {View} from './types' */

import {authorNames, isWhole} from './comments.js'
import {$, isolated, put, withText} from './dom.js'
import {KeyedList} from './keyed-list.js'
import {t, when} from './locale.js'
import {isAllowed} from './navigation.js'
import {format} from './router.js'
import {comments, state, subscribe} from './state.js'

/** Draw all of it, now and whenever it changes. @param {View[]} views */
export function drawFrame(views) {
  for (const view of views) addLink(view)
  const list = new KeyedList($('list'))
  subscribe(['items', 'selected', 'notices', 'filters'], ({items, view}) => list.show(items, view.row))
  subscribe(['session', 'view'], () => drawLinks(views))
  subscribe(['counts'], drawCounts)
  subscribe(['view', 'filters', 'items'], drawHeading)
  subscribe(['view', 'filters'], drawFilters)
  subscribe(['counts', 'view'], drawOldest)
  subscribe(['items', 'next', 'progress', 'error', 'cachedAt', 'searched'], drawEnd)
  subscribe(['items', 'selected'], drawSelection)
  subscribe(['message'], ({message}) => ($('message').textContent = message))
  subscribe(['message', 'undoable'], drawUndo)
}

/** @param {View} view */
function addLink({id, label, group}) {
  const link = Object.assign(withText('a', t(label)), {href: format(id)})
  link.append(Object.assign(withText('span', ''), {className: 'count', hidden: true}))
  $(group ? 'sections' : 'views').append(link)
  if (!group || $('views').querySelector('.group')) return
  $('views').append(Object.assign(withText('a', t(group)), {href: format(id), className: 'group'}))
}

/** @param {string} id @returns {any} */
const linkTo = (id) => $('navigation').querySelector(`a:not(.group)[href="${format(id)}"]`)

/** @param {View[]} views */
function drawLinks(views) {
  const {id, group} = state.view
  for (const view of views) {
    const link = linkTo(view.id)
    link.hidden = !isAllowed(view)
    setCurrent(link, view.id === id)
  }
  setCurrent($('views').querySelector('.group'), Boolean(group))
  $('sections').hidden = !group
  for (const link of document.querySelectorAll('nav [aria-current]'))
    link.scrollIntoView({block: 'nearest', inline: 'nearest'})
}

/** @param {any} link @param {boolean} isCurrent */
function setCurrent(link, isCurrent) {
  if (isCurrent) link.setAttribute('aria-current', 'page')
  else link.removeAttribute('aria-current')
}

function drawCounts() {
  for (const [status, {count, more}] of Object.entries(state.counts?.lists ?? {})) {
    const link = linkTo(`queue/${status}`)
    if (link) put(link.querySelector('.count'), `${t('{n}', {n: count})}${more ? '+' : ''}`)
  }
}

function drawOldest() {
  const oldest = state.view.status === 'pending' && state.counts?.oldest_waiting
  put($('oldest'), oldest ? t('Oldest waiting since {time}.', {time: when(oldest)}) : '')
}

function drawHeading() {
  const {view, filters} = state
  const {author, network, post} = filters
  const status = t(view.label)
  const of = author ? (authorNames.get(author) ?? t('this author')) : network ? t('the same network') : post
  const words = post ? '{status}: all under {of}' : '{status}: all by {of}'
  const heading = of ? t(words, {status, of: isolated(of)}) : status
  if ($('list-heading').textContent !== heading) put($('list-heading'), heading)
  put($('clear-filter'), of && t('Clear filter'))
}

function drawFilters() {
  const {view, filters} = state
  for (const form of document.querySelectorAll('.filters')) form.toggleAttribute('hidden', form.id !== view.element)
  const fields = /** @type {?HTMLFormElement} */ (view.element ? $(view.element) : null)?.elements ?? []
  for (const field of /** @type {Iterable<HTMLInputElement>} */ (fields)) {
    const value = filters[field.name] ?? ''
    if (field.value.trim() !== value) field.value = value
  }
}

function drawEnd() {
  const {items, next, progress, error, cachedAt, searched, view} = state
  if (progress === 'loading') {
    put($('end'), searched ? t('Loading … {n} searched', {n: searched}) : t('Loading …'))
    return put($('more'))
  }
  if (progress === 'failed') {
    put($('end'), cachedAt ? t('Offline. Showing the list from {time}.', {time: when(cachedAt)}) : error)
    return put($('more'), t('Try again'))
  }
  const nothing = view.status === 'pending' && isWhole() ? 'Nothing is waiting.' : 'There is nothing here.'
  const far = next && !isWhole() && view.isOfComments ? t('{n} searched so far.', {n: searched}) : ''
  put($('end'), items.length ? far : t(nothing))
  put($('more'), next && t('Load more'))
}

function drawSelection() {
  const [all, count] = [comments().length, state.selected.size]
  put($('selected-count'), count ? t('{n} selected', {n: count}) : '')
  $('selection').hidden = !count
  $('select-all').closest('.tick').hidden = all < 2
  $('select-all').checked = count > 0 && count === all
  $('select-all').indeterminate = count > 0 && count < all
}

function drawUndo() {
  const {message, undoable} = state
  const last = undoable.at(-1)
  const isAbout = last && message.startsWith(last.words) // without a response the result is unknown
  put($('undo'), isAbout ? t('Undo') : last && t('Undo: {what}', {what: last.words}))
}
