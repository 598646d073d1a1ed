/** The list: which comments are asked for, those that are shown, and those that are chosen. */

/** @import {Comment, Failure} from './types' */

import * as access from './access.js'
import {Card} from './card.js'
import * as figures from './figures.js'
import * as history from './history.js'
import {countSoon} from './counting.js'
import {$, put} from './page.js'
import * as kept from './kept.js'
import {form} from './policy.js'
import {unfinished} from './moving.js'
import * as posts from './posts.js'
import {isPast} from './sending.js'
import {ask, beside} from './service.js'
import {t, when} from './words.js'

/** What is shown: the comments of one status, with a word, of an author or a network, under a post. */
const ALL = {q: '', author: '', network: '', post: '', of: ''}
const shown = {status: 'pending', ...ALL}

let next = /** @type {?string} */ (null) // where the list goes on; null at its end, empty on its first page
let loading = new AbortController()
let looked = 0 // comments looked at to find these
let isLoading = false
let isAwaited = false // whether somebody asked for more, and the focus goes there
let keepsList = false // whether what is shown came from the service
let lastChosen = /** @type {?Card} */ (null)

const FULL = 25 // comments that were found: then looking for more is asked for
const MOST_KEPT = 200 // comments of a list
const MOST_AT_ONCE = 100 // comments of a page after the first, which is to be there soon

/** @returns {NodeListOf<HTMLButtonElement>} */
const tabs = () => document.querySelectorAll('nav button')

/** @returns {Card[]} the cards in the list, in order */
export const cards = () => [...$('list').children].map((element) => Card.of(element)).filter((card) => card !== null)

/** Whether a comment as it stands belongs into this list. @param {Comment} comment */
export function belongs(comment) {
  const {status, author, network, post} = shown
  const isFlagged = comment.status === 'published' && comment.flags > 0
  const isOf = [
    [author, comment.author],
    [network, comment.network],
    [post, comment.post],
  ].every(([wanted, has]) => !wanted || wanted === has)
  return (status === 'flagged' ? isFlagged : comment.status === status) && isOf && hasWord(comment)
}

/** @param {Comment} comment */
const hasWord = ({text, name}) => `${text}\n${name ?? ''}`.toLowerCase().includes(shown.q.toLowerCase())

/** Forget what was loaded, and what is under way. */
export function empty() {
  loading.abort()
  $('list').replaceChildren()
  choose()
}

/** Show the comments of another status, all of them. @param {string} status */
export function open(status) {
  Object.assign(shown, {status, ...ALL})
  $('q').value = ''
  load()
}

/** Show only those with a word: of what is loaded at once, of the rest as they are found. @param {string} q */
export function search(q) {
  const isFurther = !shown.q && !(shown.status in OTHERS)
  shown.q = q.trim()
  for (const {comment, element} of cards()) if (!belongs(comment)) element.remove()
  load('', isFurther)
}

/** Show only one author's, or a network's, or a post's, and nothing else of before. @param {object} [what] @param {string} [of]  in words */
export function only(what = {}, of = '') {
  Object.assign(shown, ALL, what, {of})
  $('q').value = ''
  load()
  $('queue-heading').focus()
}

/** Load the list from its beginning, or go on with it. @param {string} [cursor] @param {boolean} [isKept]  what is shown stays */
export function load(cursor = '', isKept = false) {
  loading.abort()
  const {signal} = (loading = new AbortController())
  next = cursor
  isLoading = true
  if (!cursor) begin(isKept)
  head()
  put($('end'), looked ? t('Loading … {n} looked at', {n: looked}) : t('Loading …'))
  put($('more'))
  beside(
    async () => {
      const fresh = await (OTHERS[shown.status] ?? comments)(cursor, signal)
      signal.throwIfAborted()
      isLoading = false
      $('list').append(...fresh)
      if (isAwaited) fresh[0]?.querySelector('article')?.focus()
      isAwaited &&= !fresh.length
      settle()
      if (!cursor) recount()
    },
    async (/** @type {Failure} */ error) => {
      if (signal.aborted) return
      isLoading = false
      const since = !error.status && !cursor && (await asKept())
      put($('end'), since ? t('Not connected. So the list was {time}.', {time: when(since)}) : error.message)
      put($('more'), t('Try again'))
    },
  )
}

/** @param {boolean} isKept */
function begin(isKept) {
  looked = 0
  keepsList = isAwaited = false
  if (!isKept) $('list').replaceChildren()
  choose()
}

/** Count the comments of all lists anew. */
export const recount = () => countSoon(() => shown.status === 'pending')

/** Whether the list leaves nothing of its status out. */
const isWhole = () => !shown.q && !shown.of

/** Keep the list as it stands, for when there is no connection. */
function keepList() {
  if (!keepsList || !isWhole() || shown.status in OTHERS) return
  const comments = cards().map(({comment}) => comment)
  kept.keep(`list ${shown.status}`, comments.slice(0, MOST_KEPT))
}

/** Show the list as it was kept, less what was decided since; tell since when it is so. */
async function asKept() {
  const found = isWhole() ? await kept.recall(`list ${shown.status}`) : null
  const comments = /** @type {Comment[]} */ (found?.value ?? []).filter((comment) => !isPast(comment))
  $('list').append(...comments.map((comment) => new Card(comment).element))
  chosenChanged()
  return found && new Date(found.at).toISOString()
}

export function goOn() {
  isAwaited = Boolean(next)
  load(next ?? '')
}

/** Those that have a value. @param {Record<string, string>} parameters */
const given = (parameters) => Object.entries(parameters).filter(([, value]) => value)

/** @param {string} cursor @param {AbortSignal} signal */
async function comments(cursor, signal) {
  const {of: _, ...filters} = shown
  const wanted = given({...filters, cursor, limit: cursor && `${MOST_AT_ONCE}`})
  const page = await ask('GET', `v1/moderation/queue?${new URLSearchParams(wanted)}`, undefined, signal)
  signal.throwIfAborted()
  next = page.next
  looked += page.looked
  const isNew = (/** @type {Comment} */ comment) => !$(`comment-${comment.id}`) && !isPast(comment)
  keepsList = true
  return page.comments.filter(isNew).map((/** @type {Comment} */ comment) => new Card(comment).element)
}

/**
 * What is shown beside comments, as elements for the list.
 *
 * @type {Record<string, (cursor: string, signal: AbortSignal) => Promise<Element[]>>}
 */
const OTHERS = {
  history: async (cursor, signal) => {
    const {entries} = await page('audit', cursor, signal, history.narrowed())
    history.offer(entries)
    return [...(cursor ? [] : await unfinished(signal)), ...history.rows(entries)]
  },
  posts: async (cursor, signal) => {
    const {posts: found} = await page('posts', cursor, signal)
    return [...(cursor ? [] : await unfinished(signal)), ...posts.rows(found)]
  },
  policy: async (cursor, signal) =>
    form(await page('policy', cursor, signal), await ask('GET', 'v1/moderation/sessions', undefined, signal)),
  figures: async (_cursor, signal) => {
    const known = await ask('GET', 'v1/moderation/stats?days=30', undefined, signal)
    next = null
    return figures.shown(known)
  },
  access: async (_cursor, signal) => {
    const found = await access.view(signal)
    next = null
    return found
  },
}

/** A page of something, and where it goes on. @param {string} what @param {string} cursor @param {AbortSignal} signal @param {Record<string, string>} [filters] */
async function page(what, cursor, signal, filters = {}) {
  const found = await ask(
    'GET',
    `v1/moderation/${what}?${new URLSearchParams(given({...filters, cursor}))}`,
    undefined,
    signal,
  )
  signal.throwIfAborted()
  next = found.next ?? null
  return found
}

/** What stands above the list. */
function head() {
  for (const tab of tabs()) tab.ariaCurrent = String(tab.value === shown.status)
  const tab = $(shown.status).firstChild.textContent
  $(shown.status).scrollIntoView({block: 'nearest', inline: 'nearest'})
  const of = {status: tab, of: `\u2068${shown.of}\u2069`}
  const heading = shown.post ? '{status}: all under {of}' : '{status}: all by {of}'
  put($('queue-heading'), shown.of ? t(heading, of) : tab)
  put($('everybody'), shown.of && t(shown.post ? 'Show all posts’' : 'Show everybody’s'))
  $('search').hidden = shown.status in OTHERS
  $('narrow').hidden = shown.status !== 'history'
  $('all').closest('.tick').hidden = true
  $('oldest').hidden ||= shown.status !== 'pending'
}

/** Go on with a list that is empty, or narrowed and not full, but not at its end; or say how it stands. */
export function settle() {
  const count = $('list').childElementCount
  chosenChanged()
  keepList()
  if (isLoading || next === '') return // still on its way
  if (next && count < (isWhole() ? 1 : FULL)) return load(next)
  const nothing = shown.status === 'pending' && isWhole() ? 'Nothing is waiting.' : 'There is nothing here.'
  const far = next && !isWhole() ? t('{n} looked at so far.', {n: looked}) : ''
  put($('end'), count ? far : t(nothing))
  put($('more'), next && t('Load more'))
}

/** Those that the next decision is about: the chosen ones, or the one that has the focus. */
export function meant() {
  const chosen = cards().filter((card) => card.isChosen)
  const focused = Card.of(document.activeElement?.closest('#list > li'))
  return chosen.length ? chosen : focused ? [focused] : []
}

/** Choose a card or not; all from the last one to this, if `through`. @param {Card} card @param {boolean} through */
export function chose(card, through) {
  const all = cards()
  const [from, to] = [all.indexOf(lastChosen ?? card), all.indexOf(card)]
  if (through && from >= 0) {
    for (const each of all.slice(Math.min(from, to), Math.max(from, to) + 1)) each.isChosen = card.isChosen
  }
  lastChosen = card
  chosenChanged()
}

/** Choose all that are loaded, or none. @param {boolean} [all] */
export function choose(all = false) {
  for (const card of cards()) card.isChosen = all
  lastChosen = null
  chosenChanged()
}

function chosenChanged() {
  const all = cards()
  const count = all.filter((card) => card.isChosen).length
  put($('count'), count ? t('{n} chosen', {n: count}) : '')
  $('chosen').hidden = !count
  $('all').closest('.tick').hidden = all.length < 2
  $('all').checked = count > 0 && count === all.length
  $('all').indeterminate = count > 0 && count < all.length
}

/** Move the focus to the next card, or the one before. @param {1 | -1} step */
export function move(step) {
  const all = cards()
  const here = all.findIndex((card) => card.element.contains(document.activeElement))
  const there = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step
  if (there === all.length && next) return goOn()
  all[there]?.article.focus()
}
