/**
 * The moderator's page: sign in with a link, work through the queue, take the last decision back.
 *
 * What readers wrote reaches the page through `textContent` alone.  A decision takes its card off the list at
 * once; decisions are sent one after the other, and a card whose decision failed comes back and says why.
 *
 * @typedef {{id: string, version: number, status: string, post: string, post_link: ?string, parent: ?string,
 *   name: ?string, link: ?string, text: string, created: string, edited: ?string, moderator: boolean,
 *   reasons: {rule: string, words: string}[]}} Comment
 * @typedef {{id: string, version: number, decision: string}} Wish
 * @typedef {{id: string, outcome: 'done' | 'already_so' | 'changed_meanwhile' | 'refused' | 'not_tried',
 *   decision: ?string, comment: ?Comment, code: ?string, detail: ?string, parent: ?string}} Result
 * @typedef {Record<string, string>} Words
 * @typedef {{bulk: ?string, results: Result[]}} Decided
 * @typedef {{what: object, card: Card}} Undoing  what to send, and the card that it brings back
 */

const SESSION = 'afterword-session'
const SILENCE = 'The service can’t be reached. Please try again.'
const PATIENCE = 30_000 // milliseconds: a little longer than the gateway's
/** @type {Words} */
const IS = {pending: 'waiting', published: 'published', rejected: 'rejected', spam: 'spam', deleted: 'deleted'}
const LEADS_TO = /** @type {Words} */ ({approve: 'published', reject: 'rejected', spam: 'spam'})
const FAILED = /** @type {Words} */ ({
  changed_meanwhile: 'It was changed meanwhile, and nothing was done. Please look again.',
  already_so: 'This was undone already.',
  not_tried: 'The service was busy, and nothing was done. Please try again.',
})

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id)
const tabs = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('nav button'))
const times = new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'short'})

let link = '' // what the address brought, until it is used
let session = /** @type {?{token: string, id: string, name: string}} */ (null) // and whose it is
let status = 'pending' // of the comments in the list
let next = /** @type {?string} */ (null) // where the list goes on; null at its end
let loading = new AbortController()
let turn = Promise.resolve() // the end of all that was begun
let last = /** @type {?Undoing} */ (null)

/** @param {Comment} comment */
const who = ({name}) => (name ? `“\u2068${name}\u2069”` : '(no name)')

/** Put words into an element, which is hidden without. @param {any} element @param {?string} [words] */
function put(element, words) {
  element.textContent = words ?? ''
  element.hidden = !words
}

/** Tell what happened, and offer to undo it. @param {string} words @param {?Undoing} [undoing] */
function say(words, undoing = null) {
  last = undoing
  $('said').textContent = words
  $('undo').hidden = !undoing
}

/**
 * Call the service at a path relative to this page; throw what it refuses, with the status.
 * @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal]
 */
async function ask(method, path, body, signal = AbortSignal.timeout(PATIENCE)) {
  const headers = new Headers(body && {'Content-Type': 'application/json'})
  if (session) headers.set('Authorization', `Bearer ${session.token}`)
  const answer = await fetch(path, {method, headers, signal, body: body && JSON.stringify(body)}).catch(() => null)
  const data = await answer?.json().catch(() => null)
  if (!answer?.ok) throw Object.assign(new Error(data?.detail ?? SILENCE), {status: answer?.status})
  return data
}

/** Do a deed after all those before. @param {() => Promise<void>} deed @param {(error: Error) => void} failed */
function inTurn(deed, failed) {
  turn = turn.then(deed).catch((error) => (error.status === 401 ? leave('Your session has ended.') : failed(error)))
}

/** Take the link out of the address, and begin. */
function start() {
  link = /^#(aw_link_[\w-]{1,100})$/.exec(location.hash)?.[1] ?? ''
  if (location.hash) history.replaceState(null, '', location.pathname + location.search)
  session = recalled()
  show(link ? 'Your link is not used up before you press the button.' : 'You need a link, which works once.')
}

function recalled() {
  try {
    return JSON.parse(sessionStorage.getItem(SESSION) ?? localStorage.getItem(SESSION) ?? 'null')
  } catch {
    return null
  }
}

/** Keep the session, or forget the one that was kept. @param {boolean} [onDevice] */
function remember(onDevice) {
  try {
    for (const storage of [sessionStorage, localStorage]) storage.removeItem(SESSION)
    if (session) (onDevice ? localStorage : sessionStorage).setItem(SESSION, JSON.stringify(session))
  } catch {} // without storage, the session lasts as long as the page
}

/** Show the list to whoever is signed in; else say how to. @param {string} [why] */
function show(why) {
  const inside = session && !link
  $('why').textContent = why
  $('sign-in').hidden = inside
  $('queue').hidden = $('who').hidden = !inside
  $('exchange').hidden = !link
  $('help').hidden = Boolean(link)
  $('me').textContent = session?.name
  if (session) $('id').textContent = session.id // for the command, should the session end
  if (inside) load('pending')
}

async function signIn() {
  const [used, onDevice] = [link, $('keep').checked]
  link = '' // a second click would find it used up
  if (!used) return
  try {
    const {token, moderator} = await ask('POST', 'v1/moderation/sessions', {link: used, keep: onDevice})
    session = {token, id: moderator.id, name: moderator.name}
    remember(onDevice)
    show()
    $('queue-heading').focus()
  } catch (/** @type {any} */ error) {
    const spent = error.status === 401
    link = spent ? '' : used
    show(spent ? 'This link no longer works: it was used already, or it is too old.' : error.message)
    $('why').focus()
  }
}

/** Forget the session and all that it showed. @param {string} why */
function leave(why) {
  loading.abort()
  session = null
  remember()
  $('list').replaceChildren()
  say('')
  show(why)
  $('why').focus()
}

function signOut() {
  const deed = () => ask('DELETE', 'v1/moderation/sessions').then(() => leave('You are signed out.'))
  inTurn(deed, () => leave('You are signed out here. The service could not be told: it ends the session later.'))
}

/** Show the comments of one status, or more of them. @param {string} wanted @param {string} [cursor] */
function load(wanted, cursor = '') {
  loading.abort()
  const {signal} = (loading = new AbortController())
  ;[status, next] = [wanted, cursor]
  for (const tab of tabs) tab.ariaCurrent = String(tab.value === status)
  $('queue-heading').textContent = $(status).textContent
  if (!cursor) $('list').replaceChildren()
  put($('end'), 'Loading …')
  put($('more'))
  const query = new URLSearchParams(cursor ? {status, cursor} : {status})
  inTurn(async () => {
    const page = await ask('GET', `v1/moderation/queue?${query}`, undefined, signal)
    const fresh = page.comments.filter((/** @type {Comment} */ {id}) => !$(`comment-${id}`))
    const cards = fresh.map((/** @type {Comment} */ comment) => new Card(comment))
    $('list').append(...cards.map((/** @type {Card} */ {element}) => element))
    next = page.next
    if (cursor) cards[0]?.article.focus()
    settle()
  }, (error) => {
    if (signal.aborted) return
    put($('end'), error.message)
    put($('more'), 'Try again')
  })
}

/** Go on with a list that is empty but not at its end, or say how it stands. */
function settle() {
  const empty = !$('list').childElementCount
  if (next === '') return // still on its first page
  if (empty && next) return load(status, next)
  put($('end'), empty ? (status === 'pending' ? 'Nothing is waiting.' : 'There is nothing here.') : '')
  put($('more'), next && 'Load more')
}

/** A comment in the list, and what becomes of it. */
class Card {
  element = $('card').content.firstElementChild.cloneNode(true)
  article = this.element.querySelector('article')
  decisions = /** @type {NodeListOf<HTMLButtonElement>} */ (this.element.querySelectorAll('.decisions button'))
  below = /** @type {?Element} */ (null) // where it stood in the list
  find = /** @type {(selector: string) => any} */ ((selector) => this.element.querySelector(selector))

  /** @param {Comment} comment */
  constructor(comment) {
    this.comment = comment
    this.show(comment)
    for (const button of this.decisions) {
      const decide = () => this.decide([{id: this.comment.id, version: this.comment.version, decision: button.value}])
      button.onclick = ({detail}) => detail < 2 && decide() // the rest of a double click falls on the next card
    }
  }

  /** Draw the comment as it stands now. @param {Comment} comment */
  show(comment) {
    this.comment = comment
    this.element.id = `comment-${comment.id}`
    this.article.setAttribute('aria-labelledby', (this.find('h3').id = `name-${comment.id}`))
    this.find('.name').textContent = comment.name ?? '(no name)'
    this.find('time').textContent = times.format(new Date((this.find('time').dateTime = comment.created)))
    const marks = [comment.parent && 'a reply', comment.edited && 'edited', comment.moderator && 'by a moderator']
    this.find('.marks').textContent = marks.filter(Boolean).map((mark) => `${mark}, `).join('')
    this.find('.post').textContent = comment.post
    if (comment.post_link?.startsWith('http')) this.find('.post').href = comment.post_link
    this.find('.text').textContent = comment.text
    put(this.find('.website'), comment.link && `Website: ${comment.link}`)
    const reasons = comment.reasons.map(({words}) => Object.assign(document.createElement('li'), {textContent: words}))
    this.find('.reasons').hidden = !reasons.length
    this.find('.reasons ul').replaceChildren(...reasons)
    this.find('.note').hidden = true
    for (const button of this.decisions) button.hidden = LEADS_TO[button.value] === comment.status
  }

  /** Leave the list and send the wishes; the last is about this comment. @param {Wish[]} wishes */
  decide(wishes) {
    this.below = this.element.nextElementSibling
    const neighbour = this.below ?? this.element.previousElementSibling
    this.element.remove()
    ;(neighbour?.firstElementChild ?? $('queue-heading')).focus()
    say('')
    const send = () => ask('POST', 'v1/moderation/decisions', {decisions: wishes})
    inTurn(async () => this.decided(wishes, await send()), (error) => this.comeBack(error.message))
    settle()
  }

  /** @param {Wish[]} wishes @param {Decided} decided */
  async decided(wishes, {bulk, results}) {
    const [own, before] = [results[results.length - 1], this.comment.status]
    const done = results.filter(({outcome}) => outcome === 'done')
    const waits = results.find(({code}) => code === 'parent_not_published')
    const undoing = done.length ? {what: bulk ? {bulk} : {comment: own.id, decision: own.decision}, card: this} : null
    for (const {id} of done) $(`comment-${id}`)?.remove()
    if (own.comment) this.show(own.comment)
    if (waits) await this.offerAll(wishes, waits.parent, undoing)
    else if (this.comment.status === before) this.comeBack(own.detail ?? FAILED[own.outcome], undoing)
    else if (done.length > 1) say(`${done.length} comments are now published.`, undoing)
    else say(`${who(this.comment)} is ${done.length ? 'now' : 'already'} ${IS[this.comment.status]}.`, undoing)
    settle()
  }

  /** Offer to approve what it answers, too. @param {Wish[]} wishes @param {?string} above @param {?Undoing} undoing */
  async offerAll(wishes, above, undoing) {
    const {comment} = await ask('GET', `v1/moderation/comments/${above}`)
    /** @type {Wish[]} */
    const all = [{id: comment.id, version: comment.version, decision: 'approve'}, ...wishes]
    const words = `It answers ${who(comment)}, which is not published but ${IS[comment.status]}.`
    this.comeBack(words, undoing, comment.text, all)
  }

  /** @param {string} why @param {?Undoing} [undoing] @param {string} [above] @param {Wish[]} [all]  to offer */
  comeBack(why, undoing, above, all = []) {
    say(`${who(this.comment)} is back: ${why}`, undoing)
    this.putIn()
    put(this.find('.words'), why)
    put(this.find('blockquote'), above)
    put(this.find('.all'), all.length > 2 ? `Approve all ${all.length}` : above && 'Approve both')
    this.find('.all').onclick = () => this.decide(all)
    this.find('.note').hidden = false
  }

  /** Stand where it stood, in a list of its status. @param {Comment} [comment]  as it is now */
  putIn(comment = this.comment) {
    this.show(comment)
    const place = this.below?.isConnected === false ? $('list').firstChild : this.below
    if (comment.status === status) $('list').insertBefore(this.element, place)
    settle()
  }
}

/** Take the last decision back. */
function undo() {
  const {what, card} = /** @type {Undoing} */ (last)
  say('')
  inTurn(async () => {
    /** @type {Decided} */
    const {results} = await ask('POST', 'v1/moderation/undo', what)
    for (const {outcome, comment} of results) {
      if (outcome === 'done' && comment) (comment.id === card.comment.id ? card : new Card(comment)).putIn(comment)
    }
    const failed = results.find(({outcome}) => outcome !== 'done')
    const undone = `Undone: ${who(card.comment)} is ${IS[card.comment.status]} again.`
    say(failed ? failed.detail ?? FAILED[failed.outcome] : undone)
    ;(card.element.isConnected ? card.article : $('queue-heading')).focus()
  }, (error) => say(error.message, {what, card}))
}

for (const tab of tabs) tab.onclick = () => load(tab.value)
$('enter').onclick = signIn
$('sign-out').onclick = signOut
$('undo').onclick = undo
$('more').onclick = () => load(status, next ?? '')
addEventListener('hashchange', () => location.hash && start()) // a link that was opened in this very tab
start()
