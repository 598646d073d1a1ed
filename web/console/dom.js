/** Helpers for the page's elements. */

/** @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id)

/** Put a text into an element, which is hidden without. @param {any} element @param {?string} [text] */
export function put(element, text) {
  element.textContent = text ?? ''
  element.hidden = !text
}

/** A copy of a template's content. @param {string} id @returns {any} */
export const copied = (id) => $(id).content.firstElementChild.cloneNode(true)

/** An element with this text. @param {string} tag @param {string} text */
export const withText = (tag, text) => Object.assign(document.createElement(tag), {textContent: text})

/** A text that is no part of ours, isolated from its direction. @param {string} text */
export const isolated = (text) => `\u2068${text}\u2069`
