/**
 * A comment as readers would see it, with what they would miss: unusual characters, and where links really lead.
 *
 * It is built from HTML that is only parsed: no elements but those below are taken over, and no attributes but the
 * targets of links and the starts of lists.
 */

import {withText} from '../dom.js'
import {visible} from './confusables.js'

const ALLOWED = new Set('a blockquote br code del em li ol p pre strong ul'.split(' '))

/** @param {string} html  as the service gives it @returns {(string | Node)[]} */
export function rendered(html) {
  const {body} = new DOMParser().parseFromString(html, 'text/html')
  return [...body.childNodes].flatMap((node) => copy(node, body.textContent ?? ''))
}

/** @param {Node} node @param {string} whole  the comment's words @returns {(string | Node)[]} */
function copy(node, whole) {
  if (node instanceof Text) return visible(node.data, whole)
  if (!(node instanceof Element)) return []
  const inside = [...node.childNodes].flatMap((each) => copy(each, whole))
  if (!ALLOWED.has(node.localName)) return inside
  const element = document.createElement(node.localName)
  element.append(...inside)
  if (element instanceof HTMLOListElement) element.start = Number.parseInt(node.getAttribute('start') ?? '1')
  return element instanceof HTMLAnchorElement ? lead(element, node.getAttribute('href') ?? '') : [element]
}

/** @param {HTMLAnchorElement} link @param {string} href */
function lead(link, href) {
  if (!/^(https?|mailto):/i.test(href)) return [...link.childNodes]
  Object.assign(link, {href, target: '_blank', rel: 'noopener noreferrer nofollow'})
  return [link, hostOf(link)]
}

/** Where an address leads, as the network spells it: `xn--…` looks like another. @param {HTMLAnchorElement} link */
function hostOf({host, pathname}) {
  const text = withText('span', ` [${host || pathname}]`)
  return Object.assign(text, {className: 'host', dir: 'ltr'})
}

/** An address that somebody gave, spelled out: it is no link, so that nobody follows it by mistake. @param {string} href */
export const spelled = (href) => [
  ...visible(href),
  ...(href ? [hostOf(Object.assign(document.createElement('a'), {href}))] : []),
]
