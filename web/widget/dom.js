/** What everything is made with: elements, clean HTML, faces. */

const FOREIGN = ':not(p,br,em,strong,del,code,pre,blockquote,ul,ol,li,a)'

/**
 * Make an element, with properties, and attributes of other names; its class is its part, too.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [given]
 * @param {...(Node | string | false | null | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, given = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(given)) {
    if (name in made) Object.assign(made, {[name]: value})
    else made.setAttribute(name, String(value))
    if (name === 'class') made.setAttribute('part', String(value))
  }
  made.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)))
  return made
}

/**
 * @param {string} kind its class
 * @param {string} words
 * @param {() => void} onclick
 * @param {Record<string, unknown>} [given]
 */
export function button(kind, words, onclick, given) {
  return h('button', {class: kind, type: 'button', onclick, ...given}, words)
}

/**
 * The service's clean HTML as nodes.  This is the only place that takes HTML; what the service should
 * never have sent (an element, an attribute, an address of another kind) goes before anything is shown.
 *
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function clean(html) {
  const template = document.createElement('template')
  template.innerHTML = html
  const all = (/** @type {string} */ selector) => template.content.querySelectorAll(selector)
  for (const element of all(FOREIGN)) Element.prototype.remove.call(element) // a form's own `remove` may be an input
  for (const element of all('*')) {
    for (const {name, value} of [...element.attributes]) {
      if (!/^(href=(https?|mailto):|rel=|start=\d+$)/i.test(`${name}=${value}`)) element.removeAttribute(name)
    }
  }
  return template.content
}

/**
 * A face: colours that are the same for the same seed.
 *
 * @param {string} seed
 */
export function face(seed) {
  let hash = 0
  for (const letter of seed) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_003
  const drawn = h('span', {class: 'avatar'})
  drawn.style.setProperty('--face', `${hash}`)
  return drawn
}
