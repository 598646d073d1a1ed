/**
 * The page's state, in one object.  Only `update` changes it; code that draws a part of it subscribes to that part.
 *
 * @typedef {{token: string, id: string, name: string, scopes?: string[]}} Session  and whose it is
 *
 * @typedef {object} State
 * @property {?Session} session
 * @property {View} view  what is shown
 * @property {Filters} filters  of it, as the address has them
 * @property {Item[]} items  of the list, in order
 * @property {?string} next  where the list goes on; null at its end
 * @property {'loading' | 'ready' | 'failed'} progress  of the list's last request
 * @property {string} error  why it failed
 * @property {string} cachedAt  when the list was kept that is shown without a connection
 * @property {number} searched  comments that were searched to find these
 * @property {ReadonlySet<string>} selected  by id
 * @property {ReadonlyMap<string, Notice>} notices  why a comment came back, by its id
 * @property {?Counts} counts
 * @property {string} message  what happened last
 * @property {Undoable[]} undoable  what can be taken back, the last one last
 */

/** @import {Comment, Counts, Filters, Item, Notice, Undoable, View} from './types' */

/** @type {View} */
const NO_VIEW = {
  id: '',
  label: '',
  scope: 'read',
  filters: [],
  load: async () => ({items: []}),
  row: ({element}) => ({element}),
}

/** @type {State} */
const initial = {
  session: null,
  view: NO_VIEW,
  filters: {},
  items: [],
  next: null,
  progress: 'ready',
  error: '',
  cachedAt: '',
  searched: 0,
  selected: new Set(),
  notices: new Map(),
  counts: null,
  message: '',
  undoable: [],
}

/** @type {Readonly<State>} */
export const state = {...initial}

/** @type {{names: (keyof State)[], listener: (state: Readonly<State>) => void}[]} */
const subscriptions = []

/** Be called after each change of one of these. @param {(keyof State)[]} names @param {(state: Readonly<State>) => void} listener */
export const subscribe = (names, listener) => subscriptions.push({names, listener})

/** @param {Partial<State>} changes */
export function update(changes) {
  Object.assign(state, changes)
  for (const {names, listener} of subscriptions) if (names.some((name) => name in changes)) listener(state)
}

/** Forget what a moderator saw and did. @param {string} message */
export function reset(message) {
  const {view, filters} = state
  update({...initial, view, filters, message})
}

/** Tell the moderator what happened. @param {string} message */
export const say = (message) => update({message})

/** The comments in the list; empty in other views. */
export const comments = () => (state.view.isOfComments ? /** @type {Comment[]} */ (state.items) : [])
