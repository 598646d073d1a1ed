/** One comment, drawn. */

import {button, clean, face, h} from './dom.js'

/**
 * @param {import('./view.js').View} view
 * @param {PublicComment} comment
 * @returns {HTMLElement}
 */
export function draw(view, comment) {
  if (comment.gone) return h('article', {class: 'comment'}, h('p', {class: 'gone'}, view.say('gone')))
  const text = h('div', {class: 'text'}, clean(comment.html))
  const name = comment.name || view.say('anonymous')
  return h('article', {class: 'comment'}, header(view, comment, name), text, actions(view, comment, name))
}

/** @param {import('./view.js').View} view @param {PublicComment} comment @param {string} name */
function header(view, comment, name) {
  const by = comment.link ? h('a', {href: comment.link, rel: 'ugc nofollow noopener'}, name) : name
  const exactly = comment.created && view.words.exactly(comment.created)
  const time = h('time', {datetime: comment.created, title: exactly}, view.words.ago(comment.created))
  return h(
    'header',
    {},
    fold(view),
    face(comment.avatar || comment.id),
    h('b', {class: 'name', dir: 'auto'}, by),
    comment.moderator && h('span', {class: 'badge'}, view.say('moderator')),
    h('a', {class: 'time', href: `${location.href.replace(/#.*/, '')}#comment-${comment.id}`}, time),
    comment.edited && h('i', {class: 'edited'}, view.say('edited')),
  )
}

/** A button that folds a comment, with the replies below it, into its first line. */
function fold(/** @type {import('./view.js').View} */ view) {
  const made = button('fold', '', () => {
    const folded = made.closest('li')?.classList.toggle('folded')
    made.ariaExpanded = String(!folded)
  })
  made.ariaExpanded = 'true'
  made.ariaLabel = view.say('fold')
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
    const votes = comment[vote] ? view.words.number(comment[vote]) : ''
    const given = {ariaLabel: `${view.say(vote)} ${votes}`, ariaPressed: 'false'}
    return button(`vote ${vote}`, `${sign} ${votes}`, () => view.act(vote, comment), given)
  }
  const to = {ariaLabel: view.say('to', {name})}
  return h(
    'footer',
    {class: 'actions'},
    voting('up', '▲'),
    voting('down', '▼'),
    !view.closed && button('reply', view.say('reply'), () => view.act('write', comment), to),
    button('flag', view.say('flag'), () => view.act('flag', comment)),
  )
}
