/** The reading bundle: all that is needed to see the comments under a post. */

import {asNumber, asText, parseComment, parseComments, request} from './api.js'
import {button, guarded, h, sanitize} from './dom.js'
import {AfterwordComments} from './element.js'

export {load} from './lazy-loader.js'

// Modules that are loaded later find here what this bundle has already: the build sees to it (build.mjs).
Object.assign(globalThis, {
  [BUILD]: {asNumber, asText, button, guarded, h, parseComment, parseComments, request, sanitize},
})

if (!customElements.get('afterword-comments')) customElements.define('afterword-comments', AfterwordComments)
