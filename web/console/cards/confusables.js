/** Marks invisible characters, and letters that look like those of another script. */

import {withText} from '../dom.js'

/** Characters that are invisible or change the direction of others. */
const UNSEEN =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]|[\u{e0000}-\u{e0fff}]/gu

/** Those of them that emoji, and Arabic and Indic scripts, need. */
const JOINED =
  '[\\p{scx=Arabic}\\p{scx=Syriac}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}]'
const NEEDED = new RegExp(
  '(?<=[\\p{Emoji}\\p{S}])[\\ufe0e\\ufe0f]' +
    '|(?<=[\\p{Extended_Pictographic}\\p{EMod}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})' +
    `|(?<=${JOINED})[\\u200c\\u200d](?=${JOINED})`,
  'gu',
)

const WORD = /[\p{L}\p{M}]+/gu
const LATIN = /\p{Script=Latin}/gu
const ALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/gu
/** Words of other scripts in which every letter looks like a Latin one. */
const PASSING = /^[аеорсухіјѕһԁԛԝАВЕКМНОРСТХЅІЈУαιονρυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսհ]{2,}$/u

/** Whether all words are Latin, but for those that pass for such. @param {string} text */
function isLatin(text) {
  const words = (text.match(WORD) ?? []).filter((word) => !PASSING.test(word))
  return words.length > 0 && words.every((word) => word.match(LATIN))
}

/** Where a text has what nobody sees, or letters that pass for those of another script. @param {string} text @param {string} whole  what it is part of */
function suspicious(text, whole) {
  const needed = new Set([...text.matchAll(NEEDED)].map(({index}) => index))
  const found = [...text.matchAll(UNSEEN)].map(({0: letter, index}) => ({letter, index}))
  const marked = found.filter(({index}) => !needed.has(index))
  const passing = isLatin(whole) ? PASSING : null
  for (const {0: word, index: from} of text.matchAll(WORD)) {
    const [latin, other] = [[...word.matchAll(LATIN)], [...word.matchAll(ALIKE)]]
    const isMixed = latin.length && other.length
    if (!isMixed && !passing?.test(word)) continue
    const fewer = isMixed && latin.length < other.length ? latin : other
    marked.push(...fewer.map(({0: letter, index}) => ({letter, index: from + index})))
  }
  return marked.sort((a, b) => a.index - b.index)
}

/** A text whose unseen and look-alike characters are marked with their numbers, but stay what they are. @param {string} text @param {string} [whole]  what it is part of */
export function visible(text, whole = text) {
  /** @type {(string | Element)[]} */
  const parts = []
  let from = 0
  for (const {letter, index} of suspicious(text, whole)) {
    const mark = withText('span', letter)
    mark.className = 'marked-character'
    mark.dataset.number = `U+${letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
    parts.push(text.slice(from, index), mark)
    from = index + letter.length
  }
  return [...parts, text.slice(from)]
}
