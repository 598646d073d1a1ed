/** Undoes the last operation: before it is sent, after the response, or once it is known whether it arrived. */

/** @import {Comment, Decided, Failure, Operation, Undoable} from './types' */

import {ask, serial} from './api.js'
import {focusComment, putBack} from './comments.js'
import {recount} from './counts.js'
import {t} from './locale.js'
import {lastChange, outcome, quoted, statusName} from './phrases.js'
import {comments, say, state, update} from './state.js'
import {isBack, takeBackLater, withdraw} from './sync.js'

const AGAIN = 'Undone: {who} is {status} again.'
const EDIT_AGAIN = 'Undone: the edit of {who} waits again.'

/** Something was done that can be taken back. @param {Undoable} done */
export const undoable = (done) => update({undoable: [...state.undoable, done]})

/** It came to nothing, or is taken back already. @param {Undoable[]} gone */
export const notUndoable = (gone) => update({undoable: state.undoable.filter((each) => !gone.includes(each))})

/** Undo the last operation. */
export async function undo() {
  const last = state.undoable.at(-1)
  if (!last) return
  notUndoable([last])
  say('')
  if (last.requests && (await withdraw(/** @type {Operation} */ (last)))) return withdrawn(last.comments)
  serial(
    () => takeBack(last),
    (/** @type {Failure} */ error) => {
      if (!error.status || error.status >= 429) undoable(last) // may be tried again
      say(error.message)
    },
  )
}

/** @param {Comment[]} back */
function withdrawn(back) {
  for (const {id} of back) isBack(id)
  putBack(back)
  focusComment(back[0]?.id)
  say(t('Undone before it was sent.'))
}

/** Take back what was answered, or failed, or may have arrived. @param {Undoable} last */
async function takeBack(last) {
  if (last.undo) return undone(last.comments, await last.undo())
  const isLater = last.requests && (await takeBackLater(/** @type {Operation} */ (last)))
  if (isLater) say(t('It will be undone as soon as there is a connection.'))
}

/** Look whether it arrived, and take that back. @param {Operation} operation */
export async function takeBackArrived({comments: before, requests}) {
  for (const {id, version, decision} of requests) {
    const {comment, history} = await ask('GET', `v1/moderation/comments/${id}`)
    const last = lastChange(history)
    const isOurs = last && comment.version > version && last.actor.id === state.session?.id && last.action === decision
    const row = {comment: id, decision: last?.id}
    const {results} = isOurs ? await ask('POST', 'v1/moderation/undo', row) : {results: [{outcome: 'done', comment}]}
    undone(before, {bulk: null, results})
  }
}

/** Show what was taken back, and say so. @param {Comment[]} before  those that had left the list @param {Decided} decided */
export function undone(before, {results}) {
  const back = results.flatMap(({outcome, comment}) => (outcome === 'done' && comment ? [comment] : []))
  for (const {id} of back) isBack(id)
  putBack(back)
  const failed = results.find((result) => result.outcome !== 'done')
  const [first] = back.slice(-1)
  const words =
    back.length > 1
      ? t('Undone: {n} comments are as they were.', {n: back.length})
      : first && t(first.pending_edit ? EDIT_AGAIN : AGAIN, {who: quoted(first), status: statusName(first.status)})
  say(failed ? outcome(failed) : (words ?? ''))
  const shown = new Set(comments().map(({id}) => id))
  focusComment(before.findLast(({id}) => shown.has(id))?.id)
  recount()
}
