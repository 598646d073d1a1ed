/** Words, numbers and times in the reader's language. */

import {part} from './parts.js'
import {read} from './words/en.json'

/** @typedef {'read' | 'write' | 'act'} Chapter */

/** For languages that are written from right to left. */
const LEFTWARD = /^(ar|fa|he|ur)\b/
const UNITS = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ (
  Object.entries({year: 31_557_600, month: 2_629_800, week: 604_800, day: 86_400, hour: 3_600, minute: 60})
)

export class Words {
  /**
   * What is said while reading, while writing, and about a comment.
   *
   * @type {Record<string, Record<string, Word>>}
   */
  chapters = {read}

  /** @param {string} lang what is wanted, as BCP 47 writes it */
  constructor(lang) {
    const base = lang.split('-')[0] ?? ''
    const like = (/** @type {string} */ each) => each.split('-')[0] === base
    /** The language whose words are used: the wanted one, its nearest relative, or English. */
    this.lang = LANGUAGES.find((each) => each === lang) ?? LANGUAGES.find(like) ?? 'en'
    /** How dates and numbers are written. */
    this.locale = like(this.lang) ? lang : this.lang
    this.dir = LEFTWARD.test(this.lang) ? 'rtl' : 'ltr'
  }

  /**
   * Fetch the words; those that the page's author put inside the tag, as JSON, go first.
   *
   * @param {Element} host
   */
  async ready(host) {
    const own = host.querySelector('script[type="application/json"]')?.textContent
    try {
      if (this.lang !== 'en') this.add(await part(this.lang))
      if (own) this.add(JSON.parse(own))
    } catch (error) {
      console.warn('afterword', error) // the words before stay
    }
  }

  /**
   * Let a catalogue's words take the place of others; what it lacks stays.
   *
   * @param {Answer} catalogue
   */
  add(catalogue) {
    for (const chapter of ['read', 'write', 'act']) {
      this.chapters[chapter] = {...this.chapters[chapter], ...catalogue[chapter]}
    }
  }

  /**
   * Say something; `{n}` and `{name}` are filled in, and `n` chooses the plural.
   *
   * @param {string} name
   * @param {Record<string, string | number>} [values]
   * @param {Chapter} [chapter]
   * @returns {string}
   */
  say(name, values = {}, chapter = 'read') {
    let word = this.chapters[chapter]?.[name]
    if (typeof word === 'object') word = word[new Intl.PluralRules(this.locale).select(Number(values.n))] ?? word.other
    return String(word ?? name).replace(/\{(\w+)\}/g, (_, key) => this.number(values[key]))
  }

  /** A number as the language writes it; words stay. @param {number | string | undefined} value */
  number(value) {
    return typeof value === 'number' ? new Intl.NumberFormat(this.locale).format(value) : `${value}`
  }

  /**
   * How long ago, in words.
   *
   * @param {string} iso
   */
  ago(iso) {
    const seconds = Math.min(0, (Date.parse(iso) - Date.now()) / 1000)
    const [unit, length] = UNITS.find(([, each]) => -seconds >= each) ?? ['second', Infinity]
    return new Intl.RelativeTimeFormat(this.locale, {numeric: 'auto'}).format(Math.ceil(seconds / length) || 0, unit)
  }

  /**
   * When, exactly.
   *
   * @param {string} iso
   */
  exactly(iso) {
    return new Date(iso).toLocaleString(this.locale, {dateStyle: 'long', timeStyle: 'short'})
  }
}
