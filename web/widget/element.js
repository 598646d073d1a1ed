/**
 * `<afterword-comments>`: its attributes, and when it begins and ends.
 *
 * No property has an attribute's name: frameworks set a property where there is one.
 */

import {View} from './view.js'
import {HOME} from './parts.js'
import styles from './read.css'

/** Fired after the comments are drawn.  `count` is what the reader sees in the heading. */
export class CommentsShownEvent extends Event {
  /** @param {number} count */
  constructor(count) {
    super('comments-shown', {bubbles: true, composed: true})
    this.count = count
  }
}

const MAX_PAGE = 100 // comments: what the service gives at once
const DEFAULT_PAGE = 25
/** @type {CSSStyleSheet | undefined} */
let sheet

export class AfterwordComments extends HTMLElement {
  static observedAttributes = ['api', 'heading', 'lang', 'page-size', 'post', 'sort']

  #root = this.attachShadow({mode: 'open'})
  #gone = new AbortController()

  /** Where the service is: an address of http or https, else where this script came from. */
  get service() {
    const given = this.getAttribute('api') ?? ''
    return /^https?:\/\//i.test(given) ? given.replace(/\/*$/, '/') : HOME
  }

  /** What the page calls its post: as given, or the path of its canonical address, or of its own.  The service folds it. */
  get postKey() {
    const canonical = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel~=canonical]'))
    return this.getAttribute('post') || new URL(canonical?.href || location.href).pathname
  }

  get order() {
    const given = this.getAttribute('sort') ?? ''
    return /^(newest|oldest|top)$/.test(given) ? given : 'newest'
  }

  get pageSize() {
    const given = parseInt(this.getAttribute('page-size') ?? '')
    return given > 0 ? Math.min(given, MAX_PAGE) : DEFAULT_PAGE
  }

  /** The level of the heading: 1 to 6. */
  get level() {
    const given = this.getAttribute('heading') ?? ''
    return /^[1-6]$/.test(given) ? given : '2'
  }

  /** The wanted language: this element's, the page's, or the reader's. */
  get language() {
    const given = this.closest('[lang]:not([lang=""])')?.getAttribute('lang') || navigator.language
    try {
      return Intl.getCanonicalLocales(given)[0] ?? 'en'
    } catch {
      return 'en'
    }
  }

  connectedCallback() {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(styles)
    this.#root.adoptedStyleSheets = [sheet]
    this.#begin()
  }

  disconnectedCallback() {
    this.#gone.abort()
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#begin()
  }

  /** Once for all attributes that change together. */
  #begin() {
    this.#gone.abort()
    this.#gone = new AbortController()
    const {signal} = this.#gone
    queueMicrotask(() => {
      if (signal.aborted) return
      const view = new View(this, this.#root, signal)
      view.begin(() => this.dispatchEvent(new CommentsShownEvent(view.count)))
    })
  }
}
