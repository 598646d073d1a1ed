/**
 * The page in the moderator's language.
 *
 * English texts are in the code where they are used, and are the keys of messages; `words/en.json` has only plurals.
 */

import {I18n, choose} from '../shared/i18n.js'
import english from './words/en.json'

const PATIENCE = 5_000 // milliseconds, after which the page stays English
const SECTION = 'console'
const {documentElement: root} = document
const catalogues = new Map(
  [...document.querySelectorAll('link[rel=words]')].map((link) => [
    link.getAttribute('hreflang') ?? '',
    link.getAttribute('href') ?? '',
  ]),
)
const i18n = new I18n(choose(navigator.languages, ['en', ...catalogues.keys()]), {[SECTION]: english})
const {locale} = i18n
const times = new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeStyle: 'short'})
const days = new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeZone: 'UTC'})

/** Load the messages and translate the page; if that fails, it stays English. */
export async function translatePage() {
  const {lang, dir} = i18n
  const address = catalogues.get(lang)
  if (!address) return
  try {
    const messages = await (await fetch(address, {signal: AbortSignal.timeout(PATIENCE)})).json()
    i18n.sections = {[SECTION]: messages}
  } catch (error) {
    i18n.lang = 'en'
    return console.warn(error)
  }
  Object.assign(root, {lang, dir})
  document.title = t(document.title)
  translate(document.body)
}

/** Translate the texts and labels below a node. @param {Node} node */
function translate(node) {
  if (node instanceof Text) {
    const words = node.data.replace(/\s+/g, ' ').trim()
    if (has(words)) node.data = node.data.replace(/\S.*\S|\S/s, () => t(words))
  }
  if (node instanceof Element && node.ariaLabel) node.ariaLabel = t(node.ariaLabel)
  for (const child of (node instanceof HTMLTemplateElement ? node.content : node).childNodes) translate(child)
}

/** Whether there is such a message. @param {string} words */
export const has = (words) => words in (i18n.sections[SECTION] ?? {})

/**
 * An English text in the page's language; values replace `{name}`, and `n` selects the plural form.
 *
 * @param {string} words @param {Record<string, string | number>} [values]
 */
export const t = (words, values) => i18n.say(words, values, SECTION)

/** A time. @param {string} iso */
export const when = (iso) => times.format(new Date(iso))

/** A day, as the service counts them. @param {string} iso */
export const onDay = (iso) => days.format(new Date(iso))

/** A share of 1. @param {number} share */
export const percent = (share) => new Intl.NumberFormat(locale, {style: 'percent'}).format(share)

/** A number of days, hours or minutes. @param {number} count @param {'day' | 'hour' | 'minute'} unit */
export const lasting = (count, unit) =>
  new Intl.NumberFormat(locale, {style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0}).format(count)
