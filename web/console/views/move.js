/** Moves a post's comments to another post, after a preview. */

/** @import {Post} from '../types' */

import {ask, serial} from '../api.js'
import {isolated, put} from '../dom.js'
import {continueJob, sayMoved} from '../jobs.js'
import {t} from '../locale.js'
import {say} from '../state.js'

/** @param {any} element @param {Post} post @param {() => void} moved */
export function offerMove(element, post, moved) {
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const [form, to, button] = [find('form'), find('input'), find('.confirm-move')]

  /** @param {string} words @param {boolean} isPossible */
  function preview(words, isPossible) {
    put(find('.preview p'), words)
    find('.preview').hidden = false
    button.disabled = !isPossible
  }

  to.oninput = () => (find('.preview').hidden = true)
  form.onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    serial(
      async () => {
        const seen = await ask('POST', 'v1/moderation/posts/move', {from: post.post, to: to.value, dry_run: true})
        preview(consequences(seen), true)
        to.value = seen.to.post
        button.focus()
      },
      (error) => preview(error.message, false),
    )
  }
  button.onclick = () => {
    button.disabled = true
    serial(
      async () => {
        const {job, left, moved: done} = await ask('POST', 'v1/moderation/posts/move', {from: post.post, to: to.value})
        sayMoved(done, left)
        if (left) continueJob(job, done, moved)
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
function consequences({from, to, comments, published, at_least: atLeast, merges}) {
  const between = {from: isolated(from.post), to: isolated(to.post)}
  const many = atLeast
    ? '{n} comments or more will move from {from} to {to}.'
    : '{n} comments will move from {from} to {to}.'
  return [
    t(many, {n: comments, ...between}),
    t('Published of them: {n}.', {n: published}),
    merges ? t('Others are there already; published of those: {n}.', {n: to.count}) : t('None are there yet.'),
    t(
      'Both posts are closed during the move, and the old one stays closed. You can undo this in Activity for 30 days.',
    ),
  ].join(' ')
}
