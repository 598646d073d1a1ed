/**
 * Texts for the codes of the service: reasons, refusals, actions.
 *
 * For an unknown code, the English message of the service is shown, translated if possible.
 */

/** @import {Actor, AuditEntry, Comment, Problem, Reason, Result} from './types' */

import {isolated} from './dom.js'
import {has, t} from './locale.js'

/** @typedef {Record<string, any>} Parameters */
/** @typedef {Record<string, string>} Names */
/** @typedef {Record<string, (parameters: Parameters) => string>} Phrases */

/** The status that a decision leads to. @type {Names} */
export const LEADS_TO = {approve: 'published', reject: 'rejected', spam: 'spam'}

/** Whether a decision would change a comment, its flags or its edit. @param {Comment} comment @param {string} decision */
export const changes = ({status, flags, pending_edit: edit}, decision) =>
  LEADS_TO[decision] !== status || flags > 0 || edit !== null

/** @type {Names} */
const STATUSES = {
  pending: 'waiting',
  published: 'published',
  rejected: 'rejected',
  spam: 'spam',
  deleted: 'deleted',
  open: 'open',
  closed: 'closed',
}

/** Rules that say nothing about a comment, because they only follow from the site's policy. */
const SILENT = ['every_comment']

/** Why something was refused. @type {Phrases} */
const REFUSALS = {
  invalid: () => t('Some fields are invalid.'),
  unauthenticated: () => t('A valid token is required.'),
  forbidden: () => t('Your token does not allow this.'),
  not_found: () => t('There is nothing here.'),
  conflict: () => t('This conflicts with the current state.'),
  parent_not_published: () => t('The parent comment is not published.'),
  changed_meanwhile: () => t('Someone else changed this in the meantime.'),
  post_is_moving: () => t('The comments of this post are being moved. Finish the move first.'),
  undo_expired: () => t('This can no longer be undone.'),
  post_closed: () => t('Comments are closed here.'),
  too_many_requests: () => t('Too many requests. Try again later.'),
  unavailable: () => t('The service is busy. Nothing is lost; try again in a moment.'),
}

/** What became of a decision that did not do what was meant. @type {Names} */
const OUTCOMES = {
  changed_meanwhile: 'It was changed meanwhile, and nothing was done. Please look again.',
  already_so: 'This was undone already.',
  not_tried: 'The service was busy, and nothing was done. Please try again.',
}

/** @type {Names} */
const ACTIONS = {
  approve: 'approved a comment',
  reject: 'rejected a comment',
  spam: 'marked a comment as spam',
  restore: 'put a comment back into the queue',
  delete: 'deleted a comment for good',
  undo: 'undid a decision',
  edit: 'edited a comment',
  withdraw: 'withdrew a comment',
  erase: 'erased all their data',
  flag: 'flagged a comment',
  close: 'closed a post',
  reopen: 'reopened a post',
  retitle: 'changed a post’s title',
  move: 'moved a post’s comments',
  reply: 'replied',
  policy: 'changed the screening settings',
  invite: 'invited a moderator',
  dismiss: 'removed a moderator',
}

/** What was done about an edit, by what became of it. @type {Names} */
const EDIT_ACTIONS = {
  edit_pending: 'edited a comment; the edit waits',
  edit_withdrawn: 'took an edit back',
  approve_approved: 'approved an edit',
  reject_rejected: 'rejected an edit',
  spam_spam: 'marked an edit as spam',
}

/** @type {Names} */
const ACTORS = {
  author: 'The author',
  reader: 'A reader',
  screening: 'Screening',
  timer: 'The hourly timer',
  command_line: 'The command line',
}

/** What the switch of a rule is called in the history. @type {Names} */
const RULES = {
  every_comment: 'Hold every comment',
  new_author: 'Hold comments of new authors',
  old_post: 'Hold comments on old posts',
  links: 'Hold comments with many links',
  network_rejected: 'Hold comments from networks with rejected comments',
  honeypot: 'Hold comments with a hidden field filled in',
  form: 'Hold comments sent without the form, or too fast',
}
/** @type {Names} */
const SETTINGS = {
  'new_author.approvals': 'Approved comments needed',
  'old_post.days': 'Age of an old post in days',
  'links.allowed': 'Links allowed',
  'network_rejected.rejected': 'Rejected comments needed',
  'form.seconds': 'Seconds needed to write',
}

/** @type {Names} */
const FLAGS = {
  spam: 'Spam',
  abuse: 'Abuse',
  off_topic: 'Off topic',
  illegal: 'Against the law',
  other: 'Something else',
}

/** @type {Names} */
const JOBS = {
  move: 'Moving a post’s comments',
  decide: 'Deciding on many comments',
  undo: 'Undoing many decisions',
  erase: 'Erasing an author, who asked for it',
}
/** @type {Names} */
const SCOPES = {read: 'Read', moderate: 'Moderate', manage: 'Manage'}
/** @type {Names} */
const ROLES = {moderator: 'Moderator', owner: 'Owner'}

/** A name for a code, or the code itself. @param {Names} names @param {string} code */
const name = (names, code) => (Object.hasOwn(names, code) ? t(names[code] ?? '') : code)

/** What the service says in English; a number in it may choose the plural. @param {string} words */
function translated(words) {
  const [number] = /\d+/.exec(words) ?? []
  return number ? t(words.replace(number, '{n}'), {n: Number(number)}) : t(words)
}

/** @param {string} status  of a comment or a post */
export const statusName = (status) => name(STATUSES, status)
/** @param {string} reason */
export const flagName = (reason) => name(FLAGS, reason)
/** @param {string} kind */
export const jobName = (kind) => name(JOBS, kind)
/** @param {string} scope */
export const scopeName = (scope) => name(SCOPES, scope)
/** @param {string} role */
export const roleName = (role) => name(ROLES, role)
/** Who did something; people have names of their own. @param {Actor} actor */
export const actorName = (actor) => actor.name ?? (actor.id || name(ACTORS, actor.kind))
/** What else an action is about: the reason of a flag, or who was invited. @param {AuditEntry} entry */
export const details = ({parameters}) =>
  Object.entries(parameters)
    .filter(([key]) => key !== 'edit' && key !== 'was') // the action says so
    .map(([key, value]) => isolated(key === 'reason' ? flagName(value) : key === 'role' ? roleName(value) : value))
    .join(', ')

/** A reader's name among our words, isolated from their direction. @param {{name: ?string}} comment */
export const quoted = (comment) => (comment.name ? `“${isolated(comment.name)}”` : t('(no name)'))

/**
 * Why a comment waits; nothing where that says nothing about it.
 *
 * The message is translated as a whole, by the service's English template, whatever the rule: a rule that no
 * catalogue knows is said in English.
 *
 * @param {Reason} reason
 */
export function reason({rule, parameters, template, detail}) {
  if (SILENT.includes(rule)) return ''
  const named = [...template.matchAll(/\{(\w+)\}/g)].map(([, key]) => parameters[key ?? ''])
  const n = named.find((value) => typeof value === 'number')
  return has(template) ? t(template, n === undefined ? parameters : {...parameters, n}) : detail
}

/** Why something was refused, with the fields that are wrong. @param {Problem} problem */
export function refusal({code, parameters, detail, errors = []}) {
  const phrase = parameters || !detail ? REFUSALS[code ?? '']?.(parameters ?? {}) : ''
  const fields = errors.map(({field, message, code: wrong}) => `${field}: ${message ?? wrong}.`)
  return [phrase || translated(detail || 'The service can’t be reached. Please try again.'), ...fields].join(' ')
}

/** Why a decision did not do what was meant. @param {Result} result */
export const outcome = (result) => (result.detail ? refusal(result) : t(OUTCOMES[result.outcome] ?? ''))

/** What somebody did. @param {AuditEntry} entry */
export function action({action: done, after, parameters}) {
  if (done === 'submit') return t('set it to {status} (automatic)', {status: statusName(after ?? '')})
  const aboutEdit = EDIT_ACTIONS[`${done}_${parameters?.['edit']}`]
  return aboutEdit ? t(aboutEdit) : name(ACTIONS, done)
}

/** The change that made a comment's current version: flags and moves make none. @param {AuditEntry[]} history */
export const lastChange = (history) => history.findLast(({action: done}) => done !== 'flag' && done !== 'move')

/** From what to what. @param {AuditEntry} entry */
export function change({action, before, after}) {
  const [from, to] = [settings(before), settings(after)]
  if (from && to) return changedSettings(from, to)
  const [was, is] = [statusName(before ?? ''), statusName(after ?? '')]
  const isTold = action === 'retitle' || (before && after)
  return isTold && was !== is ? t('{before} → {after}', {before: was || '–', after: is || '–'}) : ''
}

/** @param {any} told @returns {?Parameters} */
function settings(told) {
  if (typeof told === 'string' && told.startsWith('{')) return JSON.parse(told)
  return typeof told === 'object' ? told : null
}

/** @param {Record<string, Parameters>} before @param {Record<string, Parameters>} after  the settings that changed, by rule */
function changedSettings(before, after) {
  const changed = Object.entries(after).flatMap(([rule, settings]) =>
    Object.entries(settings).map(([key, value]) => {
      const label = key === 'active' ? name(RULES, rule) : name(SETTINGS, `${rule}.${key}`)
      return `${label}: ${t('{before} → {after}', {before: setting(before[rule]?.[key]), after: setting(value)})}`
    }),
  )
  return changed.join(' · ')
}

/** @param {unknown} value */
const setting = (value) => (typeof value === 'boolean' ? t(value ? 'on' : 'off') : String(value ?? '–'))
