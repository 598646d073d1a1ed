/** What was done, and by whom; each change can be taken back for 30 days. */

/** @import {AuditEntry, Failure, Words} from './types' */

import {say} from './deciding.js'
import {$, copied, IS, put, who} from './page.js'
import {goOn} from './moving.js'
import {ask, inTurn} from './service.js'
import {t, translated, when} from './words.js'

const UNDOABLE = ['approve', 'reject', 'spam', 'restore', 'undo', 'close', 'reopen', 'retitle', 'policy', 'move']
const WINDOW = 30 * 24 * 3_600_000 // milliseconds
/** @type {Words} */
const DID = {
  approve: 'approved a comment',
  reject: 'rejected a comment',
  spam: 'marked a comment as spam',
  restore: 'put a comment back into the queue',
  delete: 'deleted a comment for good',
  undo: 'took a decision back',
  edit: 'edited a comment',
  withdraw: 'withdrew a comment',
  close: 'closed a post',
  reopen: 'reopened a post',
  retitle: 'changed a post’s title',
  move: 'moved a post’s comments',
  reply: 'answered',
  policy: 'changed the policy',
  invite: 'invited a moderator',
  dismiss: 'dismissed a moderator',
}

/** @type {Words} */
const STATES = {...IS, open: 'open', closed: 'closed'}
/** @type {Words} */
const SETTINGS = {hold: 'What waits for a moderator', approvals: 'Approved comments', days: 'Days'}
/** @type {Words} */
const HOLDS = {
  always: 'every comment',
  new_authors: 'comments of new authors',
  posts_older_than: 'comments on old posts',
  never: 'only what looks odd',
}

/** @type {Words} */
const WHO = {
  author: 'The author',
  screening: 'Screening',
  timer: 'The hourly timer',
  'command line': 'The command line',
}

/** @param {AuditEntry[]} entries @returns {Element[]} */
export const rows = (entries) => entries.map(row)

/** Offer those who did something to choose from. @param {AuditEntry[]} entries */
export function offer(entries) {
  const known = new Set([...$('by').options].map(({value}) => value))
  for (const {by, who: name} of entries) {
    if (by && !known.has(by)) $('by').append(new Option(named(name), by))
    known.add(by ?? '')
  }
}

/** What is to be shown of it. */
export const narrowed = () => ({by: $('by').value, since: $('day').value, until: $('day').value})

/** A status in words; other things as they are. @param {string} thing */
const spelled = (thing) => (thing in STATES ? t(STATES[thing] ?? '') : thing)

/** From what to what. @param {AuditEntry} entry */
function change({act, before, after}) {
  if (before?.startsWith('{') && after?.startsWith('{')) return changes(JSON.parse(before), JSON.parse(after))
  const [from, to] = [spelled(before ?? ''), spelled(after ?? '')]
  const isTold = act === 'retitle' || (before && after)
  return isTold && from !== to ? t('{before} → {after}', {before: from || '–', after: to || '–'}) : ''
}

/** What a policy says otherwise than another. @param {Words} before @param {Words} after */
const changes = (before, after) =>
  Object.entries(SETTINGS)
    .filter(([name]) => before[name] !== after[name])
    .map(
      ([name, words]) =>
        `${t(words)}: ${t('{before} → {after}', {before: set(before, name), after: set(after, name)})}`,
    )
    .join(' · ')

/** @param {Words} policy @param {string} name */
const set = (policy, name) => (name === 'hold' ? t(HOLDS[policy[name] ?? ''] ?? '') : String(policy[name] ?? '–'))

/** Who did something; people have names of their own. @param {string} name */
const named = (name) => (name in WHO ? t(WHO[name] ?? '') : name)

/** @param {AuditEntry} entry */
function row(entry) {
  const element = copied('row')
  const find = (/** @type {string} */ selector) => element.querySelector(selector)
  find('.who').textContent = named(entry.who)
  const status = spelled(entry.after ?? '')
  find('.did').textContent =
    entry.act === 'submit' ? t('took it as {status} (automatic)', {status}) : t(DID[entry.act] ?? entry.act)
  find('time').textContent = when((find('time').dateTime = entry.at))
  put(find('.post'), entry.post)
  put(find('.change'), change(entry))
  const {about} = entry
  put(find('.gist'), about?.words && `${who(about)}: \u2068${about.words}\u2069`)
  put(find('.why'), entry.note && t('Note: {note}', {note: `\u2068${entry.note}\u2069`}))
  put(find('.undone'), entry.undone && t('Taken back'))
  const look = find('.look')
  put(look, entry.comment && entry.act !== 'delete' ? t('Show') : '')
  look.onclick = () => show(entry.comment ?? '', find('.text'), look)
  const isUndoable = UNDOABLE.includes(entry.act) && !entry.undone && Date.now() - Date.parse(entry.at) < WINDOW
  const button = find('.take-back')
  button.hidden = !isUndoable || !entry.id
  button.onclick = () => takeBack(entry, button, find('.undone'))
  return element
}

/** @param {string} id @param {any} place @param {any} button */
function show(id, place, button) {
  inTurn(
    async () => {
      const {comment} = await ask('GET', `v1/moderation/comments/${id}`)
      put(place, comment.text || t('It is gone.'))
      button.hidden = true
    },
    (error) => say(error.message),
  )
}

/** @param {AuditEntry} entry @param {any} button @param {any} mark */
function takeBack({id, comment}, button, mark) {
  button.disabled = true
  inTurn(
    async () => {
      const {results, job} = await ask('POST', 'v1/moderation/undo', comment ? {comment, decision: id} : {decision: id})
      const {outcome, detail} = results[0]
      const isUndone = outcome === 'done' || outcome === 'already_so'
      say(isUndone ? t('Undone.') : translated(detail ?? 'It was changed since then, and nothing was done.'))
      button.hidden = true
      if (isUndone) put(mark, t('Taken back'))
      mark.closest('article').focus()
      if (job) goOn(job)
    },
    (error) => {
      button.disabled = false
      say(error.message)
    },
  )
}
