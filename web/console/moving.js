/** Moving a post's comments to another address, and going on with long work that somebody began. */

/** @import {Failure, Job, Post} from './types' */

import {say} from './deciding.js'
import {copied, put} from './page.js'
import {ask, inTurn} from './service.js'
import {t, when} from './words.js'

const PAUSE = 3_000 // milliseconds between two looks, where nothing was left to move but a last look is due
/** @type {Record<string, string>} */
const WORK = {
  move: 'Moving a post’s comments',
  decide: 'Deciding on many comments',
  undo: 'Taking back many decisions',
  erase: 'Erasing an author, who asked for it',
}

/** Let a post's row offer the move: first what it would do, then the deed. @param {any} element @param {Post} post @param {() => void} moved */
export function offer(element, post, moved) {
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const [form, to, button] = [find('form'), find('input'), find('.go')]
  to.oninput = () => (find('.dry').hidden = true)
  form.onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    inTurn(
      async () => {
        const seen = await ask('POST', 'v1/moderation/posts/move', {from: post.post, to: to.value, dry_run: true})
        put(find('.dry p'), would(seen))
        to.value = seen.to.post
        find('.dry').hidden = false
        button.disabled = false
        button.focus()
      },
      (error) => {
        put(find('.dry p'), error.message)
        find('.dry').hidden = false
        button.disabled = true
      },
    )
  }
  button.onclick = () => {
    button.disabled = true
    inTurn(
      async () => {
        const {job, left, moved: done} = await ask('POST', 'v1/moderation/posts/move', {from: post.post, to: to.value})
        told(done, left)
        if (left) goOn(job, done, moved)
        else moved()
      },
      (error) => {
        button.disabled = false
        say(error.message)
      },
    )
  }
}

/** @param {{from: Post, to: Post, comments: number, published: number, at_least: boolean, merges: boolean}} seen */
function would({from, to, comments, published, at_least: atLeast, merges}) {
  const between = {from: `\u2068${from.post}\u2069`, to: `\u2068${to.post}\u2069`}
  const many = atLeast ? '{n} comments or more go from {from} to {to}.' : '{n} comments go from {from} to {to}.'
  return [
    t(many, {n: comments, ...between}),
    t('Published of them: {n}.', {n: published}),
    merges ? t('Others are there already; published of those: {n}.', {n: to.count}) : t('None are there yet.'),
    t('Both posts are closed meanwhile, and the old one stays closed. The history can take it back for 30 days.'),
  ].join(' ')
}

/** @param {number} done @param {boolean} left */
function told(done, left) {
  const count = done ? t('{n} comments are moved.', {n: done}) : ''
  const due = t('A last look is due. Anybody may finish it, should this page be closed.')
  say(left ? `${count} ${due}`.trim() : count || t('All is moved.'))
}

/** Go on with a job until nothing is left. @param {string} job @param {number} [before]  moved so far @param {() => void} [ended] */
export function goOn(job, before = 0, ended = () => {}) {
  inTurn(
    async () => {
      const {done, left} = await ask('POST', `v1/moderation/jobs/${job}`)
      told(before + done, left)
      if (left) setTimeout(() => goOn(job, before + done, ended), done ? 0 : PAUSE)
      else ended()
    },
    (/** @type {Failure} */ error) => say(error.message),
  )
}

/** Rows of long work that nobody finished. @param {AbortSignal} signal */
export async function unfinished(signal) {
  const {jobs} = await ask('GET', 'v1/moderation/jobs', undefined, signal)
  return jobs.map((/** @type {Job} */ {id, work, who, at}) => {
    const element = copied('job-row')
    element.querySelector('p').textContent = t('{work}: begun by {who}, {time}, not finished.', {
      work: t(WORK[work] ?? work),
      who: `\u2068${who}\u2069`,
      time: when(at),
    })
    element.querySelector('button').onclick = (/** @type {MouseEvent} */ {currentTarget}) => {
      Object.assign(currentTarget ?? {}, {disabled: true})
      goOn(id, 0, () => element.remove())
    }
    return element
  })
}
