/** Who reads: their key, and their own comments, which nobody else may see yet. */

import {ask, comments, text} from './api.js'
import {compose} from './composer.js'
import {button, h} from './dom.js'
import {Drawer, newKey} from './keeping.js'
import {keepOrder} from './order.js'
import styles from './author.css'
import {write as english} from './words/en.json'

const ANYBODYS = /^v1\/(form|preview)/ // what is asked for without being anybody
const AT_ONCE = 50 // ids that the service takes at once

/** @typedef {import('./api.js').Refused} Refused */

export class Author {
  /** @type {Map<string, PublicComment>} the author's own comments here */
  own = new Map()
  /** @type {Map<string, number>} what they voted, by comment */
  votes = new Map()

  /** @param {import('./view.js').View} view */
  constructor(view) {
    this.view = view
    this.drawer = new Drawer(view.drawer)
    const {words, root} = view
    words.chapters.write = {...english, ...words.chapters.write}
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    root.adoptedStyleSheets = [...root.adoptedStyleSheets.slice(0, 1), sheet]
    view.own = (comment, article) => this.#mark(comment, article)
    view.again = () => this.begin()
    keepOrder(view)
  }

  /**
   * @param {string} name
   * @param {Record<string, string | number>} [values]
   */
  say(name, values) {
    return this.view.words.say(name, values, 'write')
  }

  /** Show what is theirs, and open what they were writing. */
  async begin() {
    const {view, drawer} = this
    const ids = drawer
      .read()
      .own.filter(([, post]) => post === view.post)
      .map(([id]) => id)
    if (ids.length) await this.find(ids.slice(-AT_ONCE)).catch(() => {})
    for (const [at] of drawer.read().drafts) {
      const [post, id = ''] = at.split(' ')
      const item = view.items.get(id)
      if (post === encodeURIComponent(view.post) && (item || !id)) this.write(item?.comment, true)
    }
  }

  /**
   * Ask the service as this author; the first deed of theirs makes the key.
   *
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {Record<string, string>} [more] headers
   */
  ask(method, path, body, more) {
    if (!ANYBODYS.test(path)) this.becomes()
    const {key} = this.drawer.read()
    const headers = {...(key && {Authorization: `Bearer aw_author_${key}`}), ...more}
    const content = body
      ? {body: JSON.stringify(body), headers: {...headers, 'Content-Type': 'application/json'}}
      : {headers}
    return ask(this.view, path, {method, cache: 'no-store', ...content})
  }

  /** Make the author key, if there is none yet; whether it was made now. */
  becomes() {
    const isNew = !this.drawer.read().key
    if (isNew) this.drawer.change((kept) => (kept.key = newKey()))
    return isNew
  }

  /**
   * A comment of theirs: it stands in its place, and is known to be theirs.
   *
   * @param {PublicComment} comment
   */
  keep(comment) {
    this.own.set(comment.id, comment)
    this.drawer.change((kept) => {
      if (!kept.own.some(([id]) => id === comment.id)) kept.own.push([comment.id, this.view.post])
    })
    this.find([comment.id]).catch(() => {}) // with the text, and until when it can be edited
    return this.view.place(comment)
  }

  /** @param {PublicComment} [answered] @param {boolean} [quietly] */
  write(answered, quietly) {
    compose(this, {answered, quietly})
  }

  /** @param {PublicComment} comment */
  up(comment) {
    return this.#act('vote', comment, 1)
  }

  /** @param {PublicComment} comment */
  down(comment) {
    return this.#act('vote', comment, -1)
  }

  /** @param {PublicComment} comment */
  flag(comment) {
    return this.#act('flag', comment)
  }

  /** Let nothing of this author be known here any more. */
  forget() {
    this.drawer.forget()
    this.own.clear()
    for (const {comment} of [...this.view.items.values()]) if (comment.status === 'published') this.view.place(comment)
  }

  /**
   * Why something was refused, in words.
   *
   * @param {unknown} error
   */
  why(error) {
    const {status, problem, after} = /** @type {Refused} */ (error)
    if (!status || status >= 500) return this.say('offline')
    if (status === 429) return this.say('wait', {n: Math.max(1, Math.ceil(after || 1))})
    if (status === 423) return this.say('closed')
    return this.say('refused', {why: text(problem.detail) || `${status}`})
  }

  /** @param {string} deed @param {PublicComment} comment @param {number} [vote] */
  async #act(deed, comment, vote) {
    const acts = await this.view.part('acts')
    acts[deed](this, comment, vote)
  }

  /**
   * See what became of some of their comments.
   *
   * @param {string[]} ids
   */
  async find(ids) {
    const answer = await this.ask('GET', `v1/mine?${new URLSearchParams(ids.map((id) => ['id', id]))}`)
    const found = comments(answer).filter(({post, status}) => post === this.view.post && status !== 'deleted')
    for (const comment of found.sort((one, other) => (one.created < other.created ? -1 : 1))) {
      this.own.set(comment.id, comment)
      this.view.place(comment)
    }
  }

  /** What a comment of one's own has, and others have not; what waits can't be answered. */
  #mark(/** @type {PublicComment} */ comment, /** @type {HTMLElement} */ article) {
    const mine = this.own.get(comment.id)
    const vote = this.votes.get(comment.id)
    for (const each of article.querySelectorAll('.vote')) {
      each.ariaPressed = String(each.classList.contains(vote === 1 ? 'up' : vote ? 'down' : '-'))
    }
    if (!mine || comment.gone) return
    article.querySelectorAll('.vote, .flag').forEach((each) => each.remove())
    const actions = article.querySelector('.actions')
    if (comment.status !== 'published') {
      actions?.replaceChildren()
      actions?.before(h('p', {class: 'waiting'}, this.say('waiting')))
    }
    const until = Date.parse(mine.edit_until ?? '')
    if (until > Date.now()) {
      const edit = button('edit', this.say('edit'), () => compose(this, {edited: mine}))
      actions?.append(edit)
      setTimeout(() => edit.remove(), until - Date.now())
    }
    actions?.append(button('withdraw', this.say('withdraw'), () => this.#act('withdraw', comment)))
  }
}
