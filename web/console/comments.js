/** The comments in the list: which belong there, which are removed and restored, and which are selected. */

/** @import {Comment, Filters, Notice} from './types' */

import {$} from './dom.js'
import {comments, state, update} from './state.js'

/** @type {Map<string, ?string>} by the id of a comment that left the list, the id of the one below it */
const places = new Map()
/** @type {Map<string, string>} the names that authors gave themselves, by author */
export const authorNames = new Map()
let lastSelected = ''

/** Whether a comment as it stands belongs into this list. @param {Comment} comment @param {Filters} [filters] */
export function belongs(comment, filters = state.filters) {
  const {status} = state.view
  const {q = '', author, network, post} = filters
  const isFlagged = comment.status === 'published' && comment.flags > 0
  const isOf = [
    [author, comment.author],
    [network, comment.network],
    [post, comment.post],
  ].every(([wanted, has]) => !wanted || wanted === has)
  const edit = comment.pending_edit
  const texts = [comment.text, comment.name, edit?.text, edit?.name].join('\n')
  const hasWord = texts.toLowerCase().includes(q.toLowerCase())
  const isIn = comment.status === status || (status === 'pending' && Boolean(edit))
  return (status === 'flagged' ? isFlagged : isIn) && isOf && hasWord
}

/** Whether the list is not filtered. */
export const isWhole = () => Object.values(state.filters).every((value) => !value)

/** @param {string} id @returns {?HTMLElement} */
const articleOf = (id) => $(`comment-${id}`)?.querySelector('article') ?? null

/** Put the focus on a comment, or above the list where it is not shown. @param {string} [id] */
export function focusComment(id = '') {
  const article = articleOf(id) ?? $('list-heading')
  article.focus()
}

/** The comment whose card has the focus. */
export function focusedComment() {
  const card = document.activeElement?.closest('#list > li')
  return comments().find(({id}) => card?.id === `comment-${id}`) ?? null
}

/** The comments that the next decision is about: the selected ones, or the focused one. */
export function targets() {
  const selected = comments().filter(({id}) => state.selected.has(id))
  const focused = focusedComment()
  return selected.length ? selected : focused ? [focused] : []
}

/** Take comments off the list; the focus goes on to what is next. @param {{id: string}[]} gone */
export function takeOff(gone) {
  const [all, ids] = [comments(), new Set(gone.map(({id}) => id))]
  const indexes = all.flatMap(({id}, index) => (ids.has(id) ? [index] : []))
  if (!indexes.length) return
  const active = document.activeElement
  const hadFocus = $('selection').contains(active) || [...ids].some((id) => $(`comment-${id}`)?.contains(active))
  for (const index of indexes) places.set(all[index]?.id ?? '', all[index + 1]?.id ?? null)
  const after = all.slice(indexes.at(-1)).find(({id}) => !ids.has(id))
  const items = all.filter(({id}) => !ids.has(id))
  const selected = new Set([...state.selected].filter((id) => !ids.has(id)))
  update({items, selected})
  if (hadFocus) focusComment(after?.id ?? items.at(-1)?.id)
}

/** Put comments back where they stood, if they belong there as they are now. @param {Comment[]} back @param {Notice} [notice]  why */
export function putBack(back, notice) {
  let items = comments()
  const notices = new Map(state.notices)
  for (const comment of [...back].reverse()) {
    const below = places.get(comment.id)
    const indexOf = (/** @type {string} */ wanted) => items.findIndex(({id}) => id === wanted)
    const [here, before] = [indexOf(comment.id), below ? Math.max(0, indexOf(below)) : items.length]
    if (here >= 0) items = items.toSpliced(here, 1)
    const at = here >= 0 ? here : before
    if (belongs(comment)) items = items.toSpliced(at, 0, comment)
    if (notice) notices.set(comment.id, notice)
    else notices.delete(comment.id)
  }
  update(state.view.isOfComments ? {items, notices} : {notices})
}

/** Show a comment as it stands now, where it is in the list. @param {Comment} comment */
export const replace = (comment) =>
  update({items: state.items.map((each) => (each.id === comment.id ? comment : each))})

/** Select a comment or not; all from the last one to this, if `isRange`. @param {Comment} comment @param {boolean} isSelected @param {boolean} [isRange] */
export function select(comment, isSelected, isRange = false) {
  const ids = comments().map(({id}) => id)
  const [from, to] = [ids.indexOf(lastSelected), ids.indexOf(comment.id)]
  const meant = isRange && from >= 0 ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [comment.id]
  const selected = new Set(state.selected)
  for (const id of meant) {
    if (isSelected) selected.add(id)
    else selected.delete(id)
  }
  lastSelected = comment.id
  update({selected})
}

/** Select all that are loaded, or none. @param {boolean} [all] */
export function selectAll(all = false) {
  lastSelected = ''
  update({selected: new Set(all ? comments().map(({id}) => id) : [])})
}
