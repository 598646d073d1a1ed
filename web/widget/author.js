/** Who reads: their key, and their own comments, which nobody else may see yet. */

import {newKey} from '../shared/ids.js'
import {asText, parseComments, request} from './api.js'
import {compose} from './composer.js'
import {button, h} from './dom.js'
import {AuthorStorage} from './storage.js'
import {keepSorted} from './sorting.js'
import styles from './author.css'
import {write as english} from './words/en.json'

const ANONYMOUS = /^v1\/(form|preview)/ // what is asked for without being anybody
const MAX_IDS = 50 // ids that the service takes at once

/** @typedef {import('./api.js').Refused} Refused */

/** @typedef {import('./view.js').View} View */
/** @typedef {(view: View, comment: PublicComment) => unknown} Action */

/** @type {WeakMap<View, Author>} */
const authors = new WeakMap()
const authorOf = (/** @type {View} */ view) => authors.get(view) ?? new Author(view)

/** Show what is theirs, and open what they were writing. @param {View} view */
export const restore = (view) => authorOf(view).restore()
/** Write a comment below the thread, or an answer. @type {Action} */
export const write = (view, comment) => authorOf(view).write(comment)
/** Agree, or take that back. @type {Action} */
export const up = (view, comment) => authorOf(view).run('vote', comment, 1)
/** Disagree, or take that back. @type {Action} */
export const down = (view, comment) => authorOf(view).run('vote', comment, -1)
/** Report a comment. @type {Action} */
export const flag = (view, comment) => authorOf(view).run('flag', comment)

export class Author {
  /** @type {Map<string, PublicComment>} the author's own comments here */
  ownComments = new Map()
  /** @type {Map<string, number>} what they voted, by comment */
  votes = new Map()

  /** @param {View} view */
  constructor(view) {
    authors.set(view, this)
    this.postView = view
    this.authorStorage = new AuthorStorage(view.storageKey)
    const {i18n, root} = view
    i18n.sections.write = {...english, ...i18n.sections.write}
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    root.adoptedStyleSheets = [...root.adoptedStyleSheets.slice(0, 1), sheet]
    view.decorate = (comment, article) => this.#decorate(comment, article)
    view.onReload = () => this.restore()
    keepSorted(view)
  }

  /**
   * @param {string} name
   * @param {Record<string, string | number>} [values]
   */
  say(name, values) {
    return this.postView.i18n.say(name, values, 'write')
  }

  /** Show what is theirs, and open what they were writing. */
  async restore() {
    const {postView: view, authorStorage} = this
    const ids = authorStorage
      .read()
      .own.filter(([, post]) => post === view.post)
      .map(([id]) => id)
    if (ids.length) await this.refreshOwn(ids.slice(-MAX_IDS)).catch(() => {})
    if (view.signal.aborted) return
    for (const [at] of authorStorage.read().drafts) {
      const [post, id = ''] = at.split(' ')
      const item = view.itemsById.get(id)
      if (post === encodeURIComponent(view.post) && (item || !id)) this.write(item?.comment, true)
    }
  }

  /**
   * Ask the service as this author; the first action of theirs makes the key.
   *
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {Record<string, string>} [more] headers
   */
  sendRequest(method, path, body, more) {
    if (!ANONYMOUS.test(path)) this.ensureKey()
    const {key} = this.authorStorage.read()
    const headers = {...(key && {Authorization: `Bearer aw_author_${key}`}), ...more}
    const content = body
      ? {body: JSON.stringify(body), headers: {...headers, 'Content-Type': 'application/json'}}
      : {headers}
    return request(this.postView, path, {method, cache: 'no-store', ...content})
  }

  /** Make the author key, if there is none yet; whether it was made now. */
  ensureKey() {
    const isNew = !this.authorStorage.read().key
    if (isNew) this.authorStorage.update((stored) => (stored.key = newKey()))
    return isNew
  }

  /**
   * A comment of theirs: it stands in its place, and is known to be theirs.
   *
   * @param {PublicComment} comment
   */
  add(comment) {
    this.ownComments.set(comment.id, comment)
    this.authorStorage.update((stored) => {
      if (!stored.own.some(([id]) => id === comment.id)) stored.own.push([comment.id, this.postView.post])
    })
    this.refreshOwn([comment.id]).catch(() => {}) // with the text, and until when it can be edited
    return this.postView.render(comment)
  }

  /** @param {PublicComment} [parent] @param {boolean} [quietly] */
  write(parent, quietly) {
    compose(this, {parent, quietly})
  }

  /** Let nothing of this author be known here any more. */
  forget() {
    this.authorStorage.clear()
    this.ownComments.clear()
    for (const {comment} of [...this.postView.itemsById.values()])
      if (comment.status === 'published') this.postView.render(comment)
  }

  /**
   * Why something was refused, in words.
   *
   * @param {unknown} error
   */
  explain(error) {
    const {status, problem, after} = /** @type {Refused} */ (error)
    if (!status || status >= 500) return this.say('failed')
    if (status === 429) return this.say('wait', {n: Math.ceil(Number(after)) || 1})
    if (status === 423) return this.say('closed')
    return this.say('refused', {why: asText(problem.detail) || `${status}`})
  }

  /** @param {string} action @param {PublicComment} comment @param {number} [vote] */
  run(action, comment, vote) {
    return this.postView.attempt(async () => (await this.postView.load('reactions'))[action](this, comment, vote))
  }

  /**
   * See what became of some of their comments.
   *
   * @param {string[]} ids
   */
  async refreshOwn(ids) {
    const answer = await this.sendRequest('GET', `v1/mine?${new URLSearchParams(ids.map((id) => ['id', id]))}`)
    const found = parseComments(answer).filter(({post, status}) => post === this.postView.post && status !== 'deleted')
    for (const comment of found.sort((one, other) => (one.created < other.created ? -1 : 1))) {
      this.ownComments.set(comment.id, comment)
      this.postView.render(comment)
    }
  }

  /** What a comment of one's own has, and others have not; what waits can't be answered. */
  #decorate(/** @type {PublicComment} */ comment, /** @type {HTMLElement} */ article) {
    const mine = this.ownComments.get(comment.id)
    const vote = this.votes.get(comment.id)
    for (const each of article.querySelectorAll('.vote')) {
      each.ariaPressed = String(each.classList.contains(vote === 1 ? 'up' : vote ? 'down' : '-'))
    }
    if (!mine || comment.gone) return
    article.querySelectorAll('.vote, .report').forEach((each) => each.remove())
    const actions = article.querySelector('.actions')
    if (comment.status !== 'published') {
      actions?.replaceChildren()
      actions?.before(h('p', {class: 'pending'}, this.say('pending')))
    }
    const until = Date.parse(asText(mine.edit_until))
    if (until > Date.now()) {
      const edit = button('edit', this.say('edit'), () => compose(this, {edited: mine}))
      actions?.append(edit)
      setTimeout(() => edit.remove(), until - Date.now())
    }
    actions?.append(button('withdraw', this.say('withdraw'), () => this.run('withdraw', comment)))
  }
}
