/** The audit log. */

/** @import {AuditEntry, View} from '../types' */

import {ask} from '../api.js'
import {auditRow} from '../cards/audit-row.js'
import {$} from '../dom.js'
import {jobRow, unfinished} from '../jobs.js'
import {actorName} from '../phrases.js'

/** @type {View} */
export const activityView = {
  id: 'activity',
  label: 'Activity',
  scope: 'read',
  element: 'activity-filter',
  filters: ['by', 'day'],
  row: (item) => (item.kind ? jobRow(item) : {element: auditRow(item)}),
  async load({filters: {by, day}, cursor, signal}) {
    const given = Object.entries({actor: by, since: day, until: day, cursor}).filter(([, value]) => value)
    const query = new URLSearchParams(/** @type {[string, string][]} */ (given))
    const {entries, next} = await ask('GET', `v1/moderation/audit?${query}`, undefined, signal)
    offerActors(entries)
    return {items: [...(cursor ? [] : await unfinished(signal)), ...entries], next}
  },
}

/** Offer those who did something to choose from. @param {AuditEntry[]} entries */
function offerActors(entries) {
  const known = new Set([...$('by').options].map(({value}) => value))
  for (const {actor} of entries) {
    if (actor.id && !known.has(actor.id)) $('by').append(new Option(actorName(actor), actor.id))
    known.add(actor.id ?? '')
  }
}
