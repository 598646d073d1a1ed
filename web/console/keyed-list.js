/** A list with an element for each item.  Items that stay keep their element, with focus and typed text. */

/** @import {Item, Row} from './types' */

export class KeyedList {
  /** @type {Map<string, Row>} by the item's id */
  #rows = new Map()

  /** @param {Element} element */
  constructor(element) {
    this.element = element
  }

  /** @param {Item[]} items @param {(item: any) => Row} draw  a new row for an item */
  show(items, draw) {
    const ids = new Set(items.map(({id}) => id))
    for (const [id, {element}] of this.#rows) {
      if (ids.has(id)) continue
      element.remove()
      this.#rows.delete(id)
    }
    let place = this.element.firstElementChild
    for (const item of items) {
      const row = this.#row(item, draw)
      if (row.element === place) place = place.nextElementSibling
      else this.element.insertBefore(row.element, place)
    }
  }

  /** @param {Item} item @param {(item: any) => Row} draw */
  #row(item, draw) {
    const row = this.#rows.get(item.id) ?? draw(item)
    this.#rows.set(item.id, row)
    row.update?.(item)
    return row
  }
}
