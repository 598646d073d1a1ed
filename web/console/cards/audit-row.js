/** A row of the audit log; each change can be undone for 30 days. */

/** @import {AuditEntry} from '../types' */

import {ask, serial} from '../api.js'
import {copied, isolated, put} from '../dom.js'
import {continueJob} from '../jobs.js'
import {t, when} from '../locale.js'
import {action, actorName, change, details, outcome, quoted} from '../phrases.js'
import {say} from '../state.js'

const UNDOABLE = ['approve', 'reject', 'spam', 'restore', 'undo', 'close', 'reopen', 'retitle', 'policy', 'move']
const WINDOW = 30 * 24 * 3_600_000 // milliseconds

/** @param {AuditEntry} entry */
export function auditRow(entry) {
  const element = copied('audit-row')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  find('.actor').textContent = actorName(entry.actor)
  find('.action').textContent = action(entry)
  find('time').textContent = when((find('time').dateTime = entry.at))
  put(find('.post'), entry.post)
  put(find('.change'), change(entry))
  const {about} = entry
  put(find('.excerpt'), about?.excerpt && `${quoted(about)}: ${isolated(about.excerpt)}`)
  put(find('.note'), entry.note ? t('Note: {note}', {note: isolated(entry.note)}) : details(entry))
  put(find('.undone'), entry.undone && t('Undone'))
  const show = find('.show')
  put(show, entry.comment && entry.action !== 'delete' ? t('Show') : '')
  show.onclick = () => showText(entry.comment ?? '', find('.text'), show)
  const isUndoable = UNDOABLE.includes(entry.action) && !entry.undone && Date.now() - Date.parse(entry.at) < WINDOW
  const button = find('.undo')
  button.hidden = !isUndoable || !entry.id
  button.onclick = () => takeBack(entry, button, find('.undone'))
  return element
}

/** @param {string} id @param {any} place @param {any} button */
function showText(id, place, button) {
  serial(
    async () => {
      const {comment} = await ask('GET', `v1/moderation/comments/${id}`)
      put(place, comment.text || t('It no longer exists.'))
      button.hidden = true
    },
    (error) => say(error.message),
  )
}

/** @param {AuditEntry} entry @param {any} button @param {any} label */
function takeBack({id, comment}, button, label) {
  button.disabled = true
  serial(
    async () => {
      const {results, job} = await ask('POST', 'v1/moderation/undo', comment ? {comment, decision: id} : {decision: id})
      const [result] = results
      const isUndone = result.outcome === 'done' || result.outcome === 'already_so'
      const failed = result.detail ? outcome(result) : t('It was changed since then, and nothing was done.')
      say(isUndone ? t('Undone.') : failed)
      button.hidden = true
      if (isUndone) put(label, t('Undone'))
      label.closest('article').focus()
      if (job) continueJob(job)
    },
    (error) => {
      button.disabled = false
      say(error.message)
    },
  )
}
