/** Fields of a form for settings, made from their JSON schema: a new setting needs no change here. */

/** @import {Rules, Schema} from './types' */

import {t} from './locale.js'

/** @typedef {{element: HTMLElement, value: () => any}} Field */

/**
 * A part of the form for each section: whether it is active, and below it the rest while it is.
 *
 * @param {Schema} schema @param {Rules} values @returns {{elements: HTMLElement[], value: () => Rules}}
 */
export function settingsForm(schema, values) {
  const sections = Object.entries(schema.properties ?? {}).map(
    ([name, about]) => /** @type {const} */ ([name, section(about, values[name] ?? {})]),
  )
  return {
    elements: sections.map(([, {element}]) => element),
    value: () => Object.fromEntries(sections.map(([name, {value}]) => [name, value()])),
  }
}

/** @param {Schema} about @param {Record<string, any>} values @returns {Field} */
function section({title = '', description = '', properties = {}}, values) {
  const {active, ...others} = properties
  const fields = Object.entries(others).map(([name, each]) => /** @type {const} */ ([name, field(each, values[name])]))
  const rest = made(
    'div',
    fields.map(([, {element}]) => element),
  )
  const element = made('section', [])
  if (!active) return {element: (element.append(made('h3', [t(title)]), rest), element), value}
  const box = /** @type {HTMLInputElement} */ (made('input', []))
  Object.assign(box, {type: 'checkbox', checked: values['active']})
  const show = () => (rest.hidden = !box.checked)
  box.onchange = show
  show()
  const label = made('label', [box, made('b', [t(title)])])
  label.className = 'tick'
  element.append(label, ...described(box, description), rest)

  function value() {
    const found = Object.fromEntries(fields.map(([name, each]) => [name, each.value()]))
    return active ? {active: box.checked, ...found} : found
  }
  return {element, value}
}

/** @param {Schema} about @param {any} now @returns {Field} */
function field(about, now) {
  const {type} = about
  if (type === 'boolean') {
    const input = /** @type {HTMLInputElement} */ (made('input', []))
    Object.assign(input, {type: 'checkbox', checked: now})
    return labelled(about, input, () => input.checked)
  }
  if (about.enum) {
    const choices = about.enum.map((choice) => new Option(t(choice), choice, false, choice === now))
    const select = /** @type {HTMLSelectElement} */ (made('select', choices))
    return labelled(about, select, () => select.value)
  }
  if (type === 'array') {
    const area = /** @type {HTMLTextAreaElement} */ (made('textarea', []))
    area.value = now.join('\n')
    const lines = () => area.value.split('\n').map((line) => line.trim())
    return labelled(about, area, () => lines().filter(Boolean))
  }
  const input = /** @type {HTMLInputElement} */ (made('input', []))
  if (type === 'integer') Object.assign(input, {type: 'number', min: about.minimum, max: about.maximum, required: true})
  else input.maxLength = about.maxLength ?? 200
  input.value = now
  return labelled(about, input, () => (type === 'integer' ? input.valueAsNumber : input.value))
}

/** @param {Schema} about @param {HTMLElement} input @param {() => any} value @returns {Field} */
function labelled({title = '', description = ''}, input, value) {
  return {element: made('div', [made('label', [t(title), ' ', input]), ...described(input, description)]), value}
}

/** What explains an input, if anything does. @param {HTMLElement} input @param {string} description */
function described(input, description) {
  if (!description) return []
  const element = made('small', [t(description)])
  element.id = crypto.randomUUID()
  input.setAttribute('aria-describedby', element.id)
  return [element]
}

/** @param {string} name @param {(Node | string)[]} children */
function made(name, children) {
  const element = document.createElement(name)
  element.append(...children)
  return element
}
