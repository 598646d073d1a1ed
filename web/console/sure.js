/** What can't be taken back is done at the second press: the first one asks. */

import {say} from './deciding.js'
import {t} from './words.js'

/** @param {HTMLButtonElement} button  with its words @param {() => void} deed */
export function sure(button, deed) {
  const [words, label] = [button.textContent ?? '', button.ariaLabel]
  button.onclick = () => {
    if (button.dataset.sure) return deed()
    const asked = t('{deed}: sure?', {deed: label ?? words})
    button.dataset.sure = 'yes'
    button.textContent = t('{deed}: sure?', {deed: words})
    if (label) button.ariaLabel = asked
    say(asked)
  }
  button.onblur = () => {
    delete button.dataset.sure
    button.textContent = words
    button.ariaLabel = label
  }
}
