/** Who gets in: one's own sessions and tokens; the moderators, whom owners invite and dismiss. */

/** @import {Failure, Moderator, Token, Words} from './types' */

import {say} from './deciding.js'
import {copied, put, worded} from './page.js'
import {draw} from './qr.js'
import {ask, inTurn, signed} from './service.js'
import {sure} from './sure.js'
import {t, when} from './words.js'

/** @type {Words} */
const SCOPES = {read: 'Read', moderate: 'Moderate', manage: 'Manage'}
/** @type {Words} */
const ROLES = {moderator: 'Moderator', owner: 'Owner'}

/** A link's whole address: that of this page, which is known to work. @param {string} link */
const full = (link) => new URL(`#${link.split('#').at(-1)}`, location.href).href

/** What came of a deed is told once, in full. @param {any} element @param {string} words @param {string} secret */
function tell(element, words, secret) {
  const told = element.querySelector('.told')
  told.querySelector('p').textContent = words
  told.querySelector('code').textContent = secret
  told.querySelector('button').onclick = async () => {
    await navigator.clipboard.writeText(secret).then(
      () => say(t('Copied.')),
      () => say(t('This browser does not let the page copy: please mark and copy it yourself.')),
    )
  }
  told.hidden = false
  told.focus()
}

/** A row with a button that ends what it is about, after a second press. @param {string} words @param {string} about @param {string} [end] @param {() => void} [ended] */
function row(words, about, end, ended) {
  const element = document.createElement('li')
  element.append(worded('span', words), worded('small', about))
  if (!end) return element
  const button = /** @type {HTMLButtonElement} */ (worded('button', end))
  button.type = 'button'
  button.ariaLabel = `${end}: ${words}`
  sure(button, () => ended?.())
  element.append(button)
  return element
}

/** When it was last in use, which the service notes once an hour. @param {Token} token */
function seen({created, used, current, name}) {
  if (current) return t('in use now')
  const time = used ?? (name ? '' : created) // a session begins with its first use
  return time ? t('last seen {time}', {time: when(time)}) : t('not seen yet')
}

/** @param {Token} token */
const lasting = (token) =>
  [t('since {time}', {time: when(token.created)}), seen(token), t('until {time}', {time: when(token.expires)})].join(
    ' · ',
  )

/** @param {AbortSignal} signal @returns {Promise<Element[]>} */
export async function view(signal) {
  const element = copied('access-view')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  const [sessions, tokens, moderators] = await Promise.all(
    ['sessions', 'tokens', 'moderators'].map((what) =>
      ask('GET', `v1/moderation/${what}`, undefined, signal).catch((/** @type {Failure} */ error) => {
        if (error.status !== 403) throw error // what only owners see
        return null
      }),
    ),
  )

  /** @param {string} path @param {string} words @param {Element} gone */
  const end = (path, words, gone) =>
    inTurn(
      async () => {
        await ask('DELETE', `v1/moderation/${path}`)
        gone.remove()
        say(words)
      },
      (error) => say(error.message),
    )

  /** @param {string} list @param {string} words @param {string} about @param {string} button @param {string} path @param {string} after */
  const ending = (list, words, about, button, path, after) => {
    const shown = row(words, about, button, () => end(path, after, shown))
    find(list).append(shown)
  }

  for (const token of sessions?.tokens ?? []) {
    const words = t(token.current ? 'This device' : 'Another device')
    if (token.current) find('.sessions').append(row(words, lasting(token)))
    else ending('.sessions', words, lasting(token), t('Sign it out'), `sessions?id=${token.id}`, t('It is signed out.'))
  }
  for (const token of tokens?.tokens ?? []) {
    const about = [
      ...token.scopes.map((/** @type {string} */ scope) => t(SCOPES[scope] ?? scope)),
      lasting(token),
    ].join(' · ')
    ending('.tokens', token.name ?? '', about, t('Revoke'), `tokens?id=${token.id}`, t('It is revoked.'))
  }
  const own = moderators?.moderators.find((/** @type {Moderator} */ {id}) => id === signed.session?.id)
  for (const {id, name, role, created} of moderators?.moderators ?? []) {
    const about = [t(ROLES[role] ?? role), t('since {time}', {time: when(created)})].join(' · ')
    if (own?.role === 'owner' && id !== own.id) {
      const after = t('{who} is dismissed.', {who: `\u2068${name}\u2069`})
      ending('.moderators', name, about, t('Dismiss'), `moderators?id=${id}`, after)
    } else find('.moderators').append(row(name, about))
  }
  find('.owners').hidden = own?.role !== 'owner'
  find('.for-tokens').hidden = !tokens
  find('.for-moderators').hidden = !moderators
  sure(find('.everywhere'), () => dispatchEvent(new Event('sign-out-everywhere')))
  find('.phone').onclick = () =>
    inTurn(
      async () => {
        const {link} = await ask('POST', 'v1/moderation/links')
        const address = full(link)
        draw(find('.code'), address)
        tell(element, t('Point your phone’s camera at the code. It lets you in once, within 15 minutes.'), address)
        find('.code').scrollIntoView({block: 'nearest'})
      },
      (error) => say(error.message),
    )
  find('.invite').onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    const {name, role} = find('.invite').elements
    inTurn(
      async () => {
        const {link} = await ask('POST', 'v1/moderation/moderators', {name: name.value, role: role.value})
        tell(element, t('Send this address: it lets in once, within 72 hours, and is shown only now.'), full(link))
      },
      (error) => say(error.message),
    )
  }
  find('.make').onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    const form = find('.make')
    const scopes = [...form.querySelectorAll(':checked')].map(({value}) => value)
    inTurn(
      async () => {
        const {token} = await ask('POST', 'v1/moderation/tokens', {name: form.elements.name.value, scopes})
        tell(element, t('The token of the program, shown only now:'), token)
      },
      (error) => say(error.message),
    )
  }
  put(find('.name'), signed.session?.name)
  return [element]
}
