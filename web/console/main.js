/** The moderator's page: sign in with a link, work through the queue, take back what was done. */

/** @import {Failure} from './types' */

import {decide, forget, say, undo} from './deciding.js'
import {tidy, wipe} from './kept.js'
import {listen} from './keyboard.js'
import {$} from './page.js'
import {choose, empty, goOn, load, meant, only, open, search} from './queue.js'
import {dropUnsent, send, takeUp, unsent} from './sending.js'
import {ask, inTurn, recalled, remember, signed} from './service.js'
import {ready, t} from './words.js'
import {dropAll} from './writing.js'

let link = '' // what the address brought, until it is used

/** Take the link out of the address, and begin. */
function start() {
  link = /^#(aw_link_[\w-]{1,100})$/.exec(location.hash)?.[1] ?? ''
  if (location.hash) history.replaceState(null, '', location.pathname + location.search)
  signed.session = recalled()
  tidy()
  show(t(link ? 'Your link is not used up before you press the button.' : 'You need a link, which works once.'))
}

/** Show the list to whoever is signed in; else say how to. @param {string} [why] */
function show(why) {
  const {session} = signed
  const inside = session && !link
  $('why').textContent = why
  $('sign-in').hidden = inside
  $('queue').hidden = $('who').hidden = !inside
  $('exchange').hidden = !link
  $('help').hidden = Boolean(link)
  $('me').textContent = session?.name
  if (session) $('id').textContent = session.id // for the command, should the session end
  if (!inside) return
  open('pending')
  takeUp()
  stay()
}

/** Let the page open without a connection, too. */
function stay() {
  const worker = document.querySelector('meta[name=worker]')?.getAttribute('content') ?? ''
  navigator.serviceWorker?.register(worker, {scope: 'moderate'}).catch(() => {})
}

async function signIn() {
  const [used, onDevice] = [link, $('keep').checked]
  link = '' // a second click would find it used up
  if (!used) return
  try {
    const {token, moderator} = await ask('POST', 'v1/moderation/sessions', {link: used, keep: onDevice})
    signed.session = {token, id: moderator.id, name: moderator.name}
    remember(onDevice)
    show()
    $('queue-heading').focus()
  } catch (failure) {
    const error = /** @type {Failure} */ (failure)
    const spent = error.status === 401
    link = spent ? '' : used
    show(spent ? t('This link no longer works: it was used already, or it is too old.') : error.message)
    $('why').focus()
  }
}

/** Forget the session and all that it showed; what was being done is kept, if nobody wanted to leave. @param {string} why */
function leave(why) {
  signed.session = null
  remember()
  empty()
  forget()
  show(why)
  $('why').focus()
}

/** Leave nothing behind. @param {string} why */
function leaveWholly(why) {
  dropAll()
  dropUnsent()
  leave(why)
  wipe() // last, after all that was still to be kept
}

/** Sign out after what is under way; here only, or everywhere. @param {string} [which] */
function signOut(which = '') {
  send()
  inTurn(
    async () => {
      const count = unsent()
      if (count && !confirm(t('{n} decisions were not sent yet: sign out and lose them?', {n: count}))) return
      $('queue').hidden = true // nothing more is to be decided
      await ask('DELETE', `v1/moderation/sessions${which}`).catch(isOver)
      leaveWholly(t('You are signed out.'))
    },
    (error) => {
      if (!which)
        return leaveWholly(t('You are signed out here. The service could not be told: it ends the session later.'))
      $('queue').hidden = false
      say(error.message)
    },
  )
}

/** A session that ended already needs no end. @param {Failure} error */
function isOver(error) {
  if (error.status !== 401) throw error
}

for (const tab of document.querySelectorAll('nav button')) {
  tab.addEventListener('click', () => open(/** @type {HTMLButtonElement} */ (tab).value))
}
for (const button of document.querySelectorAll('#chosen button[value]')) {
  button.addEventListener('click', () => decide(meant(), /** @type {HTMLButtonElement} */ (button).value))
}
$('enter').onclick = signIn
$('sign-out').onclick = () => signOut()
$('undo').onclick = () => undo()
$('more').onclick = goOn
$('narrow').onchange = () => load()
$('narrow').onsubmit = (/** @type {SubmitEvent} */ event) => event.preventDefault()
$('everybody').onclick = () => only()
$('all').onclick = () => choose($('all').checked)
$('none').onclick = () => choose()
$('search').onsubmit = (/** @type {SubmitEvent} */ event) => {
  event.preventDefault()
  search($('q').value)
  $('queue-heading').focus()
}
addEventListener('online', takeUp)
addEventListener('reached', send) // what waits goes out with the next request
addEventListener('sign-out-everywhere', () => signOut('?all=true'))
addEventListener('session-ended', () => leave(t('Your session has ended.')))
addEventListener('hashchange', () => location.hash && start()) // a link that was opened in this very tab
await ready()
listen()
start()
