/** The place of a comment that is added by itself, not with a page. */

/** @typedef {import('./view.js').View} View */

/**
 * Insert comments from now on by when they were written; at the end where that is unknown, or another order was chosen.
 *
 * @param {View} view
 */
export function keepSorted(view) {
  const createdAt = (/** @type {Element} */ li) => view.itemsById.get(li.getAttribute('data-id') ?? '')?.comment.created
  view.insertionPoint = (list, {created}) => {
    const sort = list === view.list ? view.sort : 'oldest'
    let next = null
    for (let li = list.lastElementChild; li && created && sort !== 'top'; li = li.previousElementSibling) {
      const other = createdAt(li)
      if (!other || (sort === 'newest' ? other >= created : other <= created)) break
      next = li
    }
    return next
  }
}
