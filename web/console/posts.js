/** The posts: how many comments each has; close, reopen, set the title that readers see. */

/** @import {Failure, Post} from './types' */

import {say} from './deciding.js'
import {offer} from './moving.js'
import {$, copied, put} from './page.js'
import {only, open} from './queue.js'
import {ask, inTurn} from './service.js'
import {t} from './words.js'

/** @param {Post[]} posts @returns {Element[]} */
export function rows(posts) {
  const box = $('list').querySelector('.finding')
  const found = posts.map(row)
  if (box) narrow(box.value, found)
  return box || !posts.length ? found : [finding(), ...found]
}

/** Finds posts among those that are loaded. */
function finding() {
  const element = copied('post-search')
  const box = element.querySelector('input')
  box.oninput = () => narrow(box.value, [...$('list').children])
  return element
}

/** Show only those that have a word in their key or a title. @param {string} word @param {Element[]} rows */
function narrow(word, rows) {
  const wanted = word.trim().toLocaleLowerCase()
  for (const row of rows) {
    const words = [row.querySelector('.post'), row.querySelector('.proposed')].map((each) => each?.textContent)
    const title = row.querySelector('input:not(.finding)')
    const all = [...words, title instanceof HTMLInputElement ? title.value : ''].join(' ').toLocaleLowerCase()
    if (row.querySelector('.post')) row.toggleAttribute('hidden', !all.includes(wanted))
  }
}

/** @param {Post} post */
function row(post) {
  const element = copied('post-row')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const [title, button] = [find('input'), find('.closing')]

  /** Draw it as it stands now; what is being typed stays. @param {Post} now */
  function show(now) {
    if (title.value.trim() === (post.title ?? '')) title.value = now.title ?? ''
    now.waiting ??= post.waiting // only the list tells
    post = now
    find('.post').textContent = post.post
    if (post.link?.startsWith('http')) find('.post').href = post.link
    const about = [
      t('{n} published', {n: post.count}),
      t(post.closed ? 'closed' : 'open'),
      post.moved_to && t('moved to {post}', {post: `\u2068${post.moved_to}\u2069`}),
    ]
    find('.about').textContent = about.filter(Boolean).join(' · ')
    put(find('.waiting'), now.waiting ? t('{n} waiting', {n: now.waiting}) : '')
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
  find('.waiting').onclick = () => only({status: 'pending', post: post.post}, post.post)
  offer(find('.moving'), post, isGone)
  find('form').onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    change({title: title.value.trim()}, t('{post} has its title.', named()))
  }
  title.value = post.title ?? ''
  show(post)
  return element
}
