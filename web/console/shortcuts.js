/** Shortcuts: one key for each operation.  Held keys, and keys in text fields, do nothing. */

import {focusedComment, select, selectAll, targets} from './comments.js'
import {decide} from './decisions.js'
import {$} from './dom.js'
import {loadMore} from './loading.js'
import {comments, state} from './state.js'
import {undo} from './undo.js'

const OFF = 'afterword-no-keys' // in localStorage; on by default

/** @type {Record<string, () => void>} */
const SHORTCUTS = {
  j: () => moveFocus(1),
  k: () => moveFocus(-1),
  a: () => decide(targets(), 'approve'),
  r: () => decide(targets(), 'reject'),
  s: () => decide(targets(), 'spam'),
  c: () => press('.reply'),
  e: () => press('.edit'),
  n: () => press('.note'),
  x: toggle,
  u: undo,
  '/': () => $('q').focus(),
  '?': () => $('shortcuts').showModal(),
  Escape: () => selectAll(false),
}

/** Press a button of the card that has the focus. @param {string} button */
const press = (button) =>
  document.activeElement?.closest('#list > li')?.querySelector(`.actions ${button}`)?.dispatchEvent(new Event('click'))

function toggle() {
  const comment = focusedComment()
  if (comment) select(comment, !state.selected.has(comment.id))
}

/** Move the focus to the next card, or the one before. @param {1 | -1} step */
function moveFocus(step) {
  const ids = comments().map(({id}) => id)
  const here = ids.indexOf(focusedComment()?.id ?? '')
  const there = here < 0 ? (step > 0 ? 0 : ids.length - 1) : here + step
  if (there === ids.length && state.next) return loadMore()
  $(`comment-${ids[there]}`)?.querySelector('article').focus()
}

function areWanted() {
  try {
    return !localStorage.getItem(OFF)
  } catch {
    return true
  }
}

/** A key as on a Latin layout; on another one, the letter at its place. @param {KeyboardEvent} event */
function latin({key, code, shiftKey}) {
  const [, letter] = (!shiftKey && /^Key([A-Z])$/.exec(code)) || []
  return /^[^\x00-\x7f]$/.test(key) && letter ? letter.toLowerCase() : key
}

/** Whether it has keys of its own. @param {?EventTarget} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select, audio, video')
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const key = latin(event)
  const action = SHORTCUTS[key]
  const isTaken = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented
  const isElsewhere = isTyping(event.target) || document.querySelector('dialog[open]') || $('desk').hidden
  if (!action || isTaken || isElsewhere || !areWanted()) return
  if (event.repeat && !'jk'.includes(key)) return
  event.preventDefault()
  action()
}

/** Start listening; shortcuts can be switched off on a device. */
export function listenForShortcuts() {
  addEventListener('keydown', pressed)
  const tick = $('shortcuts-on')
  tick.checked = areWanted()
  tick.onchange = () => {
    try {
      if (tick.checked) localStorage.removeItem(OFF)
      else localStorage.setItem(OFF, '1')
    } catch {} // without storage they stay switched on
  }
  $('show-shortcuts').onclick = () => $('shortcuts').showModal()
}
