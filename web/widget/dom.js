/** What everything is made with: elements, clean HTML, avatars. */

const FOREIGN = ':not(p,br,em,strong,del,code,pre,blockquote,ul,ol,li,a)'

/**
 * Make an element, with properties, and attributes of other names; its class is its part, too, its handlers are guarded.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [given]
 * @param {...(Node | string | false | null | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, given = {}, ...children) {
  const made = /** @type {any} */ (document.createElement(tag))
  for (const [name, value] of Object.entries(given)) {
    if (name in made) made[name] = typeof value === 'function' ? guarded(/** @type {any} */ (value)) : value
    else made.setAttribute(name, value)
    if (name === 'class') made.setAttribute('part', value)
  }
  made.append(...children.filter(Boolean))
  return made
}

/**
 * Make a callback for the browser: whatever breaks in it is a warning, and no uncaught error of the page.
 *
 * @template {unknown[]} T
 * @param {(...given: T) => unknown} action
 * @param {() => void} [failed]
 * @returns {(...given: T) => Promise<void>}
 */
export function guarded(action, failed) {
  return async (...given) => {
    try {
      await action(...given)
    } catch (error) {
      console.warn(error)
      failed?.()
    }
  }
}

/**
 * @param {string} kind its class
 * @param {string} words
 * @param {() => unknown} action
 * @param {Record<string, unknown>} [given]
 */
export function button(kind, words, action, given) {
  return h('button', {class: kind, type: 'button', onclick: action, ...given}, words)
}

/**
 * The service's clean HTML as nodes.  This is the only place that takes HTML; what the service should
 * never have sent (an element, an attribute, an address of another kind) goes before anything is shown.
 *
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function sanitize(html) {
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
 * An avatar: colours that are the same for the same seed.
 *
 * @param {string} seed
 */
export function avatar(seed) {
  let hash = 0
  for (const letter of seed) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_003
  const drawn = h('span', {class: 'avatar'})
  drawn.style.setProperty('--face', `${hash}`)
  return drawn
}
