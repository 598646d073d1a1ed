/** How many comments each list holds. */

import {ask} from './api.js'
import {state, update} from './state.js'

const REST = 300 // milliseconds: one count after several responses in a row

let timer = 0

/** Count all lists with one request; a failure is ignored. */
export function recount() {
  clearTimeout(timer)
  timer = setTimeout(async () => {
    if (!state.session) return
    const counts = await ask('GET', 'v1/moderation/stats?days=1&lists=true').catch(() => null)
    if (counts && state.session) update({counts})
  }, REST)
}
