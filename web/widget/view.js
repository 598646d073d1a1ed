/**
 * The comments of one post, as long as they are shown.
 *
 * Lazy modules work on this view: more comments and new ones (`features.js`), writing and the reader's own comments
 * (`author.js`), voting, reporting and withdrawing (`reactions.js`).
 */

import {I18n, choose} from '../shared/i18n.js'
import {ID} from '../shared/ids.js'
import {asNumber, asText, parseComments, request} from './api.js'
import {renderComment} from './comment.js'
import {button, guarded, h} from './dom.js'
import {CommentsShownEvent} from './events.js'
import {load} from './lazy-loader.js'
import {read} from './words/en.json'

const SHOWN = 8 // replies below one comment, before the rest waits behind a button: read.css has it too
const FIRST_POLL = 20_000 // milliseconds until one looks for news

/**
 * A comment where it stands.
 *
 * @typedef {object} Item
 * @property {PublicComment} comment
 * @property {HTMLLIElement} li
 * @property {HTMLOListElement} replies
 */

export class View {
  /** @type {Map<string, Item>} by the comment's id */
  itemsById = new Map()
  count = 0
  closed = false
  newest = '' // when the latest of the comments seen was published
  next = '' // where the next page begins
  list = h('ol', {class: 'list'})
  status = h('p', {class: 'status', role: 'status'})
  sortSelect = h('select', {onchange: () => this.run('features', 'changeSort')})
  moreButton = button('more', '', () => this.run('features', 'loadMore'))
  newButton = button('new', '', () => this.run('features', 'showNew'), {hidden: true})
  footer = h('div', {class: 'footer'})

  /**
   * What the author's module adds to a comment.
   *
   * @type {(comment: PublicComment, article: HTMLElement) => void}
   */
  decorate = () => {}

  /**
   * Before what a comment stands; an answer of the service is in order, what comes later is not.
   *
   * @type {(list: Element, comment: PublicComment) => Element | null}
   */
  insertionPoint = () => null

  /** Load a lazy module. */
  load = load

  /** What the author's module does when the list was replaced. */
  onReload = async () => {}

  /**
   * @param {import('./element.js').AfterwordComments} host
   * @param {ShadowRoot} root
   * @param {AbortSignal} signal aborted when nobody looks any more
   */
  constructor(host, root, signal) {
    this.host = host
    this.root = root
    this.signal = signal
    this.api = host.service
    this.post = host.postKey
    this.sort = host.order
    this.i18n = new I18n(choose([host.language], LANGUAGES), {read})
    this.heading = h(/** @type {'h2'} */ (`h${host.level}`), {class: 'heading'})
  }

  /** Show the comments in place of what the page's author put inside the tag; when it can't be, that stays. */
  async start() {
    const {host, i18n} = this
    const translated = guarded(async () => {
      const own = host.querySelector('script[type="application/json"]')?.textContent
      if (i18n.lang !== 'en') i18n.add(await load(i18n.lang))
      if (own) i18n.add(JSON.parse(own)) // the page author's go first
    })() // without them, English
    try {
      // who wrote something wants to see what became of it, and not what the browser saw before
      const page = await this.fetchPage('', this.#isKnownAuthor() ? {cache: 'no-cache'} : {})
      await translated
      this.signal.throwIfAborted()
      this.post = asText(page.post) || this.post
      this.#render()
      this.renderFirst(page)
      host.dispatchEvent(new CommentsShownEvent(this.count))
    } catch {
      if (!this.signal.aborted) this.#renderError()
      return
    }
    const openPermalink = guarded(() => this.#openPermalink(location.hash.replace('#comment-', '')))
    setTimeout(
      guarded(async () => this.signal.aborted || (await load('features')).poll(this)),
      FIRST_POLL,
    )
    addEventListener('hashchange', openPermalink, {signal: this.signal})
    requestAnimationFrame(() => requestAnimationFrame(openPermalink)) // to scroll in the frame that grew counts as a shift
    if (this.#isKnownAuthor()) await (await load('author')).restore(this)
  }

  /**
   * Do what the reader asked for, or say that it can't be done.
   *
   * @param {() => unknown} action
   */
  attempt(action) {
    this.announce('')
    return guarded(action, () => this.announce(this.say('failed'), 'note'))()
  }

  /**
   * Say something in the reader's language.
   *
   * @param {string} name
   * @param {Record<string, string | number>} [values]
   */
  say(name, values) {
    return this.i18n.say(name, values)
  }

  /**
   * Say it to those who listen rather than look; as a note, to everybody.
   *
   * @param {string} words
   * @param {'status' | 'note'} [kind]
   */
  announce(words, kind = 'status') {
    this.status.className = kind
    this.status.textContent = words
  }

  /**
   * Run an action of a lazy module.
   *
   * @param {'features' | 'author'} name the module's
   * @param {string} action
   * @param {PublicComment | string} [about]
   */
  run(name, action, about) {
    return this.attempt(async () => (await load(name))[action](this, about))
  }

  /**
   * Show a comment, or what became of it, in its place.
   *
   * @param {PublicComment} comment
   * @returns {Item}
   */
  render(comment) {
    const known = this.itemsById.get(comment.id)
    const article = renderComment(this, comment)
    this.decorate(comment, article)
    if (known) {
      known.li.firstElementChild?.replaceWith(article)
      return Object.assign(known, {comment})
    }
    const replies = h('ol', {class: 'replies'})
    const item = {comment, li: h('li', {'data-id': comment.id, tabIndex: -1}, article, replies), replies}
    const parent = this.itemsById.get(comment.parent)
    const list = parent ? parent.replies : this.list
    this.itemsById.set(comment.id, item)
    list.insertBefore(item.li, this.insertionPoint(list, comment))
    return item
  }

  /**
   * Bring a comment before the reader's eyes, and mark it.
   *
   * @param {Item} item
   */
  reveal({li}) {
    for (let up = li.parentElement; up; up = up.parentElement) {
      up.classList.remove('collapsed')
      up.classList.add('open')
    }
    this.root.querySelector('.highlighted')?.classList.remove('highlighted')
    li.classList.add('highlighted')
    li.scrollIntoView()
    li.focus({preventScroll: true})
  }

  /** Say how many there are, and offer to write one more. */
  updateHeader() {
    const {footer, count, sortSelect} = this
    const label = /** @type {HTMLElement} */ (sortSelect.parentElement)
    label.hidden = count < 2
    this.heading.textContent = count ? this.say('count', {n: count}) : this.say('empty')
    if (footer.querySelector('form')) return
    const note = h('p', {class: 'note'}, this.closed ? this.say('closed') : !this.itemsById.size && this.say('first'))
    footer.replaceChildren(
      note,
      this.closed ? '' : button('write', this.say('write'), () => this.run('author', 'write')),
    )
  }

  /**
   * @param {string} [cursor]
   * @param {RequestInit} [init]
   * @returns {Promise<Answer>}
   */
  async fetchPage(cursor, init) {
    const {post, sort, host} = this
    const query = /** @type {any} */ ({post, sort, limit: host.pageSize, ...(cursor && {cursor})})
    try {
      return await request(this, `v1/comments?${new URLSearchParams(query)}`, init)
    } catch (error) {
      if (/** @type {import('./api.js').Refused} */ (error).status !== 422 || this.sort !== 'top') throw error
      this.sort = 'newest' // the post has too many comments for that order
      return this.fetchPage()
    }
  }

  /** @param {Answer} page the first one */
  renderFirst(page) {
    const sorts = ['newest', 'oldest', 'top'].filter((sort) => page.sorts?.includes?.(sort))
    this.sortSelect.replaceChildren(...sorts.map((sort) => h('option', {value: sort}, this.say(sort))))
    this.sortSelect.value = this.sort
    this.count = asNumber(page.count)
    this.closed = page.closed
    this.addPage(page)
    this.updateHeader()
  }

  /** @param {Answer} page @returns {Item[]} what is new here */
  addPage(page) {
    const added = parseComments(page)
      .filter(({id}) => !this.itemsById.has(id))
      .map((each) => this.render(each))
    for (const {comment} of added) if (comment.published > this.newest) this.newest = comment.published
    this.next = asText(page.next)
    this.moreButton.hidden = !this.next
    for (const item of this.itemsById.values()) this.#collapseReplies(item)
    return added
  }

  /** Let the rest of many replies wait behind a button. */
  #collapseReplies(/** @type {Item} */ {replies}) {
    const rest = replies.children.length - SHOWN
    if (rest < 3 || replies.nextSibling) return
    const open = button('more', this.say('replies', {n: rest}), () => {
      replies.classList.add('open')
      open.remove()
      ;/** @type {HTMLElement | undefined} */ (replies.children[SHOWN])?.focus()
    })
    replies.after(open)
  }

  #render() {
    const {lang, dir} = this.i18n
    this.moreButton.textContent = this.say('more')
    const sorts = h('label', {class: 'sort'}, `${this.say('sort')} `, this.sortSelect)
    const head = h('header', {class: 'head'}, this.heading, sorts)
    const children = [head, this.newButton, this.list, this.moreButton, this.status, this.footer]
    this.root.replaceChildren(h('section', {class: 'root', lang, dir}, ...children))
  }

  #renderError() {
    this.root.replaceChildren(h('slot'))
    const note = h('p', {class: 'note', role: 'alert'}, this.say('failed'))
    this.root.append(
      note,
      button('more', this.say('retry'), () => this.start()),
    )
  }

  /** Go to the comment that the page's address names. */
  #openPermalink(/** @type {string} */ id) {
    const item = this.itemsById.get(id)
    if (item) this.reveal(item)
    else if (ID.test(id)) this.run('features', 'openPermalink', id)
  }

  /** Whether this browser stores something of an author, so that their module is needed. */
  #isKnownAuthor() {
    try {
      return localStorage.getItem(this.storageKey) ?? sessionStorage.getItem(this.storageKey)
    } catch {
      // it keeps nothing for anybody
    }
  }

  /** Under what name an author's things are kept. */
  get storageKey() {
    return `afterword ${this.api}`
  }
}
