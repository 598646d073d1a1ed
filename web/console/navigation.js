/** Shows the view that the address names, with its filters. */

/** @import {Filters, View} from './types' */

import {load} from './loading.js'
import {format, parse} from './router.js'
import {state, update} from './state.js'

/** @type {View[]} the first one is shown where the address names none */
let views = []

/** @param {View[]} known */
export const register = (known) => (views = known)

/** Whether this session may see a view; where that is not known, the service says. @param {View} view */
export const isAllowed = ({scope}) => state.session?.scopes?.includes(scope) ?? true

/** Show a view, and have the address say so. @param {Filters} filters @param {string} [id] @param {boolean} [isDetail]  of what is shown: no step to come back to */
export function open(filters, id = state.view.id, isDetail = false) {
  const address = format(id, filters)
  if (isDetail) history.replaceState(null, '', address)
  else if (address !== location.hash) history.pushState(null, '', address)
  show(id, filters)
}

/** Show the view that the address names. */
export function follow() {
  const {id = '', filters = {}} = parse(location.hash) ?? {}
  show(id, filters)
}

/** @param {string} id @param {Filters} given */
function show(id, given) {
  const view = views.find((each) => each.id === id && isAllowed(each)) ?? views[0]
  if (!view) return
  const filters = Object.fromEntries(view.filters.map((name) => [name, (given[name] ?? '').trim()]))
  const isSame = view === state.view
  const changed = view.filters.filter((name) => filters[name] !== (state.filters[name] ?? ''))
  if (isSame && view.isFilteredHere && changed.length) return update({filters})
  const isNarrower = isSame && changed.join() === 'q' && !state.filters.q
  load({view, filters}, isNarrower)
}
