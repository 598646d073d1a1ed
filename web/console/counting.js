/** How many comments each list holds, beside its name. */

/** @import {Counted} from './types' */

import {$, put} from './page.js'
import {ask, signed} from './service.js'
import {t, when} from './words.js'

const REST = 300 // milliseconds: several answers in a row are counted after once

let timer = 0

/** Count soon: all lists in one request; do without, if that can't be had. @param {() => boolean} isQueue  whether what waits is shown */
export function countSoon(isQueue) {
  clearTimeout(timer)
  timer = setTimeout(async () => {
    if (!signed.session) return
    const figures = await ask('GET', 'v1/moderation/stats?days=1&lists=true').catch(() => null)
    if (figures) show(figures, isQueue())
  }, REST)
}

/** @param {{oldest_waiting: ?string, lists: Record<string, Counted>}} figures @param {boolean} isQueue */
function show({oldest_waiting: oldest, lists}, isQueue) {
  for (const [status, {count, more}] of Object.entries(lists)) {
    put($(status).querySelector('.many'), `${t('{n}', {n: count})}${more ? '+' : ''}`)
  }
  put($('oldest'), oldest && t('The oldest waits since {time}.', {time: when(oldest)}))
  $('oldest').hidden ||= !isQueue
}
