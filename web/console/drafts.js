/**
 * Drafts of moderators: kept in the tab for their moderator, even if the session ends, until they are sent or discarded
 * or the moderator signs out.
 *
 * @typedef {'reply' | 'edit' | 'note'} Kind
 * @typedef {{text: string, key: string}} Draft  `key`: the same reply sent again is one reply
 */

import {newKey} from '../shared/ids.js'
import {state} from './state.js'

const STORED = 'afterword-drafts'

/** @type {Record<string, Draft>} by moderator, kind and comment */
let drafts = stored()

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? '{}')
  } catch {
    return {}
  }
}

function store() {
  try {
    if (Object.keys(drafts).length) sessionStorage.setItem(STORED, JSON.stringify(drafts))
    else sessionStorage.removeItem(STORED)
  } catch {} // without storage, they last as long as the page
}

/** @param {Kind} kind @param {string} id */
const named = (kind, id) => `${state.session?.id} ${kind} ${id}`

/** @param {Kind} kind @param {string} id  of the comment @returns {?Draft} */
export const draft = (kind, id) => drafts[named(kind, id)] ?? null

/** @param {Kind} kind @param {string} id @param {string} text */
export function keepDraft(kind, id, text) {
  drafts[named(kind, id)] = {text, key: draft(kind, id)?.key ?? newKey()}
  store()
}

/** @param {Kind} kind @param {string} id */
export function dropDraft(kind, id) {
  delete drafts[named(kind, id)]
  store()
}

/** Remove all drafts. */
export function dropDrafts() {
  drafts = {}
  store()
}

/** The note that goes with a decision about a comment. @param {{id: string}} comment */
export const noteFor = ({id}) => draft('note', id)?.text.trim() ?? ''
