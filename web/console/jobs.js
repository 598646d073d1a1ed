/** Jobs: work that one request does not finish, and its continuation. */

/** @import {Failure, Job, Row} from './types' */

import {ask, serial} from './api.js'
import {copied, isolated} from './dom.js'
import {t, when} from './locale.js'
import {actorName, jobName} from './phrases.js'
import {say, state, update} from './state.js'

const PAUSE = 3_000 // milliseconds between two requests, when nothing is left to move but a last check

/** Say how far a move came. @param {number} done @param {boolean} left */
export function sayMoved(done, left) {
  const count = done ? t('{n} comments are moved.', {n: done}) : ''
  const due = t('A last check is due. If you close this page, any moderator can finish it.')
  say(left ? `${count} ${due}`.trim() : count || t('Everything is moved.'))
}

/** Go on with a job until nothing is left. @param {string} job @param {number} [before]  moved so far @param {() => void} [ended] */
export function continueJob(job, before = 0, ended = () => {}) {
  serial(
    async () => {
      const {done, left} = await ask('POST', `v1/moderation/jobs/${job}`)
      sayMoved(before + done, left)
      if (left) setTimeout(() => continueJob(job, before + done, ended), done ? 0 : PAUSE)
      else ended()
    },
    (/** @type {Failure} */ error) => say(error.message),
  )
}

/** The jobs that nobody finished. @param {AbortSignal} signal @returns {Promise<Job[]>} */
export const unfinished = async (signal) => (await ask('GET', 'v1/moderation/jobs', undefined, signal)).jobs

/** @param {Job} job @returns {Row} */
export function jobRow({id, kind, actor, at}) {
  const element = copied('job-row')
  const values = {work: jobName(kind), who: isolated(actorName(actor)), time: when(at)}
  element.querySelector('p').textContent = t('{work}: begun by {who}, {time}, not finished.', values)
  element.querySelector('button').onclick = (/** @type {MouseEvent} */ {currentTarget}) => {
    Object.assign(currentTarget ?? {}, {disabled: true})
    continueJob(id, 0, () => update({items: state.items.filter((item) => item.id !== id)}))
  }
  return {element}
}
