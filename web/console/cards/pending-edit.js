/** An edit that waits: the published text with its changes, and what a decision does. */

/** @import {Comment} from '../types' */

import {t, when} from '../locale.js'
import {difference} from './difference.js'

const HEADING = 'Edited by its author, {time}. Readers see the text above until you approve this edit:'
const EFFECT =
  'Approve: the edit replaces the published text. Reject or Spam: the edit is dropped, and the comment stays as it is.'

/** @param {HTMLElement} place @param {Comment} comment */
export function drawEdit(place, {text, name, link, pending_edit: edit}) {
  place.hidden = !edit
  if (!edit) return
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (place.querySelector(selector))
  find('.heading').textContent = t(HEADING, {time: when(edit.at)})
  find('.difference').replaceChildren(...difference(text, edit.text))
  drawField(find('.new-name'), t('Name:'), name, edit.name)
  drawField(find('.new-website'), t('Website:'), link, edit.link)
  find('.effect').textContent = t(EFFECT)
}

/** @param {HTMLElement} field @param {string} label @param {?string} before @param {?string} after */
function drawField(field, label, before, after) {
  field.hidden = before === after
  field.replaceChildren(label, ' ', ...difference(before ?? '', after ?? ''))
}
