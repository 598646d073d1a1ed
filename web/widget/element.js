/**
 * `<afterword-comments>`: its attributes, and when it begins and ends.
 *
 * No property has an attribute's name: frameworks set a property where there is one.
 */

import {guarded, h} from './dom.js'
import {SERVICE_URL} from './lazy-loader.js'
import {View} from './view.js'
import styles from './read.css'

const MAX_PAGE = 100 // comments: what the service gives at once
const DEFAULT_PAGE = 25
/** @type {CSSStyleSheet | undefined} */
let sheet

export class AfterwordComments extends HTMLElement {
  static observedAttributes = ['api', 'heading', 'lang', 'page-size', 'post', 'sort']

  #root = this.attachShadow({mode: 'open'})
  #controller = new AbortController()

  /** Where the service is: an address of http or https, else where this script came from. */
  get service() {
    const given = this.getAttribute('api') ?? ''
    return /^https?:\/\//i.test(given) ? given.replace(/\/*$/, '/') : SERVICE_URL
  }

  /** What the page calls its post: as given, or the path of its canonical address, or of its own.  The service folds it. */
  get postKey() {
    const link = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel~=canonical]'))
    return this.getAttribute('post') || new URL(link && URL.canParse(link.href) ? link.href : location.href).pathname
  }

  get order() {
    const given = this.getAttribute('sort') ?? ''
    return /^(oldest|top)$/.test(given) ? given : 'newest'
  }

  get pageSize() {
    const given = /** @type {any} */ (this.getAttribute('page-size')) | 0 // a whole number
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
    this.#start()
  }

  disconnectedCallback() {
    this.#controller.abort()
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#start()
  }

  /** Once for all attributes that change together. */
  #start() {
    this.#controller.abort()
    this.#controller = new AbortController()
    const {signal} = this.#controller
    const start = guarded(() => {
      if (signal.aborted) return
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(styles)
      this.#root.adoptedStyleSheets = [sheet]
      return new View(this, this.#root, signal).start()
    })
    this.#root.replaceChildren(h('slot')) // whatever breaks, what stands inside the tag shows
    queueMicrotask(start)
  }
}
