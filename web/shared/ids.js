/** Identifiers and keys: 128 bits, written as 22 characters of base64url. */

export const ID = /^[\w-]{22}$/

/** A new random key. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes)).replace(/\W/g, (sign) => ({'+': '-', '/': '_'})[sign] ?? '')
}
