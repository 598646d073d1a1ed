/** What the build puts in, and what goes over the wire. */

/** The hashes of this build's parts: the file is `assets/<name>.<hash>.js`; a language's is `assets/<language>.<CATALOGUES>.json`. */
declare const MODULES: Record<string, string>
declare const LANGUAGES: string[]
declare const CATALOGUES: string

/** Under what global name the parts of this build find what the reading bundle has already. */
declare const BUILD: string

declare module '*.css' {
  const text: string
  export default text
}

/** A comment as the API sends it, after `checked` has looked at it. */
interface PublicComment {
  id: string
  post: string
  parent: string
  status: string
  name: string
  link: string
  avatar: string
  html: string
  created: string
  published: string
  edited: string
  up: number
  down: number
  moderator: boolean
  gone: boolean
  text?: unknown
  edit_until?: unknown
}

/** An answer of the API; what is in it is not to be relied on. */
type Answer = Record<string, any>

/** A word, or its forms by plural category. */
type Word = string | Record<string, string>
