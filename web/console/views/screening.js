/** The screening policy as a form: which comments are held. */

/** @import {Policy, Token, View} from '../types' */

import {ask, serial} from '../api.js'
import {copied} from '../dom.js'
import {t} from '../locale.js'
import {settingsForm} from '../schema-form.js'
import {say} from '../state.js'

/** @type {View} */
export const screeningView = {
  id: 'settings/screening',
  label: 'Screening',
  group: 'Settings',
  scope: 'read',
  filters: [],
  row: ({policy, tokens}) => ({element: form(policy, tokens)}),
  async load({signal}) {
    const [policy, {tokens}] = await Promise.all(
      ['policy', 'sessions'].map((what) => ask('GET', `v1/moderation/${what}`, undefined, signal)),
    )
    return {items: [{id: 'screening', policy, tokens}]}
  },
}

/** @param {Policy} policy @param {Token[]} tokens  one's own sessions @returns {HTMLElement} */
function form(policy, tokens) {
  const element = copied('screening')
  let settings = settingsForm(policy.rules_schema, policy.rules)

  /** Draw it as it stands now. @param {Policy} now */
  function draw(now) {
    policy = now
    settings = settingsForm(policy.rules_schema, policy.rules)
    element.querySelector('.rules').replaceChildren(...settings.elements)
  }

  element.querySelector('form').onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    const body = {rules: settings.value(), version: policy.version}
    serial(
      async () => {
        draw(await ask('PUT', 'v1/moderation/policy', body))
        say(t('Saved. Applies to new comments.'))
      },
      (error) => say(error.message),
    )
  }
  const isOwners = tokens.some(({current, scopes}) => current && scopes.includes('manage'))
  element.querySelector('fieldset').disabled = !isOwners
  element.querySelector('.primary').hidden = !isOwners
  element.querySelector('.owners').hidden = isOwners
  draw(policy)
  return element
}
