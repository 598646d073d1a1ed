/** Statistics of the queue: small charts, and tables with the same data. */

/** @import {Day, Insights, View} from '../types' */

import {ask} from '../api.js'
import {copied, isolated, put, withText} from '../dom.js'
import {lasting, onDay, percent, t, when} from '../locale.js'

const [BAR, GAP, HEIGHT] = [10, 2, 100] // units of a chart
const KINDS = ['approve', 'reject', 'spam'] // from the bottom up

/** @type {View} */
export const insightsView = {
  id: 'insights',
  label: 'Insights',
  scope: 'read',
  filters: [],
  row: ({insights}) => ({element: shown(insights)}),
  async load({signal}) {
    const insights = await ask('GET', 'v1/moderation/stats?days=30', undefined, signal)
    return {items: [{id: 'insights', insights}]}
  },
}

/** @param {SVGElement} svg @param {Record<string, string | number>} attributes */
function bar(svg, attributes) {
  const rect = document.createElementNS(svg.namespaceURI, 'rect')
  for (const [name, value] of Object.entries(attributes)) rect.setAttribute(name, String(value))
  svg.append(rect)
}

/**
 * A chart with one bar per day, the oldest first.
 *
 * @param {string} title @param {Day[]} days @param {(day: Day) => [string, number][]} parts  of a bar, from the bottom up
 * @param {(most: number) => string} said  a number, with its unit
 */
function chart(title, days, parts, said) {
  const element = copied('chart')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const bars = [...days].reverse().map(parts)
  const most = Math.max(0, ...bars.map((pile) => pile.reduce((sum, [, size]) => sum + size, 0)))
  const [first = '', last = ''] = [days.at(-1), days[0]].map((day) => (day ? onDay(day.day) : ''))
  const svg = find('svg')
  svg.setAttribute('viewBox', `0 0 ${bars.length * (BAR + GAP)} ${HEIGHT}`)
  svg.ariaLabel = t('{title}: from {first} to {last}, at most {most}', {title, first, last, most: said(most)})
  for (const [index, pile] of bars.entries()) {
    let top = HEIGHT
    for (const [kind, size] of pile) {
      const height = most && (size / most) * HEIGHT
      top -= height
      bar(svg, {class: kind, x: index * (BAR + GAP), y: top, width: BAR, height})
    }
  }
  find('figcaption').textContent = title
  find('.most').textContent = said(most)
  find('.first-day').textContent = first
  find('.last-day').textContent = last
  return element
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

/** What of a day's decisions was spam, if there were any. @param {Day} day */
function spamOf({decisions}) {
  const all = KINDS.reduce((sum, kind) => sum + (decisions[kind] ?? 0), 0)
  return all ? (decisions.spam ?? 0) / all : null
}

/** Who decided how much, the most first; who is gone has no name. @param {Day[]} days @param {Record<string, string>} names */
function deciders(days, names) {
  /** @type {Record<string, number>} */
  const counts = {}
  for (const {by} of days) for (const [id, count] of Object.entries(by)) counts[id] = (counts[id] ?? 0) + count
  const all = Object.entries(counts).sort(([, one], [, other]) => other - one)
  return all.map(([id, count]) => {
    const [element, svg] = [document.createElement('tr'), copied('moderator-bar')]
    const name = withText('th', isolated(names[id] ?? t('another moderator')))
    name.setAttribute('scope', 'row')
    name.append(svg)
    svg.setAttribute('viewBox', `0 0 ${all[0]?.[1]} 1`)
    bar(svg, {class: 'approve', width: count, height: 1})
    element.append(name, withText('td', t('{n}', {n: count})))
    return element
  })
}

/** A day in the table. @param {Day} day @param {Record<string, string>} names */
function row(day, names) {
  const {decisions, by, waiting, seconds_to_decision: seconds} = day
  const element = document.createElement('tr')
  const who = Object.entries(by).map(([id, count]) => `${isolated(names[id] ?? t('another moderator'))}: ${count}`)
  const share = spamOf(day)
  const cells = [
    ...KINDS.map((kind) => t('{n}', {n: decisions[kind] ?? 0})),
    share === null ? '–' : percent(share),
    about(seconds),
    who.join(', '),
    t('{n}', {n: waiting}),
  ]
  element.append(withText('th', onDay(day.day)), ...cells.map((words) => withText('td', words)))
  element.firstElementChild?.setAttribute('scope', 'row')
  return element
}

/** @param {Insights} insights */
function shown({waiting, waiting_more, oldest_waiting, spam_share, days, names}) {
  const element = copied('insights')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const many = waiting_more ? t('{n} or more', {n: waiting}) : t('{n}', {n: waiting})
  find('.waiting').textContent = oldest_waiting
    ? t('Waiting: {many}, the oldest since {time}.', {many, time: when(oldest_waiting)})
    : t('Waiting: {many}.', {many})
  put(
    find('.spam'),
    spam_share !== null ? t('Spam: {share} of what was decided on in 30 days.', {share: percent(spam_share)}) : '',
  )
  const busy = days.filter((day) => day.waiting || Object.keys(day.decisions).length)
  const count = (/** @type {number} */ n) => t('{n}', {n})
  find('.charts').append(
    chart(t('Decisions'), days, ({decisions}) => KINDS.map((kind) => [kind, decisions[kind] ?? 0]), count),
    chart(t('Still waiting'), days, (day) => [['reject', day.waiting]], count),
    chart(t('Mean time to decision'), days, (day) => [['reject', day.seconds_to_decision ?? 0]], about),
    chart(t('Share of spam'), days, (day) => [['spam', spamOf(day) ?? 0]], percent),
  )
  find('.days tbody').append(...busy.map((day) => row(day, names)))
  find('.moderators tbody').append(...deciders(days, names))
  find('.moderators').hidden = !find('.moderators tbody').childElementCount
  find('.scrolled').hidden = find('.charts').hidden = !busy.length
  return element
}
