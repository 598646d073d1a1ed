/** Small deeds: voting, flagging, withdrawing. */

import {number} from './api.js'
import {button, h} from './dom.js'
import {act as english} from './words/en.json'

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
  const {view, votes} = author
  const wanted = votes.get(comment.id) === direction ? 0 : direction
  try {
    const {up, down} = await author.ask('PUT', `v1/comments/${comment.id}/vote`, {vote: wanted})
    votes.set(comment.id, wanted)
    const {li} = view.place({...comment, up: number(up), down: number(down)})
    focus(li.querySelector(direction > 0 ? '.up' : '.down'))
  } catch (error) {
    say(author, comment.id, author.why(error))
  }
}

/**
 * Ask for a reason, and tell the moderators.
 *
 * @param {Author} author
 * @param {PublicComment} comment
 */
export function flag(author, {id}) {
  const {form, end} = panel(author, id, said(author, 'why'))
  if (!form) return
  const choice = REASONS.map((reason, index) =>
    h(
      'label',
      {},
      h('input', {type: 'radio', name: 'reason', value: reason, checked: !index}),
      ` ${said(author, reason)}`,
    ),
  )
  const note = h('input', {name: 'note', maxLength: 500})
  const about = h('label', {class: 'field'}, h('span', {}, `${said(author, 'note')} (${author.say('optional')})`), note)
  const send = button('send', said(author, 'report'), () => {}, {type: 'submit'})
  form.append(...choice, about, send, button('cancel', author.say('cancel'), end))
  form.onsubmit = async (event) => {
    event.preventDefault()
    const given = new FormData(form)
    const body = {reason: given.get('reason'), note: given.get('note')}
    if (!(await isDone(author, form, () => author.ask('POST', `v1/comments/${id}/flags`, body)))) return
    end()
    say(author, id, said(author, 'reported'))
  }
  form.querySelector('input')?.focus()
}

/**
 * Ask whether one is sure, and withdraw.
 *
 * @param {Author} author
 * @param {PublicComment} comment
 */
export function withdraw(author, {id}) {
  const {form, end} = panel(author, id, said(author, 'sure'))
  if (!form) return
  const no = button('cancel', said(author, 'no'), end)
  form.append(
    button('send', said(author, 'yes'), () => {}, {type: 'submit'}),
    no,
  )
  form.onsubmit = async (event) => {
    event.preventDefault()
    if (await isDone(author, form, () => author.ask('DELETE', `v1/comments/${id}`))) lose(author, id)
  }
  no.focus()
}

/** What was withdrawn goes, or keeps its place for the answers below it. */
function lose(/** @type {Author} */ author, /** @type {string} */ id) {
  const {view, own, drawer} = author
  const item = view.items.get(id)
  own.delete(id)
  drawer.change((kept) => (kept.own = kept.own.filter(([each]) => each !== id)))
  if (!item) return
  if (item.comment.status === 'published') view.count -= 1
  if (item.replies.children.length) view.place({...item.comment, gone: true})
  else item.li.remove()
  if (!item.li.isConnected) view.items.delete(id)
  view.head()
  view.tell(said(author, 'withdrawn'))
  view.heading.tabIndex = -1
  view.heading.focus()
}

/** The words of this part, in the reader's language as far as its catalogue has them. */
function said(/** @type {Author} */ {view}, /** @type {string} */ name) {
  view.words.chapters.act = {...english, ...view.words.chapters.act}
  return view.words.say(name, {}, 'act')
}

/** A small form below a comment; asking for it again closes it. */
function panel(/** @type {Author} */ {view}, /** @type {string} */ id, /** @type {string} */ question) {
  const article = view.items.get(id)?.li.firstElementChild
  const asked = view.root.activeElement
  const open = article?.parentElement?.querySelector(':scope > .panel')
  open?.remove()
  const form = h('form', {class: 'panel', ariaLabel: question}, h('p', {}, question))
  const end = () => {
    form.remove()
    focus(asked)
  }
  form.onkeydown = ({key}) => key === 'Escape' && end()
  if (!article || open?.ariaLabel === question) return {form: null, end}
  article.after(form)
  return {form, end}
}

/** Whether it was done; why not is said below the form. */
async function isDone(
  /** @type {Author} */ author,
  /** @type {HTMLFormElement} */ form,
  /** @type {() => Promise<unknown>} */ deed,
) {
  form.querySelector('[role=alert]')?.remove()
  try {
    await deed()
    return true
  } catch (error) {
    form.append(h('p', {class: 'wrong', role: 'alert'}, author.why(error)))
    return false
  }
}

/** Say something about a comment, where it is. */
function say(/** @type {Author} */ {view}, /** @type {string} */ id, /** @type {string} */ words) {
  const article = view.items.get(id)?.li.firstElementChild
  article?.querySelector(':scope > .said')?.remove()
  article?.append(h('p', {class: 'said'}, words))
  view.tell(words)
}

/** Go there, if it is anywhere. */
function focus(/** @type {Element | null | undefined} */ element) {
  if (element instanceof HTMLElement) element.focus()
}
