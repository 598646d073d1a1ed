/** The comments of one status. */

/** @import {Comment, View} from '../types' */

import {ask} from '../api.js'
import {Card} from '../cards/card.js'
import {authorNames} from '../comments.js'
import {state} from '../state.js'

const MAX_AT_ONCE = 100 // comments of a page after the first one, which should load fast

/** @param {string} status @param {string} label @returns {View} */
export const queueView = (status, label) => ({
  id: `queue/${status}`,
  label,
  scope: 'read',
  element: 'search',
  filters: ['q', 'author', 'network', 'post'],
  isOfComments: true,
  status,
  row: cardOf,
  async load({filters, cursor, signal}) {
    const wanted = {status, ...filters, cursor, limit: cursor && `${MAX_AT_ONCE}`}
    const given = Object.entries(wanted).filter(([, value]) => value)
    const page = await ask('GET', `v1/moderation/queue?${new URLSearchParams(given)}`, undefined, signal)
    for (const {author, name} of page.comments) if (author && name) authorNames.set(author, name)
    return {items: page.comments, next: page.next, searched: page.scanned}
  },
})

/** @param {Comment} comment */
function cardOf(comment) {
  const card = new Card(comment)
  return {
    element: card.element,
    update: (/** @type {Comment} */ now) =>
      card.update(now, {isSelected: state.selected.has(now.id), notice: state.notices.get(now.id)}),
  }
}
