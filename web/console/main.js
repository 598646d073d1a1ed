/** The console: signing in with a link, working through the queue, undoing. */

/** @import {Failure, View} from './types' */

import {ask, serial} from './api.js'
import {replace, select, selectAll, targets} from './comments.js'
import {answered, decide, deleted, refused, replied, resumed} from './decisions.js'
import {$} from './dom.js'
import {dropDrafts} from './drafts.js'
import {
  ChangedEvent,
  DecideEvent,
  DeletedEvent,
  OpenEvent,
  ReachedEvent,
  RepliedEvent,
  SelectEvent,
  SessionEndedEvent,
  SignOutEverywhereEvent,
} from './events.js'
import {drawFrame} from './frame.js'
import {t, translatePage} from './locale.js'
import {fill, keepList, loadMore, stop} from './loading.js'
import {follow, open, register} from './navigation.js'
import {tidy, wipe} from './offline-cache.js'
import {parse, tokenIn} from './router.js'
import {storeSession, storedSession} from './session.js'
import {listenForShortcuts} from './shortcuts.js'
import {reset, say, state, subscribe, update} from './state.js'
import {connect, dropUnsent, resume, send, unsent} from './sync.js'
import {takeBackArrived, undo} from './undo.js'
import {activityView} from './views/activity.js'
import {insightsView} from './views/insights.js'
import {postsView} from './views/posts.js'
import {queueView} from './views/queue.js'
import {screeningView} from './views/screening.js'
import {devicesView, teamView, tokensView} from './views/team.js'

/** All that can be shown, in the order of the links to it. @type {View[]} */
const VIEWS = [
  queueView('pending', 'Waiting'),
  queueView('flagged', 'Flagged'),
  queueView('published', 'Published'),
  queueView('rejected', 'Rejected'),
  queueView('spam', 'Spam'),
  activityView,
  postsView,
  insightsView,
  screeningView,
  teamView,
  devicesView,
  tokensView,
]

let link = '' // the token in the address, until it is used

/** Remove the link's token from the address, and start. */
function start() {
  link = tokenIn(location.hash)
  if (!parse(location.hash)) clearAddress()
  update({session: storedSession()})
  tidy()
  show(t(link ? 'Your link is used only when you press the button.' : 'You need a link, which works once.'))
}

function clearAddress() {
  if (location.hash) history.replaceState(null, '', location.pathname + location.search)
}

/** Show the list to whoever is signed in; else say how to. @param {string} [why] */
function show(why = '') {
  const {session} = state
  const inside = session && !link
  $('sign-in-message').textContent = why
  $('sign-in').hidden = inside
  $('desk').hidden = $('account').hidden = !inside
  $('exchange').hidden = !link
  $('sign-in-help').hidden = Boolean(link)
  $('account-name').textContent = session?.name
  if (session) $('moderator-id').textContent = session.id // for the command that is shown when the session has ended
  if (!inside) return
  follow()
  resume()
  openOffline()
}

/** Make the page available offline. */
function openOffline() {
  const worker = document.querySelector('meta[name=worker]')?.getAttribute('content') ?? ''
  navigator.serviceWorker?.register(worker, {scope: 'moderate'}).catch(() => {})
}

async function signIn() {
  const [used, onDevice] = [link, $('remember').checked]
  link = '' // the link works once: a second click would fail
  if (!used) return
  try {
    const body = {link: used, keep: onDevice}
    const {token, moderator, session} = await ask('POST', 'v1/moderation/sessions', body)
    update({session: {token, id: moderator.id, name: moderator.name, scopes: session.scopes}})
    storeSession(onDevice)
    show()
    $('list-heading').focus()
  } catch (failure) {
    const error = /** @type {Failure} */ (failure)
    const isSpent = error.status === 401
    link = isSpent ? '' : used
    show(isSpent ? t('This link no longer works: it was used already, or it is too old.') : error.message)
    $('sign-in-message').focus()
  }
}

/** Forget the session and all that it showed; what was being done is kept, if nobody wanted to leave. @param {string} why */
function leave(why) {
  stop()
  reset('')
  storeSession()
  show(why)
  $('sign-in-message').focus()
}

/** Leave nothing behind. @param {string} why */
function leaveWholly(why) {
  dropDrafts()
  dropUnsent()
  clearAddress()
  leave(why)
  wipe() // last, after all that was still to be kept
}

/** Sign out after what is under way; here only, or everywhere. @param {string} [which] */
function signOut(which = '') {
  send()
  serial(
    async () => {
      const count = unsent()
      if (count && !confirm(t('{n} decisions were not sent yet: sign out and lose them?', {n: count}))) return
      $('desk').hidden = true // there is nothing left to decide
      await ask('DELETE', `v1/moderation/sessions${which}`).catch(isOver)
      leaveWholly(t('You are signed out.'))
    },
    (error) => {
      if (!which)
        return leaveWholly(t('You are signed out here. The service could not be told: it ends the session later.'))
      $('desk').hidden = false
      say(error.message)
    },
  )
}

/** A session that ended already needs no end. @param {Failure} error */
function isOver(error) {
  if (error.status !== 401) throw error
}

/** The address changed: back, forward, or a link that was opened in this tab. */
function addressChanged() {
  const isView = !location.hash || parse(location.hash)
  if (!isView || !state.session || link) start()
  else follow()
}

/** @template {Event} E @param {EventTarget} target @param {{type: string, prototype: E}} kind @param {(event: E) => void} listener */
const on = (target, kind, listener) => target.addEventListener(kind.type, (event) => listener(/** @type {E} */ (event)))

function listenToCards() {
  const list = $('list')
  on(list, DecideEvent, ({comments, decision}) => decide(comments, decision))
  on(list, SelectEvent, ({comment, isSelected, isRange}) => select(comment, isSelected, isRange))
  on(list, OpenEvent, ({filters, view}) => {
    open(filters, view)
    $('list-heading').focus()
  })
  on(list, ChangedEvent, ({comment}) => replace(comment))
  on(list, DeletedEvent, ({comment}) => deleted(comment))
  on(list, RepliedEvent, ({comment, reply}) => replied(comment, reply))
  on(list, SignOutEverywhereEvent, () => signOut('?all=true'))
}

function listenToFrame() {
  for (const nav of document.querySelectorAll('nav')) {
    nav.addEventListener('click', (event) => {
      const to = event.target instanceof Element && event.target.closest('a')
      if (!to || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      open({}, parse(to.hash)?.id)
    })
  }
  for (const button of document.querySelectorAll('#selection button[value]')) {
    button.addEventListener('click', () => decide(targets(), /** @type {HTMLButtonElement} */ (button).value))
  }
  $('sign-in-button').onclick = signIn
  $('sign-out').onclick = () => signOut()
  $('undo').onclick = () => undo()
  $('more').onclick = loadMore
  $('clear-filter').onclick = () => {
    open({})
    $('list-heading').focus()
  }
  $('select-all').onclick = () => selectAll($('select-all').checked)
  $('deselect').onclick = () => selectAll(false)
  listenToFilters()
}

function listenToFilters() {
  for (const form of document.querySelectorAll('form.filters')) {
    form.addEventListener('submit', (event) => event.preventDefault())
  }
  $('search').addEventListener('submit', () => {
    open({...state.filters, q: $('q').value})
    $('list-heading').focus()
  })
  $('activity-filter').onchange = () => open({by: $('by').value, day: $('day').value})
  $('post-search').oninput = () => open({q: $('post-word').value}, undefined, true)
}

connect({answered, refused, resumed, takeBack: takeBackArrived})
await translatePage()
register(VIEWS)
drawFrame(VIEWS)
subscribe(['items', 'progress'], fill)
subscribe(['items'], keepList)
listenToFrame()
listenToCards()
listenForShortcuts()
on(window, ReachedEvent, send) // waiting decisions are sent with the next request
on(window, SessionEndedEvent, () => leave(t('Your session has ended.')))
addEventListener('online', resume)
addEventListener('hashchange', addressChanged)
start()
