/** The session in the browser's storage: until the tab is closed, or on this device. */

import {state} from './state.js'

const KEY = 'afterword-session'

export function storedSession() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? 'null')
  } catch {
    return null
  }
}

/** Store the session, or forget the one that was stored. @param {boolean} [onDevice] */
export function storeSession(onDevice) {
  try {
    for (const storage of [sessionStorage, localStorage]) storage.removeItem(KEY)
    if (state.session) (onDevice ? localStorage : sessionStorage).setItem(KEY, JSON.stringify(state.session))
  } catch {} // without storage, the session lasts as long as the page
}
