/** Markdown in the text field: the toolbar's formats, and quoting what the reader selected. */

/**
 * What is put before and after the selected text, or before each of its lines; the key is pressed with Ctrl or ⌘.
 *
 * @typedef {[name: string, sign: string, before: string, after: string, key: string]} Format
 */

/** @type {Format[]} */
export const FORMATS = [
  ['bold', 'B', '**', '**', 'b'],
  ['italic', 'I', '*', '*', 'i'],
  ['url', '↗', '[', '](https://)', 'k'],
  ['code', '</>', '`', '`', 'e'],
  ['quote', '❝', '> ', '', ''],
  ['list', '•', '- ', '', ''],
]

/**
 * Format the selected text, and leave the cursor where writing goes on.
 *
 * @param {HTMLTextAreaElement} textarea
 * @param {Format} format
 */
export function applyFormat(textarea, [, , before, after]) {
  const {selectionStart: start, selectionEnd: end, value} = textarea
  const selected = value.slice(start, end)
  const formatted = after ? before + selected + after : selected.replace(/^/gm, before)
  textarea.focus()
  textarea.setRangeText(formatted, start, end, 'end')
  if (after && !selected) textarea.selectionStart = textarea.selectionEnd = start + before.length
}

/**
 * What the reader selected in a comment, as a quote; otherwise nothing.
 *
 * @param {import('./view.js').View} view
 * @param {PublicComment | undefined} comment
 */
export function quotedSelection(view, comment) {
  const root = /** @type {any} */ (view.root)
  const selection = /** @type {Selection | null} */ (root.getSelection ? root.getSelection() : getSelection())
  const text = comment && view.itemsById.get(comment.id)?.li.querySelector('.text')
  const selected = selection?.anchorNode && text?.contains(selection.anchorNode) ? String(selection).trim() : ''
  return selected && `${selected.replace(/^/gm, '> ')}\n\n`
}
