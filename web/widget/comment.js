/** One comment, drawn. */

import {avatar, button, h, sanitize} from './dom.js'

/**
 * @param {import('./view.js').View} view
 * @param {PublicComment} comment
 * @returns {HTMLElement}
 */
export function renderComment(view, comment) {
  if (comment.gone) return h('article', {class: 'comment'}, h('p', {class: 'removed'}, view.say('removed')))
  const text = h('div', {class: 'text'}, sanitize(comment.html))
  const name = comment.name || view.say('anonymous')
  return h('article', {class: 'comment'}, header(view, comment, name), text, actions(view, comment, name))
}

/** @param {import('./view.js').View} view @param {PublicComment} comment @param {string} name */
function header(view, comment, name) {
  const by = comment.link ? h('a', {href: comment.link, rel: 'ugc nofollow noopener'}, name) : name
  const exactly = comment.created && view.i18n.exactly(comment.created)
  const time = h('time', {datetime: comment.created, title: exactly}, view.i18n.ago(comment.created))
  return h(
    'header',
    {},
    collapseButton(view),
    avatar(comment.avatar || comment.id),
    h('b', {class: 'name', dir: 'auto'}, by),
    comment.moderator && h('span', {class: 'badge'}, view.say('moderator')),
    h('a', {class: 'time', href: `${location.href.replace(/#.*/, '')}#comment-${comment.id}`}, time),
    comment.edited && h('i', {class: 'edited'}, view.say('edited')),
  )
}

/** A button that folds a comment, with the replies below it, into its first line. */
function collapseButton(/** @type {import('./view.js').View} */ view) {
  const toggle = () => (made.ariaExpanded = `${!made.closest('li')?.classList.toggle('collapsed')}`)
  const made = button('collapse', '', toggle, {ariaExpanded: 'true', ariaLabel: view.say('collapse')})
  return made
}

/**
 * @param {import('./view.js').View} view
 * @param {PublicComment} comment
 * @param {string} name of its author
 */
function actions(view, comment, name) {
  /** @type {(vote: 'up' | 'down', sign: string) => HTMLElement} */
  const voting = (vote, sign) => {
    const votes = comment[vote] ? view.i18n.number(comment[vote]) : ''
    const given = {ariaLabel: `${view.say(vote)} ${votes}`, ariaPressed: 'false'}
    return button(`vote ${vote}`, `${sign} ${votes}`, () => view.run('author', vote, comment), given)
  }
  const to = {ariaLabel: view.say('reply_to', {name})}
  return h(
    'footer',
    {class: 'actions'},
    voting('up', '▲'),
    voting('down', '▼'),
    !view.closed && button('reply', view.say('reply'), () => view.run('author', 'write', comment), to),
    button('report', view.say('report'), () => view.run('author', 'flag', comment)),
  )
}
