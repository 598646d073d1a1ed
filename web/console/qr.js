/** An address as a QR code, for the camera of a phone. */

import {encode} from 'uqr'

const QUIET = 4 // modules of light around it, as cameras want it

/** @param {SVGSVGElement} image @param {string} words */
export function draw(image, words) {
  const {data, size} = encode(words, {border: QUIET})
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])))
  image.setAttribute('viewBox', `0 0 ${size} ${size}`)
  image.firstElementChild?.setAttribute('d', dark.join(''))
  image.removeAttribute('hidden')
}
