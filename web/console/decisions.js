/**
 * Decisions.
 *
 * Comments are removed from the list at once; one whose decision failed is restored and shows why.  Decisions can be
 * undone as long as the page is open, the last one first, whether or not the service has responded.
 */

/** @import {Comment, Decided, DecisionRequest, Operation, Result} from './types' */

import {ask} from './api.js'
import {putBack, takeOff} from './comments.js'
import {recount} from './counts.js'
import {dropDraft, noteFor} from './drafts.js'
import {isolated} from './dom.js'
import {t, when} from './locale.js'
import {actorName, changes, lastChange, LEADS_TO, outcome, quoted, statusName} from './phrases.js'
import {say, state} from './state.js'
import {dispatch, isBack} from './sync.js'
import {notUndoable, undoable, undone} from './undo.js'

const MAX_REQUESTS = 100 // decisions in one request

/** Decide on these comments alike. @param {Comment[]} comments @param {string} decision */
export function decide(comments, decision) {
  const can = comments.filter((comment) => changes(comment, decision))
  if (decision === 'approve') can.sort((a, b) => a.created.localeCompare(b.created)) // parents first
  for (let from = 0; from < can.length; from += MAX_REQUESTS) {
    const some = can.slice(from, from + MAX_REQUESTS)
    send(
      some,
      some.map((comment) => ({id: comment.id, version: comment.version, decision, note: noteFor(comment)})),
    )
  }
}

/** Take comments off the list, and send the requests, which may be about others too. @param {Comment[]} comments @param {DecisionRequest[]} requests */
function send(comments, requests) {
  takeOff(comments)
  undoable(dispatch(comments, requests))
  say(t('Sending …'))
}

/** Decisions that nobody answered yet are the last that were made. @param {Operation[]} operations */
export function resumed(operations) {
  for (const each of operations) if (!each.isUnwanted && !state.undoable.includes(each)) undoable(each)
  takeOff(operations.flatMap(({requests}) => requests))
}

/** They were refused altogether. @param {Operation[]} operations @param {string} why */
export function refused(operations, why) {
  notUndoable(operations)
  const comments = operations.flatMap((operation) => operation.comments)
  say(comments.length ? comeBack(comments, why) : why)
}

/** The service answered. @param {Operation[]} operations @param {Decided} decided */
export async function answered(operations, {bulk, results}) {
  const rest = [...results]
  const said = []
  for (const operation of operations) {
    const own = rest.splice(0, operation.requests.length)
    const isLast = operation === operations.at(-1)
    const {words, isUnexpected} = await finish(operation, own, bulk)
    if (isUnexpected || isLast) said.push(words)
  }
  say(said.filter(Boolean).join(' '))
  recount()
}

/** What became of one operation, in words; unexpected is what its moderator should know. @param {Operation} operation @param {Result[]} results @param {?string} bulk */
async function finish(operation, results, bulk) {
  const {gone, failed, other, edits} = sorted(operation, results)
  const effective = results.filter((result) => result.outcome === 'done')
  const [first] = effective
  const words = edits ? summaryOfEdits(gone, operation, effective.length) : summary(gone, operation, effective.length)
  const what = bulk ? {bulk} : {comment: first?.id, decision: first?.decision}
  if (first) Object.assign(operation, {words, undo: () => ask('POST', 'v1/moderation/undo', what)})
  else notUndoable([operation])
  const parts = [words, other && (await faster(other))]
  for (const {comment, result} of failed) parts.push(await returned(comment, result, operation.requests, results))
  if (operation.isUnwanted && operation.undo) undone(operation.comments, await operation.undo())
  const isUnexpected = Boolean(other || failed.length || (!operation.comments.length && words))
  return {words: parts.filter(Boolean).join(' '), isUnexpected}
}

/**
 * An operation's results by what follows: comments that are done, those that are restored, and those that somebody else
 * decided on.
 *
 * @param {Operation} operation @param {Result[]} results
 */
function sorted({comments}, results) {
  const failed = /** @type {{comment: Comment, result: Result}[]} */ ([])
  let gone = /** @type {?Comment} */ (null)
  let other = '' // the id of somebody else's decision
  let edits = 0 // that were decided on
  for (const result of results) {
    const index = comments.findIndex(({id}) => id === result.id)
    const before = comments[index]
    const isSo = result.outcome === 'done' || result.outcome === 'already_so'
    const comment = result.comment ?? before
    if (isSo) takeOff([result]) // approved with its reply, or on another visit
    if (!before) {
      if (!isSo && !comments.length && comment) failed.push({comment, result})
      continue
    }
    if (!comment) continue
    comments[index] = comment
    if (!isSo && (comment.status !== before.status || (before.pending_edit && !comment.pending_edit))) other = result.id
    if (isSo && before.pending_edit) edits += 1
    if (isSo) dropDraft('note', result.id)
    if (isSo || other === result.id) gone = comment
    else failed.push({comment, result})
  }
  return {gone, failed, other, edits}
}

/** What is said of an operation on edits, and maybe comments. @param {?Comment} gone @param {Operation} operation @param {number} count */
function summaryOfEdits(gone, {requests}, count) {
  if (count !== 1 || !gone) return t('Decisions made: {n}.', {n: count})
  const isPublished = requests.at(-1)?.decision === 'approve'
  const words = 'The edit of {who} is dropped; the comment stays published.'
  return t(isPublished ? 'The edit of {who} is published.' : words, {who: quoted(gone)})
}

/** What is said of an operation. @param {?Comment} gone @param {Operation} operation @param {number} count */
function summary(gone, {comments, requests}, count) {
  if (!comments.length && count) return t('Decisions made offline are done: {n}.', {n: count})
  const status = statusName(LEADS_TO[requests.at(-1)?.decision ?? ''] ?? '')
  if (count > 1) return t('{n} comments are now {status}.', {n: count, status})
  if (!gone) return ''
  const one = {who: quoted(gone), status: statusName(gone.status)}
  return t(count ? '{who} is now {status}.' : '{who} is already {status}.', one)
}

/** Who did it, while somebody else looked. @param {string} id */
async function faster(id) {
  const {history} = await ask('GET', `v1/moderation/comments/${id}`).catch(() => ({history: []}))
  const last = lastChange(history)
  return last
    ? t('Somebody was faster: {who}, {time}.', {who: isolated(actorName(last.actor)), time: when(last.at)})
    : ''
}

/** Bring a comment back; what is said of it. @param {Comment} comment @param {Result} result @param {DecisionRequest[]} requests @param {Result[]} results */
async function returned(comment, result, requests, results) {
  const chain = withParents(result, requests, results)
  const [top] = chain
  if (!top || chain.length < 2) return comeBack([comment], outcome(result))
  const {comment: parent} = await ask('GET', `v1/moderation/comments/${top.id}`)
  const status = statusName(parent.status)
  const why = t('In reply to {who}, which is not published but {status}.', {who: quoted(parent), status})
  const all = [{...top, version: parent.version}, ...chain.slice(1)]
  const offer = all.length > 2 ? t('Approve all {n}', {n: all.length}) : t('Approve both')
  return comeBack([comment], why, {quote: parent.text, offer, accept: () => send([comment], all)})
}

/** The requests that would publish it with its parents, the topmost first. @param {Result} result @param {DecisionRequest[]} requests @param {Result[]} results */
function withParents(result, requests, results) {
  const chain = requests.filter(({id}) => id === result.id)
  let at = /** @type {Result | undefined} */ (result)
  while (at?.code === 'parent_not_published' && at.parameters) {
    const [parent, version] = [String(at.parameters['parent']), Number(at.parameters['version'])]
    chain.unshift(requests.find(({id}) => id === parent) ?? {id: parent, version, decision: 'approve'})
    at = results.find(({id}) => id === parent)
  }
  return chain
}

/** Bring comments back; what is said of them. @param {Comment[]} comments @param {string} why @param {object} [offer] */
function comeBack(comments, why, offer = {}) {
  for (const {id} of comments) isBack(id)
  putBack(comments, {why, ...offer})
  const [first] = comments
  if (comments.length > 1) return t('{n} comments are back: {why}', {n: comments.length, why})
  return first ? t('{who} is back: {why}', {who: quoted(first), why}) : ''
}

/** A reply was published, and with it what it replies to. @param {Comment} comment @param {Comment} reply */
export function replied(comment, reply) {
  const isPublished = comment.status === 'published'
  const words = t(isPublished ? 'Your reply is published.' : '{who} is now published, and so is your reply.', {
    who: quoted(comment),
  })
  if (!isPublished) {
    takeOff([comment])
    undoable({comments: [comment], words, undo: () => takeBackReply(comment.id, reply)})
  }
  say(words)
  recount()
}

/** Take a reply back, and then the approval of what it replies to. @param {string} id @param {Comment} reply */
async function takeBackReply(id, reply) {
  const {history} = await ask('GET', `v1/moderation/comments/${id}`)
  const approval = history.findLast((/** @type {{action: string}} */ {action}) => action === 'approve')
  const decisions = [{id: reply.id, version: reply.version, decision: 'reject'}]
  await ask('POST', 'v1/moderation/decisions', {decisions})
  return ask('POST', 'v1/moderation/undo', {comment: id, decision: approval?.id})
}

/** A comment was deleted for good. @param {Comment} comment */
export function deleted(comment) {
  takeOff([comment])
  say(t('{who} is now {status}.', {who: quoted(comment), status: statusName('deleted')}))
}
