/** How the queue does: a small chart, and the table that says the same. */

/** @import {Day, Figures} from './types' */

import {copied, put, when, worded} from './page.js'

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
function lasting(seconds) {
  if (seconds === null) return '–'
  const [minutes, hours] = [seconds / 60, seconds / 3600]
  return hours >= 48
    ? `${Math.round(hours / 24)} days`
    : hours >= 2
      ? `${Math.round(hours)} hours`
      : `${Math.round(minutes)} min`
}

/** @param {Figures} figures @param {Map<string, string>} names  of moderators, by id @returns {Element[]} */
export function shown({waiting, waiting_more, oldest_waiting, spam_share, days}, names) {
  const element = copied('figures-view')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const oldest = oldest_waiting ? `, the oldest since ${when(oldest_waiting)}` : ''
  find('.waiting').textContent = `Waiting: ${waiting}${waiting_more ? '+' : ''}${oldest}.`
  put(
    find('.spam'),
    spam_share !== null ? `Spam: ${Math.round(spam_share * 100)} % of what was decided on in 30 days.` : '',
  )
  draw(find('svg'), days)
  const busy = days.filter((day) => Object.keys(day.decisions).length)
  for (const {day, decisions, by, seconds_to_decision: seconds} of busy) {
    const row = document.createElement('tr')
    const counts = KINDS.map((kind) => worded('td', String(decisions[kind] ?? 0)))
    const who = Object.entries(by).map(([id, count]) => `\u2068${names.get(id) ?? 'another moderator'}\u2069: ${count}`)
    row.append(worded('th', day), ...counts, worded('td', lasting(seconds)), worded('td', who.join(', ')))
    find('tbody').append(row)
  }
  find('.chart').hidden = !busy.length
  return [element]
}
