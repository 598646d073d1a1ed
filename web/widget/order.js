/** Where a comment stands that comes by itself, not with a page. */

/** @typedef {import('./view.js').View} View */

/**
 * Let what comes from now on stand by when it was written; where that is not known, or not asked for, where it came.
 *
 * @param {View} view
 */
export function keepOrder(view) {
  const written = (/** @type {Element} */ li) => view.items.get(li.getAttribute('data-id') ?? '')?.comment.created
  view.following = (list, {created}) => {
    const sort = list === view.list ? view.sort : 'oldest'
    let next = null
    for (let li = list.lastElementChild; li && created && sort !== 'top'; li = li.previousElementSibling) {
      const other = written(li)
      if (!other || (sort === 'newest' ? other >= created : other <= created)) break
      next = li
    }
    return next
  }
}
