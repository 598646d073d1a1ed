/** Swiping a card to its end side approves, to its start side rejects; a short swipe does nothing. */

const BEGINS = 12 // pixels: less is not a swipe, and more vertical than horizontal movement is scrolling
const ENOUGH = 0.4 // of the card's width

/** @param {HTMLElement} article @param {(decision: string) => void} decide */
export function onSwipe(article, decide) {
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
    if (Math.abs(by) > width * ENOUGH) setTimeout(() => decide(decision(by))) // the touch ends where it began
  })
  article.addEventListener('pointercancel', () => {
    from = null
    push(0)
  })
}
