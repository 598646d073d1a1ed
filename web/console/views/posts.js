/** The posts: their counts, closing and reopening, and the titles that readers see. */

/** @import {Failure, Post, Row, View} from '../types' */

import {ask, serial} from '../api.js'
import {copied, isolated, put} from '../dom.js'
import {OpenEvent} from '../events.js'
import {jobRow, unfinished} from '../jobs.js'
import {t} from '../locale.js'
import {statusName} from '../phrases.js'
import {say, state} from '../state.js'
import {offerMove} from './move.js'

/** @type {View} */
export const postsView = {
  id: 'posts',
  label: 'Posts',
  scope: 'read',
  element: 'post-search',
  filters: ['q'],
  isFilteredHere: true,
  row: (item) => (item.kind ? jobRow(item) : postRow(item)),
  async load({cursor, signal}) {
    const query = new URLSearchParams(cursor ? {cursor} : {})
    const {posts, next} = await ask('GET', `v1/moderation/posts?${query}`, undefined, signal)
    const items = posts.map((/** @type {Post} */ post) => ({...post, id: `post ${post.post}`}))
    return {items: [...(cursor ? [] : await unfinished(signal)), ...items], next}
  },
}

/** Whether a post has the word that is looked for in its key or title. @param {Post} post */
function isWanted({post, title, proposed_title}) {
  const wanted = (state.filters.q ?? '').trim().toLocaleLowerCase()
  return [post, title, proposed_title].join(' ').toLocaleLowerCase().includes(wanted)
}

/** @param {Post} post @returns {Row} */
function postRow(post) {
  const element = copied('post-row')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const [title, button] = [find('input'), find('.toggle-closed')]
  const values = {post: isolated(post.post)}

  /** Draw it as it stands now; what is being typed stays. @param {Post} now */
  function draw(now) {
    if (title.value.trim() === (post.title ?? '')) title.value = now.title ?? ''
    now.waiting ??= post.waiting // only the list shows it
    post = now
    find('.post').textContent = post.post
    if (post.link?.startsWith('http')) find('.post').href = post.link
    const about = [
      t('{n} published', {n: post.count}),
      statusName(post.closed ? 'closed' : 'open'),
      post.moved_to && t('moved to {post}', {post: isolated(post.moved_to)}),
    ]
    find('.meta').textContent = about.filter(Boolean).join(' · ')
    put(find('.waiting'), post.waiting ? t('{n} waiting', {n: post.waiting}) : '')
    const proposed = post.title ? '' : post.proposed_title
    put(find('.proposed'), proposed && t('A reader’s page calls it: {title}', {title: isolated(proposed)}))
    button.textContent = t(post.closed ? 'Reopen' : 'Close')
  }

  /** @param {object} what @param {string} words */
  function change(what, words) {
    const {version} = post
    serial(
      async () => {
        draw(await ask('PATCH', `v1/moderation/posts?${new URLSearchParams({post: post.post})}`, {...what, version}))
        say(words)
      },
      (/** @type {Failure} */ error) => say(error.message),
    )
  }

  button.onclick = () =>
    change({closed: !post.closed}, t(post.closed ? '{post} is open again.' : '{post} is closed.', values))
  find('.waiting').onclick = () => element.dispatchEvent(new OpenEvent({post: post.post}, 'queue/pending'))
  offerMove(find('.move'), post, () => {
    say(t('{post} is moved.', values))
    element.dispatchEvent(new OpenEvent({}, 'posts'))
  })
  find('form').onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    change({title: title.value.trim()}, t('The title of {post} is saved.', values))
  }
  title.value = post.title ?? ''
  draw(post)
  return {element, update: () => (element.hidden = !isWanted(post))}
}
