/**
 * Messages, numbers and times in somebody's language: a reader's in the widget, a moderator's in the console.
 *
 * @typedef {string | Record<string, string>} Message  a text, or one for each plural category, of which `n` chooses
 * @typedef {Record<string, Record<string, Message>>} Catalogue  by section and key
 */

/** For languages that are written from right to left. */
const RIGHT_TO_LEFT = /^(ar|fa|he|ur)/
const UNITS = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ (
  Object.entries({year: 31_557_600, month: 2_629_800, week: 604_800, day: 86_400, hour: 3_600, minute: 60})
)

/**
 * The first wanted language that is known, or its nearest relative; else English, which is known.
 *
 * @param {readonly string[]} wanted
 * @param {readonly string[]} known both as BCP 47 writes them
 * @returns {{lang: string, locale: string}} whose messages are used, and how dates and numbers are written
 */
export function choose(wanted, known) {
  const base = (/** @type {string} */ each) => each.split('-')[0]
  const nearest = (/** @type {string} */ locale) =>
    known.includes(locale) ? locale : known.find((each) => base(each) === base(locale))
  const locale = wanted.find(nearest) ?? 'en'
  return {lang: /** @type {string} */ (nearest(locale)), locale}
}

export class I18n {
  /** @param {{lang: string, locale: string}} chosen @param {Catalogue} sections in English */
  constructor({lang, locale}, sections) {
    this.lang = lang
    this.locale = locale
    this.dir = RIGHT_TO_LEFT.test(lang) ? 'rtl' : 'ltr'
    this.sections = sections
  }

  /** Let a catalogue's messages take the place of others; what it lacks stays. @param {Catalogue} catalogue */
  add(catalogue) {
    for (const name in catalogue) this.sections[name] = {...this.sections[name], ...catalogue[name]}
  }

  /**
   * A message; `{n}` and `{name}` are filled in, and `n` chooses the plural.  Without one, its key.
   *
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   * @param {string} [section]
   * @returns {string}
   */
  say(key, values = {}, section = 'read') {
    let message = this.sections[section]?.[key]
    if (typeof message === 'object') {
      message = message[new Intl.PluralRules(this.lang).select(/** @type {number} */ (values.n))] ?? message.other
    }
    return `${message ?? key}`.replace(/\{(\w+)\}/g, (hole, name) => this.number(values[name] ?? hole))
  }

  /** A number as the language writes it; text stays. @param {number | string} value */
  number(value) {
    return /** @type {number} */ (value).toLocaleString(this.locale)
  }

  /** How long ago, in words. @param {string} iso */
  ago(iso) {
    const seconds = Math.min(0, (Date.parse(iso) - Date.now()) / 1000)
    const [unit, length] = UNITS.find(([, each]) => -seconds >= each) ?? ['second', Infinity]
    return new Intl.RelativeTimeFormat(this.locale, {numeric: 'auto'}).format(Math.ceil(seconds / length) || 0, unit)
  }

  /** When, exactly. @param {string} iso */
  exactly(iso) {
    return new Date(iso).toLocaleString(this.locale, {dateStyle: 'long', timeStyle: 'short'})
  }
}
