/** A card that a finger pushes to its end side is approved, to its start side rejected; halfway, it comes back. */

import {decide} from './deciding.js'

/** @import {Card} from './card.js' */

const BEGINS = 12 // pixels: less is no swipe, and more up or down than aside is scrolling
const ENOUGH = 0.4 // of the card's width

/** @param {Card} card */
export function swipes(card) {
  const {article} = card
  let from = /** @type {?PointerEvent} */ (null)
  let aside = 0

  /** @param {number} by */
  function push(by) {
    aside = by
    const isEnough = Math.abs(by) > article.offsetWidth * ENOUGH
    article.style.translate = by ? `${by}px` : ''
    article.dataset.swipe = by ? `${decision(by)}${isEnough ? ' enough' : ''}` : ''
  }

  /** @param {number} by */
  function decision(by) {
    const isEnd = by > 0 === (getComputedStyle(article).direction === 'ltr')
    return isEnd ? 'approve' : 'reject'
  }

  article.addEventListener('pointerdown', (event) => {
    const isTaken = event.target instanceof Element && event.target.closest('button, input, textarea, a, summary, pre')
    from = event.pointerType === 'touch' && event.isPrimary && !isTaken ? event : null
  })
  article.addEventListener('pointermove', (event) => {
    if (!from || event.pointerId !== from.pointerId) return
    const [across, along] = [event.clientX - from.clientX, event.clientY - from.clientY]
    if (!aside && Math.abs(along) > Math.abs(across)) return
    if (aside || Math.abs(across) > BEGINS) push(across)
  })
  article.addEventListener('pointerup', () => {
    const [by, width] = [aside, article.offsetWidth]
    from = null
    push(0)
    if (Math.abs(by) > width * ENOUGH) setTimeout(() => decide([card], decision(by))) // the touch ends where it began
  })
  article.addEventListener('pointercancel', () => {
    from = null
    push(0)
  })
}
