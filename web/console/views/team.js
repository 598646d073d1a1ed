/** The team, one's own devices, and API tokens. */

/** @import {Moderator, Token, View} from '../types' */

import {ask, serial} from '../api.js'
import {confirmed} from '../confirm.js'
import {copied, isolated, put, withText} from '../dom.js'
import {SignOutEverywhereEvent} from '../events.js'
import {t, when} from '../locale.js'
import {roleName, scopeName} from '../phrases.js'
import {say, state} from '../state.js'
import {draw} from './qr.js'

/** A page of settings, which shows a list of the service's in a template. @param {string} name @param {string} label @param {string} scope @param {string} what @param {(element: any, found: any) => void} fill @returns {View} */
const settings = (name, label, scope, what, fill) => ({
  id: `settings/${name}`,
  label,
  group: 'Settings',
  scope,
  filters: [],
  row({found}) {
    const element = copied(name)
    fill(element, found)
    return {element}
  },
  async load({signal}) {
    const found = await ask('GET', `v1/moderation/${what}`, undefined, signal)
    return {items: [{id: name, found: found[what] ?? found.tokens}]}
  },
})

export const teamView = settings('team', 'Team', 'manage', 'moderators', fillTeam)
export const devicesView = settings('devices', 'Your devices', 'read', 'sessions', fillDevices)
export const tokensView = settings('tokens', 'API tokens', 'manage', 'tokens', fillTokens)

/** @param {any} element @param {Moderator[]} moderators */
function fillTeam(element, moderators) {
  const own = listTeam(element, moderators)
  const form = element.querySelector('form')
  form.hidden = own?.role !== 'owner'
  onSubmit(form, async () => {
    const {name, role} = form.elements
    const {link} = await ask('POST', 'v1/moderation/moderators', {name: name.value, role: role.value})
    const words = t('Send this address: it works once, within 72 hours, and is shown only now.')
    const ends = t('It no longer works after you sign out here.')
    showSecret(element, `${words} ${ends}`, wholeAddress(link))
    form.reset()
    listTeam(element, (await ask('GET', 'v1/moderation/moderators')).moderators)
  })
}

/** Show the moderators; returns one's own account. @param {any} element @param {Moderator[]} moderators */
function listTeam(element, moderators) {
  const own = moderators.find(({id}) => id === state.session?.id)
  const rows = moderators.map(({id, name, role, created, invited, invitation}) => {
    const until = invitation ? t('until {time}', {time: when(invitation)}) : t('the invitation no longer works')
    const pending = invited ? [t('invited'), until] : []
    const about = [roleName(role), t('since {time}', {time: when(created)}), ...pending].join(' · ')
    if (own?.role !== 'owner' || id === own.id) return row(name, about)
    return row(name, about, {
      label: t('Remove'),
      path: `moderators?id=${id}`,
      after: t('{who} is removed.', {who: isolated(name)}),
    })
  })
  element.querySelector('.rows').replaceChildren(...rows)
  return own
}

/** @param {any} element @param {Token[]} tokens */
function fillDevices(element, tokens) {
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  put(find('.name'), state.session?.name)
  for (const token of tokens) {
    const end = {label: t('Sign out'), path: `sessions?id=${token.id}`, after: t('It is signed out.')}
    const words = t(token.current ? 'This device' : 'Another device')
    find('.rows').append(row(words, lifetime(token), token.current ? undefined : end))
  }
  listLinks(find('.links')).catch(() => {}) // the list of devices is there without it
  confirmed(find('.everywhere'), () => element.dispatchEvent(new SignOutEverywhereEvent()))
  find('.phone').onclick = () =>
    serial(
      async () => {
        const {link} = await ask('POST', 'v1/moderation/links')
        const address = wholeAddress(link)
        draw(find('.code'), address)
        const words = t('Point your phone’s camera at the code. It signs you in once, within 15 minutes.')
        showSecret(element, `${words} ${t('Signing out here signs out the phone too.')}`, address)
        await listLinks(find('.links'))
        find('.code').scrollIntoView({block: 'nearest'})
      },
      (error) => say(error.message),
    )
}

/** Show the links that nobody used yet. @param {any} list */
async function listLinks(list) {
  /** @type {{links: {id: string, created: string, expires: string}[]}} */
  const {links} = await ask('GET', 'v1/moderation/links')
  const rows = links.map(({id, created, expires}) => {
    const about = [t('since {time}', {time: when(created)}), t('until {time}', {time: when(expires)})].join(' · ')
    const end = {label: t('Revoke'), path: `links?id=${id}`, after: t('The link is revoked.')}
    return row(t('A link that was not used yet'), about, end)
  })
  list.replaceChildren(...rows)
}

/** @param {any} element @param {Token[]} tokens */
function fillTokens(element, tokens) {
  listTokens(element, tokens)
  const form = element.querySelector('form')
  onSubmit(form, async () => {
    const scopes = [...form.querySelectorAll(':checked')].map(({value}) => value)
    const {token} = await ask('POST', 'v1/moderation/tokens', {name: form.elements.name.value, scopes})
    showSecret(element, t('The API token, shown only now:'), token)
    form.reset()
    listTokens(element, (await ask('GET', 'v1/moderation/tokens')).tokens)
  })
}

/** @param {any} element @param {Token[]} tokens */
function listTokens(element, tokens) {
  const rows = tokens.map((token) => {
    const about = [...token.scopes.map(scopeName), lifetime(token)].join(' · ')
    const end = {label: t('Revoke'), path: `tokens?id=${token.id}`, after: t('It is revoked.')}
    return row(token.name ?? '', about, end)
  })
  element.querySelector('.rows').replaceChildren(...rows)
}

/** @param {any} form @param {() => Promise<void>} operation */
function onSubmit(form, operation) {
  form.onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    serial(operation, (error) => say(error.message))
  }
}

/** A link's whole address: that of this page, which is known to work. @param {string} link */
const wholeAddress = (link) => new URL(`#${link.split('#').at(-1)}`, location.href).href

/** What was made is shown once, in full. @param {any} element @param {string} words @param {string} secret */
function showSecret(element, words, secret) {
  const place = element.querySelector('.secret')
  place.querySelector('p').textContent = words
  place.querySelector('code').textContent = secret
  place.querySelector('button').onclick = async () => {
    await navigator.clipboard.writeText(secret).then(
      () => say(t('Copied.')),
      () => say(t('This browser does not let the page copy: please mark and copy it yourself.')),
    )
  }
  place.hidden = false
  place.focus()
}

/**
 * A row with a button that removes or revokes its item after a second press.
 *
 * @param {string} words @param {string} about @param {{label: string, path: string, after: string}} [end]
 */
function row(words, about, end) {
  const element = document.createElement('li')
  element.append(withText('span', words), withText('small', about))
  if (!end) return element
  const button = /** @type {HTMLButtonElement} */ (withText('button', end.label))
  button.type = 'button'
  button.ariaLabel = `${end.label}: ${words}`
  confirmed(button, () =>
    serial(
      async () => {
        await ask('DELETE', `v1/moderation/${end.path}`)
        element.remove()
        say(end.after)
      },
      (error) => say(error.message),
    ),
  )
  element.append(button)
  return element
}

/** When it was last in use, which the service notes once an hour. @param {Token} token */
function seen({used, current}) {
  if (current) return t('in use now')
  return used ? t('last seen {time}', {time: when(used)}) : t('not seen yet')
}

/** @param {Token} token */
const lifetime = (token) =>
  [t('since {time}', {time: when(token.created)}), seen(token), t('until {time}', {time: when(token.expires)})].join(
    ' · ',
  )
