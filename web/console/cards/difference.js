/** What changed between two texts, word by word. */

import {visible} from './confusables.js'

/** @typedef {{text: string, key: string}} Word  a word with the space after it, and what it is compared by */

const MAX_COMPARED = 1_000_000 // pairs of words; longer texts are shown as replaced where they differ

/** A text's words; of the space after them, only line breaks count. @param {string} whole @returns {Word[]} */
const words = (whole) => (whole.match(/\S+\s*|\s+/g) ?? []).map((text) => ({text, key: text.replace(/[^\S\n]+/g, '')}))

/**
 * The later text, with `<ins>` for what is new and `<del>` for what was there before.
 *
 * @param {string} before @param {string} after @returns {(string | Node)[]}
 */
export function difference(before, after) {
  const [old, now] = [words(before), words(after)]
  const start = common(old, now)
  const end = common(old.slice(start).reverse(), now.slice(start).reverse())
  const changed = changes(old.slice(start, old.length - end), now.slice(start, now.length - end))
  const parts = [{tag: '', some: now.slice(0, start)}, ...changed, {tag: '', some: now.slice(now.length - end)}]
  return parts.flatMap(({tag, some}) => marked(tag, some.map(({text}) => text).join(''), after))
}

/** How many words both begin with. @param {Word[]} old @param {Word[]} now */
function common(old, now) {
  const first = now.findIndex(({key}, index) => key !== old[index]?.key)
  return first < 0 ? now.length : first
}

/** Kept, removed and added words in order. @param {Word[]} old @param {Word[]} now */
function changes(old, now) {
  if (old.length * now.length > MAX_COMPARED) return [removed(old), added(now)]
  const rows = lengths(old, now)
  const at = (/** @type {number} */ i, /** @type {number} */ j) => rows[i]?.[j] ?? 0
  const found = /** @type {{tag: string, some: Word[]}[]} */ ([])
  const add = (/** @type {string} */ tag, /** @type {Word} */ word) => {
    const last = found.at(-1)
    if (last?.tag === tag) last.some.push(word)
    else found.push({tag, some: [word]})
  }
  let j = 0
  for (const [i, was] of old.entries()) {
    let is = now[j]
    for (; is && is.key !== was.key && at(i, j + 1) > at(i + 1, j); is = now[++j]) add('ins', is)
    if (is?.key !== was.key) add('del', was)
    else add('', /** @type {Word} */ (now[j++]))
  }
  return [...found, added(now.slice(j))]
}

/** @param {Word[]} some */
const removed = (some) => ({tag: 'del', some})
/** @param {Word[]} some */
const added = (some) => ({tag: 'ins', some})

/** The number of common words from each pair of places on. @param {Word[]} old @param {Word[]} now */
function lengths(old, now) {
  const rows = Array.from({length: old.length + 1}, () => new Uint16Array(now.length + 1))
  for (let i = old.length - 1; i >= 0; i--) {
    const [row, below] = [rows[i], rows[i + 1]]
    if (!row || !below) continue
    for (let j = now.length - 1; j >= 0; j--) {
      const isSame = old[i]?.key === now[j]?.key
      row[j] = isSame ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return rows
}

/** @param {string} tag @param {string} text @param {string} whole @returns {(string | Node)[]} */
function marked(tag, text, whole) {
  if (!text || !tag) return text ? visible(text, whole) : []
  const element = document.createElement(tag)
  element.append(...visible(text, whole))
  return [element]
}
