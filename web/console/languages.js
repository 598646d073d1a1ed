/** Which of the languages that the page has is spoken to somebody. */

/**
 * The first wanted language that there is, or a near relative of it; English is always there.
 *
 * @param {readonly string[]} wanted @param {string[]} known  both as BCP 47 writes them
 * @returns {{lang: string, locale: string}}  whose words, and how dates and numbers are written
 */
export function chosen(wanted, known) {
  const base = (/** @type {string} */ each) => each.split('-')[0]
  for (const locale of wanted) {
    const like = ['en', ...known].filter((each) => base(each) === base(locale))
    const lang = like.find((each) => each === locale) ?? like[0]
    if (lang) return {lang, locale}
  }
  return {lang: 'en', locale: 'en'}
}
