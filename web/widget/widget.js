/** The reading bundle: all that is needed to see the comments under a post. */

import {ask, checked, comments, number, text} from './api.js'
import {button, clean, h} from './dom.js'
import {AfterwordComments} from './element.js'

export {part} from './parts.js'

// Parts find here what this bundle has already: the build sees to it (build.mjs).
Object.assign(globalThis, {[BUILD]: {ask, button, checked, clean, comments, h, number, text}})

if (!customElements.get('afterword-comments')) customElements.define('afterword-comments', AfterwordComments)
