/** The page's own parts, and the words that more than one of them needs. */

/** @import {Comment, Words} from './types' */

import {t} from './words.js'

/** @type {Words} */
export const IS = {
  pending: 'waiting',
  published: 'published',
  rejected: 'rejected',
  spam: 'spam',
  deleted: 'deleted',
}

/** @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id)

/** A reader's name among our words, isolated from their direction. @param {Comment} comment */
export const who = ({name}) => (name ? `“\u2068${name}\u2069”` : t('(no name)'))

/** Put words into an element, which is hidden without. @param {any} element @param {?string} [words] */
export function put(element, words) {
  element.textContent = words ?? ''
  element.hidden = !words
}

/** A copy of a template's content. @param {string} id @returns {any} */
export const copied = (id) => $(id).content.firstElementChild.cloneNode(true)

/** An element with these words. @param {string} tag @param {string} words */
export const worded = (tag, words) => Object.assign(document.createElement(tag), {textContent: words})

/** Characters that nobody sees, or that turn the direction of others. */
const UNSEEN =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]|[\u{e0000}-\u{e0fff}]/gu

const WORD = /[\p{L}\p{M}]+/gu
const LATIN = /\p{Script=Latin}/gu
const ALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/gu

/** Where a text has what nobody sees, or letters that pass for those of another script in the same word. @param {string} text */
function odd(text) {
  const found = [...text.matchAll(UNSEEN)].map(({0: letter, index}) => ({letter, index}))
  for (const {0: word, index: from} of text.matchAll(WORD)) {
    const [latin, other] = [[...word.matchAll(LATIN)], [...word.matchAll(ALIKE)]]
    if (!latin.length || !other.length) continue
    const fewer = latin.length < other.length ? latin : other
    found.push(...fewer.map(({0: letter, index}) => ({letter, index: from + index})))
  }
  return found.sort((a, b) => a.index - b.index)
}

/** A text whose unseen and look-alike characters are marked with their numbers, but stay what they are. @param {string} text */
export function visible(text) {
  /** @type {(string | Element)[]} */
  const parts = []
  let from = 0
  for (const {letter, index} of odd(text)) {
    const mark = worded('span', letter)
    mark.className = 'unseen'
    mark.dataset.number = `U+${letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
    parts.push(text.slice(from, index), mark)
    from = index + letter.length
  }
  return [...parts, text.slice(from)]
}
