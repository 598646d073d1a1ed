/**
 * The comments of one post, as long as they are shown.
 *
 * What is only needed later comes in parts of its own, which work on this view: going on and news (`later.js`),
 * what is one's own and writing (`author.js`), voting, flagging and withdrawing (`acts.js`).
 */

import {ID, ask, comments, number, text} from './api.js'
import {draw} from './comment.js'
import {button, h} from './dom.js'
import {part} from './parts.js'
import {Words} from './words.js'

const SHOWN = 8 // replies below one comment, before the rest waits behind a button: read.css has it too
const FIRST_LOOK = 20_000 // milliseconds until one looks for news

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
  items = new Map()
  count = 0
  closed = false
  newest = '' // when the latest of the comments seen was published
  next = '' // where the next page begins
  list = h('ol', {class: 'list'})
  live = h('p', {class: 'live', role: 'status'})
  sorts = h('select', {onchange: () => this.later('reorder')})
  more = button('more', '', () => this.later('goOn'))
  fresh = button('new', '', () => this.later('showNews'), {hidden: true})
  below = h('div', {class: 'below'})

  /**
   * What the author's part adds to a comment.
   *
   * @type {(comment: PublicComment, article: HTMLElement) => void}
   */
  own = () => {}

  /**
   * Before what a comment stands; an answer of the service is in order, what comes later is not.
   *
   * @type {(list: Element, comment: PublicComment) => Element | null}
   */
  following = () => null

  /** What the author's part does when the list was made anew. */
  again = async () => {}

  /** @type {Promise<import('./author.js').Author> | undefined} */
  #author

  /**
   * @param {import('./element.js').AfterwordComments} host
   * @param {ShadowRoot} root
   * @param {AbortSignal} gone nobody looks any more
   */
  constructor(host, root, gone) {
    this.host = host
    this.root = root
    this.gone = gone
    this.api = host.service
    this.post = host.postKey
    this.sort = host.order
    this.words = new Words(host.language)
    this.heading = h(/** @type {'h2'} */ (`h${host.level}`), {class: 'heading'})
  }

  /**
   * Show the comments; when it can't be, what the page's author put inside the tag stays.
   *
   * @param {() => void} shown
   */
  async begin(shown) {
    this.root.replaceChildren(h('slot'))
    const words = this.words.ready(this.host)
    try {
      // who wrote something wants to see what became of it, and not what the browser saw before
      const page = await this.page('', this.#isAuthor() ? {cache: 'no-cache'} : {})
      await words
      this.gone.throwIfAborted()
      this.post = text(page.post)
      this.#draw()
      this.take(page)
      shown()
    } catch {
      if (!this.gone.aborted) this.#failed(() => this.begin(shown))
      return
    }
    const linked = () => this.#linked(location.hash.replace('#comment-', ''))
    requestAnimationFrame(() => requestAnimationFrame(linked)) // to scroll in the frame that grew counts as a shift
    addEventListener('hashchange', linked, {signal: this.gone})
    setTimeout(() => this.later('watch'), FIRST_LOOK)
    if (this.#isAuthor()) (await this.author()).begin()
  }

  /**
   * Say something in the reader's language.
   *
   * @param {string} name
   * @param {Record<string, string | number>} [values]
   */
  say(name, values) {
    return this.words.say(name, values)
  }

  /**
   * Say it to those who listen rather than look.
   *
   * @param {string} words
   */
  tell(words) {
    this.live.textContent = words
  }

  /** The part that knows who reads. */
  author() {
    this.#author ??= this.part('author').then(({Author}) => new Author(this))
    this.#author.catch(() => (this.#author = undefined))
    return this.#author
  }

  /**
   * Do something that is only needed later.
   *
   * @param {'goOn' | 'linked' | 'reorder' | 'showNews' | 'watch'} deed
   * @param {string} [id]
   */
  async later(deed, id) {
    await (await this.part('later'))[deed](this, id)
  }

  /**
   * Let a reader do something: `write` without a comment is under the thread, with one an answer.
   *
   * @param {'write' | 'up' | 'down' | 'flag'} deed
   * @param {PublicComment} [comment]
   */
  async act(deed, comment) {
    const author = await this.author()
    await author[deed](/** @type {PublicComment} */ (comment))
  }

  /**
   * Show a comment, or what became of it, in its place.
   *
   * @param {PublicComment} comment
   * @returns {Item}
   */
  place(comment) {
    const known = this.items.get(comment.id)
    const article = draw(this, comment)
    this.own(comment, article)
    if (known) {
      known.li.firstElementChild?.replaceWith(article)
      return Object.assign(known, {comment})
    }
    const replies = h('ol', {class: 'replies'})
    const item = {comment, li: h('li', {'data-id': comment.id, tabIndex: -1}, article, replies), replies}
    const parent = this.items.get(comment.parent)
    const list = parent ? parent.replies : this.list
    this.items.set(comment.id, item)
    list.insertBefore(item.li, this.following(list, comment))
    return item
  }

  /**
   * Bring a comment before the reader's eyes, and mark it.
   *
   * @param {Item} item
   */
  show({li}) {
    for (let up = li.parentElement; up; up = up.parentElement) {
      up.classList.remove('folded')
      up.classList.add('open')
    }
    this.root.querySelector('.marked')?.classList.remove('marked')
    li.classList.add('marked')
    li.scrollIntoView()
    li.focus({preventScroll: true})
  }

  /** Say how many there are, and offer to write one more. */
  head() {
    const {below, count} = this
    this.heading.textContent = count ? this.say('count', {n: count}) : this.say('none')
    this.sorts.parentElement?.toggleAttribute('hidden', count < 2)
    if (below.querySelector('form')) return
    const note = h('p', {class: 'note'}, this.closed ? this.say('closed') : !this.items.size && this.say('first'))
    below.replaceChildren(note, this.closed ? '' : button('write', this.say('write'), () => this.act('write')))
  }

  /**
   * @param {string} [cursor]
   * @param {RequestInit} [how]
   * @returns {Promise<Answer>}
   */
  async page(cursor, how) {
    const query = {post: this.post, sort: this.sort, limit: String(this.host.pageSize), ...(cursor && {cursor})}
    try {
      return await ask(this, `v1/comments?${new URLSearchParams(query)}`, how)
    } catch (error) {
      if (/** @type {import('./api.js').Refused} */ (error).status !== 422 || this.sort !== 'top') throw error
      this.sort = 'newest' // the post has too many comments for that order
      return this.page()
    }
  }

  /** @param {Answer} page the first one */
  take(page) {
    const sorts = ['newest', 'oldest', 'top'].filter((sort) => page.sorts?.includes?.(sort))
    this.sorts.replaceChildren(...sorts.map((sort) => h('option', {value: sort}, this.say(sort))))
    this.sorts.value = this.sort
    this.count = number(page.count)
    this.closed = page.closed === true
    this.add(page)
    this.head()
  }

  /** @param {Answer} page @returns {Item[]} what is new here */
  add(page) {
    const added = comments(page)
      .filter(({id}) => !this.items.has(id))
      .map((each) => this.place(each))
    for (const {comment} of added) if (comment.published > this.newest) this.newest = comment.published
    this.next = text(page.next)
    this.more.hidden = !this.next
    for (const item of this.items.values()) this.#shorten(item)
    return added
  }

  /** Let the rest of many replies wait behind a button. */
  #shorten(/** @type {Item} */ {replies}) {
    const rest = replies.children.length - SHOWN
    if (rest < 3 || replies.nextSibling) return
    const open = button('more', this.say('replies', {n: rest}), () => {
      replies.classList.add('open')
      open.remove()
      ;/** @type {HTMLElement} */ (replies.children[SHOWN]).focus()
    })
    replies.after(open)
  }

  #draw() {
    const {lang, dir} = this.words
    this.more.textContent = this.say('more')
    const sorts = h('label', {class: 'sort'}, `${this.say('sort')} `, this.sorts)
    const head = h('header', {class: 'head'}, this.heading, sorts)
    const children = [head, this.fresh, this.list, this.more, this.live, this.below]
    this.root.replaceChildren(h('section', {class: 'root', lang, dir}, ...children))
  }

  #failed(/** @type {() => void} */ again) {
    const note = h('p', {class: 'note', role: 'alert'}, this.say('failed'))
    this.root.replaceChildren(h('slot'), note, button('more', this.say('again'), again))
  }

  /** Go to the comment that the page's address names. */
  async #linked(/** @type {string} */ id) {
    const item = this.items.get(id)
    if (item) this.show(item)
    else if (ID.test(id)) await this.later('linked', id)
  }

  /** @param {string} name @returns {Promise<any>} */
  async part(name) {
    try {
      return await part(name)
    } catch (error) {
      this.tell(this.say('failed'))
      throw error
    }
  }

  /** Whether this browser keeps something of an author, so that their part is needed. */
  #isAuthor() {
    try {
      return localStorage.getItem(this.drawer) ?? sessionStorage.getItem(this.drawer)
    } catch {
      return false // it keeps nothing for anybody
    }
  }

  /** Under what name an author's things are kept. */
  get drawer() {
    return `afterword ${this.api}`
  }
}
