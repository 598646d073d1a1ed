/** The posts: how many comments each has; close, reopen, set the title that readers see. */

/** @import {Failure, Post} from './types' */

import {say} from './deciding.js'
import {offer} from './moving.js'
import {copied, put} from './page.js'
import {open} from './queue.js'
import {ask, inTurn} from './service.js'
import {t} from './words.js'

/** @param {Post[]} posts @returns {Element[]} */
export const rows = (posts) => posts.map(row)

/** @param {Post} post */
function row(post) {
  const element = copied('post-row')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const [title, button] = [find('input'), find('.closing')]

  /** Draw it as it stands now; what is being typed stays. @param {Post} now */
  function show(now) {
    if (title.value.trim() === (post.title ?? '')) title.value = now.title ?? ''
    post = now
    find('.post').textContent = post.post
    if (post.link?.startsWith('http')) find('.post').href = post.link
    const about = [
      t('{n} comments', {n: post.count}),
      t(post.closed ? 'closed' : 'open'),
      post.moved_to && t('moved to {post}', {post: `\u2068${post.moved_to}\u2069`}),
    ]
    find('.about').textContent = about.filter(Boolean).join(' · ')
    const proposed = post.title ? '' : post.proposed_title
    put(find('.proposed'), proposed && t('A reader’s page calls it: {title}', {title: `\u2068${proposed}\u2069`}))
    button.textContent = t(post.closed ? 'Reopen' : 'Close')
  }

  /** @param {object} what @param {string} words */
  function change(what, words) {
    const {version} = post
    inTurn(
      async () => {
        show(await ask('PATCH', `v1/moderation/posts?${new URLSearchParams({post: post.post})}`, {...what, version}))
        say(words)
      },
      (/** @type {Failure} */ error) => say(error.message),
    )
  }

  const named = () => ({post: `\u2068${post.post}\u2069`})
  button.onclick = () =>
    change({closed: !post.closed}, t(post.closed ? '{post} is open again.' : '{post} is closed.', named()))
  const isGone = () => {
    say(t('{post} is moved.', named()))
    open('posts')
  }
  offer(find('.moving'), post, isGone)
  find('form').onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    change({title: title.value.trim()}, t('{post} has its title.', named()))
  }
  title.value = post.title ?? ''
  show(post)
  return element
}
