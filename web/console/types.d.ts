/** What the service tells moderators; docs/api.md describes it. */

export interface Glimpse {
  name: string | null
  words: string
  status: string
}

export interface Comment {
  id: string
  version: number
  status: string
  post: string
  post_link: string | null
  parent: string | null
  name: string | null
  link: string | null
  text: string
  html: string
  created: string
  edited: string | null
  moderator: boolean
  author: string | null
  network: string | null
  reasons: {rule: string; words: string}[]
  record: {approved: number; rejected: number; since: string | null} | null
  flags: number
  open_flags: {reason: string; note: string | null; at: string}[] | null
  answered: Glimpse | null
  earlier: {text: string; name: string | null; at: string} | null
}

export interface Wish {
  id: string
  version: number
  decision: string
  note?: string
}

export interface Result {
  id: string
  outcome: 'done' | 'already_so' | 'changed_meanwhile' | 'refused' | 'not_tried'
  decision: string | null
  comment: Comment | null
  code: string | null
  detail: string | null
  parent: string | null
  parent_version: number | null
}

export interface Decided {
  bulk: string | null
  results: Result[]
}

export interface AuditEntry {
  id: string | null
  act: string
  by: string | null
  who: string
  at: string
  comment: string | null
  about: Glimpse | null
  post: string | null
  before: string | null
  after: string | null
  note: string | null
  bulk: string | null
  undone: string | null
}

export interface Post {
  post: string
  link: string | null
  title: string | null
  proposed_title: string | null
  count: number
  waiting: number | null
  closed: boolean
  moved_to: string | null
  version: number
}

export interface Job {
  id: string
  work: string
  who: string
  at: string
}

export interface Policy {
  hold: string
  approvals: number
  days: number
  version: number
}

export interface Day {
  day: string
  decisions: Record<string, number>
  by: Record<string, number>
  waiting: number
  seconds_to_decision: number | null
}

export interface Figures {
  waiting: number
  waiting_more: boolean
  oldest_waiting: string | null
  spam_share: number | null
  days: Day[]
  names: Record<string, string>
}

export interface Counted {
  count: number
  more: boolean
}

export interface Token {
  id: string
  created: string
  used: string | null
  expires: string
  name: string | null
  scopes: string[]
  current: boolean
}

export interface Moderator {
  id: string
  name: string
  role: string
  created: string
}

export type Failure = Error & {status?: number; code?: string; session?: object | null}
export type Words = Record<string, string>
