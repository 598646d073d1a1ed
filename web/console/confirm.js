/** Operations that can't be undone need a second press; the first one asks for confirmation. */

import {t} from './locale.js'
import {say} from './state.js'

/** @param {HTMLButtonElement} button  with its words @param {() => void} action */
export function confirmed(button, action) {
  const [words, label] = [button.textContent ?? '', button.ariaLabel]
  button.onclick = () => {
    if (button.dataset.asked) return action()
    const question = t('{action}: are you sure?', {action: label ?? words})
    button.dataset.asked = 'yes'
    button.textContent = t('{action}: are you sure?', {action: words})
    if (label) button.ariaLabel = question
    say(question)
  }
  button.onblur = () => {
    delete button.dataset.asked
    button.textContent = words
    button.ariaLabel = label
  }
}
