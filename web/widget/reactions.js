/** Small deeds: voting, flagging, withdrawing. */

import {asNumber} from './api.js'
import {button, guarded, h} from './dom.js'
import {react as english} from './words/en.json'

const REASONS = ['spam', 'abuse', 'off_topic', 'illegal', 'other']

/** @typedef {import('./author.js').Author} Author */

/**
 * Vote, or take the same vote back.
 *
 * @param {Author} author
 * @param {PublicComment} comment
 * @param {number} direction 1 or -1
 */
export async function vote(author, comment, direction) {
  const {postView: view, votes} = author
  const wanted = votes.get(comment.id) === direction ? 0 : direction
  try {
    const {up, down} = await author.sendRequest('PUT', `v1/comments/${comment.id}/vote`, {vote: wanted})
    votes.set(comment.id, wanted)
    const {li} = view.render({...comment, up: asNumber(up), down: asNumber(down)})
    focus(li.querySelector(direction > 0 ? '.up' : '.down'))
  } catch (error) {
    showMessage(author, comment.id, author.explain(error))
  }
}

/**
 * Ask for a reason, and tell the moderators.
 *
 * @param {Author} author
 * @param {PublicComment} comment
 */
export function flag(author, {id}) {
  const {form, end} = panel(author, id, 'report', message(author, 'reason'))
  if (!form) return
  const choice = REASONS.map((reason, index) =>
    h(
      'label',
      {},
      h('input', {type: 'radio', name: 'reason', value: reason, checked: !index}),
      ` ${message(author, reason)}`,
    ),
  )
  const note = h('input', {name: 'note', maxLength: 500})
  const about = h(
    'label',
    {class: 'field'},
    h('span', {}, `${message(author, 'note')} (${author.say('optional')})`),
    note,
  )
  const send = button('send', message(author, 'report'), () => {}, {type: 'submit'})
  form.append(...choice, about, send, button('cancel', author.say('cancel'), end))
  form.onsubmit = guarded(async (event) => {
    event.preventDefault()
    const given = new FormData(form)
    const body = {reason: given.get('reason'), note: given.get('note')}
    if (!(await succeeds(author, form, () => author.sendRequest('POST', `v1/comments/${id}/flags`, body)))) return
    end()
    showMessage(author, id, message(author, 'reported'))
  })
  form.querySelector('input')?.focus()
}

/**
 * Ask whether one is sure, and withdraw.
 *
 * @param {Author} author
 * @param {PublicComment} comment
 */
export function withdraw(author, {id}) {
  const {form, end} = panel(author, id, 'withdraw', message(author, 'confirm_withdraw'))
  if (!form) return
  const no = button('cancel', message(author, 'keep'), end)
  form.append(
    button('send', message(author, 'withdraw'), () => {}, {type: 'submit'}),
    no,
  )
  form.onsubmit = guarded(async (event) => {
    event.preventDefault()
    if (await succeeds(author, form, () => author.sendRequest('DELETE', `v1/comments/${id}`)))
      removeWithdrawn(author, id)
  })
  no.focus()
}

/** What was withdrawn goes, or keeps its place for the answers below it. */
function removeWithdrawn(/** @type {Author} */ author, /** @type {string} */ id) {
  const {postView: view, ownComments, authorStorage} = author
  const item = view.itemsById.get(id)
  ownComments.delete(id)
  authorStorage.update((stored) => (stored.own = stored.own.filter(([each]) => each !== id)))
  if (!item) return
  if (item.comment.status === 'published') view.count -= 1
  if (item.replies.children.length) view.render({...item.comment, gone: true})
  else item.li.remove()
  if (!item.li.isConnected) view.itemsById.delete(id)
  view.updateHeader()
  view.announce(message(author, 'withdrawn'))
  view.heading.tabIndex = -1
  view.heading.focus()
}

/** The messages of this module, in the reader's language as far as its catalogue has them. */
function message(/** @type {Author} */ {postView: view}, /** @type {string} */ name) {
  view.i18n.sections.react = {...english, ...view.i18n.sections.react}
  return view.i18n.say(name, {}, 'react')
}

/**
 * A small form below a comment; asking for it again closes it.
 *
 * @param {Author} author
 * @param {string} id the comment's
 * @param {string} name of the button that opens it; the focus goes back there, even when the comment was redrawn
 * @param {string} question
 */
function panel({postView: view}, id, name, question) {
  const findArticle = () => view.itemsById.get(id)?.li.firstElementChild
  const article = findArticle()
  const open = article?.parentElement?.querySelector(':scope > .panel')
  open?.remove()
  const form = h('form', {class: 'panel', ariaLabel: question}, h('p', {}, question))
  const end = () => {
    form.remove()
    focus(findArticle()?.querySelector(`.${name}`))
  }
  form.onkeydown = ({key}) => key === 'Escape' && end()
  if (!article || open?.ariaLabel === question) return {form: null, end}
  article.after(form)
  return {form, end}
}

/** Whether it was done; why not is said below the form. */
async function succeeds(
  /** @type {Author} */ author,
  /** @type {HTMLFormElement} */ form,
  /** @type {() => Promise<unknown>} */ action,
) {
  form.querySelector('[role=alert]')?.remove()
  try {
    await action()
    return true
  } catch (error) {
    form.append(h('p', {class: 'error', role: 'alert'}, author.explain(error)))
    return false
  }
}

/** Say something about a comment, where it is. */
function showMessage(/** @type {Author} */ {postView: view}, /** @type {string} */ id, /** @type {string} */ words) {
  const article = view.itemsById.get(id)?.li.firstElementChild
  article?.querySelector(':scope > .message')?.remove()
  article?.append(h('p', {class: 'message'}, words))
  view.announce(words)
}

/** Go there, if it is anywhere. */
function focus(/** @type {Element | null | undefined} */ element) {
  if (element instanceof HTMLElement) element.focus()
}
