/** Sends a comment: with the form's token, the proof of work where it is required, and a key that no repeat stores twice. */

import {ID} from '../shared/ids.js'
import {asText} from './api.js'

/** @typedef {import('./author.js').Author} Author */
/** @typedef {import('./api.js').Refused} Refused */

export class Submission {
  /** @type {Answer} what the service requires of a form */
  form = {}

  /** @param {Author} author @param {string} key the same as long as it is the same comment */
  constructor(author, key) {
    this.currentAuthor = author
    this.key = key
  }

  /** Ask what the service requires. */
  async loadForm() {
    const {currentAuthor: author} = this
    this.form = await author.sendRequest('GET', `v1/form?${new URLSearchParams({post: author.postView.post})}`)
  }

  /**
   * Submit a new comment.
   *
   * @param {Record<string, string>} values the fields that are filled in
   * @param {PublicComment | undefined} parent
   * @param {boolean} [again] with another form
   * @returns {Promise<Answer>}
   */
  async submitNew(values, parent, again) {
    const {currentAuthor: author, key} = this
    const {postView: view} = author
    if (!asText(this.form.token)) await this.loadForm()
    if (this.form.work && author.ensureKey()) await this.loadForm() // the work is for this author alone
    const {token, work} = this.form
    const body = {
      ...values,
      post: view.post,
      ...(parent && {parent: parent.id}),
      post_title: document.title.slice(0, 200),
      form: token,
      ...(work && {work: await (await view.load('proof-of-work')).prove(`${token}:${key}`, work.bits, view.signal)}),
    }
    try {
      return await author.sendRequest('POST', 'v1/comments', body, {'Idempotency-Key': key})
    } catch (error) {
      const {problem} = /** @type {Refused} */ (error)
      // idempotency_key_reused: an earlier text was stored, but the response was lost; this one takes its place
      const stored = problem?.parameters?.comment
      if (ID.test(stored)) return this.submitEdit(stored, values)
      if (again || problem?.code !== 'work_missing') throw error
      this.form = {} // it was too old for the work that was done, or another author's
      return this.submitNew(values, parent, true)
    }
  }

  /** Replace the text of a comment. @param {string} id @param {Record<string, string>} values */
  submitEdit(id, values) {
    return this.currentAuthor.sendRequest('PATCH', `v1/comments/${id}`, values)
  }
}
