/** What waits for a moderator: the policy, as a form. */

/** @import {Policy, Token} from './types' */

import {say} from './deciding.js'
import {copied} from './page.js'
import {ask, inTurn} from './service.js'
import {t} from './words.js'

/** @param {Policy} policy @param {{tokens: Token[]}} sessions  one's own @returns {Element[]} */
export function form(policy, {tokens}) {
  const element = copied('policy-form')
  const fields = element.querySelector('form').elements

  /** Draw it as it stands now. @param {Policy} now */
  function show(now) {
    policy = now
    fields.hold.value = policy.hold
    fields.approvals.value = policy.approvals
    fields.days.value = policy.days
  }

  element.querySelector('form').onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    const [approvals, days] = [Number(fields.approvals.value), Number(fields.days.value)]
    inTurn(
      async () => {
        show(
          await ask('PUT', 'v1/moderation/policy', {hold: fields.hold.value, approvals, days, version: policy.version}),
        )
        say(t('It counts from the next comment on.'))
      },
      (error) => say(error.message),
    )
  }
  const isOwners = tokens.some(({current, scopes}) => current && scopes.includes('manage'))
  element.querySelector('fieldset').disabled = !isOwners
  element.querySelector('.first').hidden = !isOwners
  element.querySelector('.owners').hidden = isOwners
  show(policy)
  return [element]
}
