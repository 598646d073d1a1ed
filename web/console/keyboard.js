/** One key for each deed; nothing is decided by a key that is held down, or while somebody types. */

import {decide, undo} from './deciding.js'
import {$} from './page.js'
import {choose, chose, meant, move} from './queue.js'
import {Card} from './card.js'
import {write} from './writing.js'

const OFF = 'afterword-no-keys' // in localStorage: they are wanted, unless somebody said no

/** @type {Record<string, () => void>} */
const DEEDS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => decide(meant(), 'approve'),
  r: () => decide(meant(), 'reject'),
  s: () => decide(meant(), 'spam'),
  c: () => writeHere('answer'),
  e: () => writeHere('edit'),
  n: () => writeHere('note'),
  x: toggle,
  u: undo,
  '/': () => $('q').focus(),
  '?': () => $('sheet').showModal(),
  Escape: () => choose(),
}

const here = () => Card.of(document.activeElement?.closest('#list > li'))

/** @param {'answer' | 'edit' | 'note'} kind */
function writeHere(kind) {
  const card = here()
  if (card) write(card, kind)
}

function toggle() {
  const card = here()
  if (!card) return
  card.isChosen = !card.isChosen
  chose(card, false)
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
  const deed = DEEDS[key]
  const isTaken = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented
  const isElsewhere = isTyping(event.target) || document.querySelector('dialog[open]') || $('queue').hidden
  if (!deed || isTaken || isElsewhere || !areWanted()) return
  if (event.repeat && !'jk'.includes(key)) return
  event.preventDefault()
  deed()
}

/** Listen, and let whoever wants turn it off. */
export function listen() {
  addEventListener('keydown', pressed)
  const tick = $('wanted')
  tick.checked = areWanted()
  tick.onchange = () => {
    try {
      if (tick.checked) localStorage.removeItem(OFF)
      else localStorage.setItem(OFF, '1')
    } catch {} // without storage they stay
  }
  $('keys').onclick = () => $('sheet').showModal()
}
