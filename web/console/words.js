/**
 * The page's words in the moderator's language.
 *
 * English is written where it is said, and names what other languages say instead; `words/en.json` holds only its plurals.
 *
 * @typedef {Record<string, string | Record<string, string>>} Catalogue  by plural category, where `{n}` decides
 */

import {chosen} from './languages.js'
import english from './words/en.json'

const LEFTWARD = /^(ar|fa|he|ur)\b/
const PATIENCE = 5_000 // milliseconds: then English will do
const {documentElement: root} = document
const catalogues = new Map(
  [...document.querySelectorAll('link[rel=words]')].map((link) => [
    link.getAttribute('hreflang') ?? '',
    link.getAttribute('href') ?? '',
  ]),
)
const {lang, locale} = chosen(navigator.languages, [...catalogues.keys()])

let catalogue = /** @type {Catalogue} */ (english)
let plurals = new Intl.PluralRules('en')
const times = new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeStyle: 'short'})
const days = new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeZone: 'UTC'})
const numbers = new Intl.NumberFormat(locale)

/** Fetch the words, and let the page say them; without, it stays English. */
export async function ready() {
  const address = catalogues.get(lang)
  if (!address) return
  try {
    catalogue = await (await fetch(address, {signal: AbortSignal.timeout(PATIENCE)})).json()
  } catch (error) {
    return console.warn('afterword', error)
  }
  plurals = new Intl.PluralRules(lang)
  Object.assign(root, {lang, dir: LEFTWARD.test(lang) ? 'rtl' : 'ltr'})
  document.title = t(document.title)
  translate(document.body)
}

/** Say what is written below a node, and what its elements are labelled with, in the page's language. @param {Node} node */
function translate(node) {
  if (node instanceof Text) {
    const words = node.data.replace(/\s+/g, ' ').trim()
    if (words in catalogue) node.data = node.data.replace(/\S.*\S|\S/s, () => t(words))
  }
  if (node instanceof Element && node.ariaLabel) node.ariaLabel = t(node.ariaLabel)
  for (const child of (node instanceof HTMLTemplateElement ? node.content : node).childNodes) translate(child)
}

/**
 * English words in the page's language; what is given is put in for `{name}`, and `n` chooses the plural.
 *
 * @param {string} words @param {Record<string, string | number>} [given]
 */
export function t(words, given = {}) {
  const found = catalogue[words] ?? words
  const said = typeof found === 'string' ? found : (found[plurals.select(Number(given.n))] ?? found.other ?? words)
  return said.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = given[name] ?? whole
    return typeof value === 'number' ? numbers.format(value) : value
  })
}

/** What the service says, which speaks English; a number in it may choose the plural. @param {string} words */
export function translated(words) {
  const [number] = /\d+/.exec(words) ?? []
  return number ? t(words.replace(number, '{n}'), {n: Number(number)}) : t(words)
}

/** A time. @param {string} iso */
export const when = (iso) => times.format(new Date(iso))

/** A day, as the service counts them. @param {string} iso */
export const onDay = (iso) => days.format(new Date(iso))

/** A share of 1. @param {number} share */
export const percent = (share) => new Intl.NumberFormat(locale, {style: 'percent'}).format(share)

/** A number of days, hours or minutes. @param {number} count @param {'day' | 'hour' | 'minute'} unit */
export const lasting = (count, unit) =>
  new Intl.NumberFormat(locale, {style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0}).format(count)
