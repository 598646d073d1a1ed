/** A URL as a QR code, for a phone's camera. */

import {encode} from 'uqr'

const QUIET = 4 // light modules around it, which cameras need

/** @param {SVGSVGElement} image @param {string} words */
export function draw(image, words) {
  const {data, size} = encode(words, {border: QUIET})
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])))
  image.setAttribute('viewBox', `0 0 ${size} ${size}`)
  image.firstElementChild?.setAttribute('d', dark.join(''))
  image.removeAttribute('hidden')
}
