/** The page's own parts, and the words that more than one of them needs. */

/** @import {Comment, Words} from './types' */

/** @type {Words} */
export const IS = {
  pending: 'waiting',
  published: 'published',
  rejected: 'rejected',
  spam: 'spam',
  deleted: 'deleted',
}

const times = new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'short'})

/** @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id)

/** @param {string} iso */
export const when = (iso) => times.format(new Date(iso))

/** A reader's name among our words, isolated from their direction. @param {Comment} comment */
export const who = ({name}) => (name ? `“\u2068${name}\u2069”` : '(no name)')

/** Put words into an element, which is hidden without. @param {any} element @param {?string} [words] */
export function put(element, words) {
  element.textContent = words ?? ''
  element.hidden = !words
}

/** A copy of a template's content. @param {string} id @returns {any} */
export const copied = (id) => $(id).content.firstElementChild.cloneNode(true)

/** An element with these words. @param {string} tag @param {string} words */
export const worded = (tag, words) => Object.assign(document.createElement(tag), {textContent: words})
