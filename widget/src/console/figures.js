/** How the queue does: a small chart, and the table that says the same. */

/** @import {Day, Figures} from './types' */

import {copied, put, worded} from './page.js'
import {lasting, onDay, percent, t, when} from './words.js'

const [BAR, GAP, HEIGHT] = [10, 2, 80] // units of the chart
const KINDS = ['approve', 'reject', 'spam'] // from the bottom up

/** @param {Day} day */
const total = ({decisions}) => KINDS.reduce((sum, kind) => sum + (decisions[kind] ?? 0), 0)

/** One bar a day, the oldest first. @param {SVGElement} svg @param {Day[]} days */
function draw(svg, days) {
  const most = Math.max(1, ...days.map(total))
  svg.setAttribute('viewBox', `0 0 ${days.length * (BAR + GAP)} ${HEIGHT}`)
  for (const [index, day] of [...days].reverse().entries()) {
    let top = HEIGHT
    for (const kind of KINDS) {
      const height = ((day.decisions[kind] ?? 0) / most) * HEIGHT
      top -= height
      const bar = document.createElementNS(svg.namespaceURI, 'rect')
      const attributes = {class: kind, x: index * (BAR + GAP), y: top, width: BAR, height}
      for (const [name, value] of Object.entries(attributes)) bar.setAttribute(name, String(value))
      svg.append(bar)
    }
  }
}

/** In words that need no counting. @param {number | null} seconds */
function about(seconds) {
  if (seconds === null) return '–'
  const hours = seconds / 3600
  return hours >= 48
    ? lasting(hours / 24, 'day')
    : hours >= 2
      ? lasting(hours, 'hour')
      : lasting(seconds / 60, 'minute')
}

/** @param {Figures} figures @param {Map<string, string>} names  of moderators, by id @returns {Element[]} */
export function shown({waiting, waiting_more, oldest_waiting, spam_share, days}, names) {
  const element = copied('figures-view')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const many = waiting_more ? t('{n} or more', {n: waiting}) : t('{n}', {n: waiting})
  find('.waiting').textContent = oldest_waiting
    ? t('Waiting: {many}, the oldest since {time}.', {many, time: when(oldest_waiting)})
    : t('Waiting: {many}.', {many})
  put(
    find('.spam'),
    spam_share !== null ? t('Spam: {share} of what was decided on in 30 days.', {share: percent(spam_share)}) : '',
  )
  draw(find('svg'), days)
  const busy = days.filter((day) => day.waiting || Object.keys(day.decisions).length)
  for (const {day, decisions, by, waiting: left, seconds_to_decision: seconds} of busy) {
    const row = document.createElement('tr')
    const counts = KINDS.map((kind) => worded('td', String(decisions[kind] ?? 0)))
    const who = Object.entries(by).map(
      ([id, count]) => `\u2068${names.get(id) ?? t('another moderator')}\u2069: ${count}`,
    )
    row.append(
      worded('th', onDay(day)),
      ...counts,
      worded('td', about(seconds)),
      worded('td', who.join(', ')),
      worded('td', t('{n}', {n: left})),
    )
    find('tbody').append(row)
  }
  find('.chart').hidden = !busy.length
  return [element]
}
