/** What the service tells moderators; docs/api.md describes it. */

export interface Glimpse {
  name: string | null
  excerpt: string
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
  reasons: Reason[]
  record: {approved: number; rejected: number; since: string | null} | null
  flags: number
  open_flags: {reason: string; note: string | null; at: string}[] | null
  pending_edit: {text: string; name: string | null; link: string | null; at: string; reasons: Reason[]} | null
  in_reply_to: Glimpse | null
  earlier: {text: string; name: string | null; at: string} | null
}

export interface DecisionRequest {
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
  parameters?: Record<string, unknown> | null
}

export interface Decided {
  bulk: string | null
  results: Result[]
}

export interface Actor {
  kind: string
  id: string | null
  name: string | null
}

export interface AuditEntry {
  id: string | null
  action: string
  actor: Actor
  at: string
  parameters: Record<string, string>
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
  kind: string
  actor: Actor
  at: string
}

export type Rules = Record<string, Record<string, any>>

/** The part of JSON Schema in which the service describes settings. */
export interface Schema {
  type: 'object' | 'boolean' | 'integer' | 'string' | 'array'
  title?: string
  description?: string
  properties?: Record<string, Schema>
  minimum?: number
  maximum?: number
  maxLength?: number
  enum?: string[]
}

export interface Policy {
  version: number
  rules: Rules
  rules_schema: Schema
}

export interface Day {
  day: string
  decisions: Record<string, number>
  by: Record<string, number>
  waiting: number
  seconds_to_decision: number | null
}

export interface Insights {
  waiting: number
  waiting_more: boolean
  oldest_waiting: string | null
  spam_share: number | null
  days: Day[]
  names: Record<string, string>
}

export interface Counts {
  oldest_waiting: string | null
  lists: Record<string, {count: number; more: boolean}>
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
  invited: boolean
  invitation: string | null
}

/** What a rule found: `detail` is the English `template` with its parameters filled in. */
export interface Reason {
  rule: string
  parameters: Record<string, string | number>
  template: string
  detail: string
}

/** Why something was refused. */
export interface Problem {
  code?: string | null
  parameters?: Record<string, unknown> | null
  detail?: string | null
  errors?: {field: string; message?: string; code?: string}[]
}

export type Failure = Error & {status?: number; code?: string; session?: object | null}

/** Something in the list. */
export type Item = {id: string} & Record<string, any>

/** An item as it is drawn. */
export interface Row {
  element: HTMLElement
  update?: (item: any) => void
}

/** What narrows a view down, by name; the address has them too. */
export type Filters = Record<string, string>

/** Something that can be shown. */
export interface View {
  /** also its address: `#/<id>` */
  id: string
  label: string
  /** under which it stands, where it has no link of its own beside the others */
  group?: string
  /** what a session must be allowed to */
  scope: string
  /** the id of the form above the list that narrows it down */
  element?: string
  /** the names of its filters */
  filters: string[]
  /** its filters are for what is loaded */
  isFilteredHere?: boolean
  isOfComments?: boolean
  /** of the comments */
  status?: string
  load: (query: {filters: Filters; cursor: string; signal: AbortSignal}) => Promise<Page>
  row: (item: any) => Row
}

export interface Page {
  items: Item[]
  next?: string | null
  searched?: number
}

/** Why a comment came back, and what may be done about it. */
export interface Notice {
  why: string
  quote?: string
  offer?: string
  accept?: () => void
}

/** Something that can be taken back. */
export interface Undoable {
  /** that left the list */
  comments: Comment[]
  /** what is said of it once it is answered */
  words: string
  requests?: DecisionRequest[]
  isUnwanted?: boolean
  /** once it is done */
  undo?: () => Promise<Decided>
}

/** Decisions that were made at once, and are taken back at once. */
export interface Operation extends Undoable {
  /** of its row in the browser */
  name: string
  /** whose it is */
  by: string
  requests: DecisionRequest[]
  /** nobody can have got it */
  isSafe: boolean
}
