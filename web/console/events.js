/** Events between parts of the page.  Those of a card or a row bubble up from its element; main.js handles them. */

/** @import {Comment} from './types' */

class BubblingEvent extends Event {
  constructor() {
    super(new.target.type, {bubbles: true})
  }

  static type = ''
}

/** Make the same decision on these comments. */
export class DecideEvent extends BubblingEvent {
  static type = 'decide'

  /** @param {Comment[]} comments @param {string} decision */
  constructor(comments, decision) {
    super()
    this.comments = comments
    this.decision = decision
  }
}

/** Select or deselect a comment; with `isRange` all from the last selected one to this one. */
export class SelectEvent extends BubblingEvent {
  static type = 'select-comment'

  /** @param {Comment} comment @param {boolean} isSelected @param {boolean} isRange */
  constructor(comment, isSelected, isRange) {
    super()
    this.comment = comment
    this.isSelected = isSelected
    this.isRange = isRange
  }
}

/** Show another view, or the same one with other filters. */
export class OpenEvent extends BubblingEvent {
  static type = 'open-view'

  /** @param {Record<string, string>} filters @param {string} [view]  its id; else the one that is shown */
  constructor(filters, view) {
    super()
    this.filters = filters
    this.view = view
  }
}

/** A comment was deleted for good. */
export class DeletedEvent extends BubblingEvent {
  static type = 'comment-deleted'

  /** @param {Comment} comment */
  constructor(comment) {
    super()
    this.comment = comment
  }
}

/** A comment was changed. */
export class ChangedEvent extends BubblingEvent {
  static type = 'comment-changed'

  /** @param {Comment} comment  as it stands now */
  constructor(comment) {
    super()
    this.comment = comment
  }
}

/** A reply was published, and its parent too. */
export class RepliedEvent extends BubblingEvent {
  static type = 'comment-replied'

  /** @param {Comment} comment @param {Comment} reply */
  constructor(comment, reply) {
    super()
    this.comment = comment
    this.reply = reply
  }
}

/** End all sessions and revoke all tokens of this moderator. */
export class SignOutEverywhereEvent extends BubblingEvent {
  static type = 'sign-out-everywhere'
}

/** On the window: the session has ended. */
export class SessionEndedEvent extends BubblingEvent {
  static type = 'session-ended'
}

/** On the window: the service responded, so there is a connection. */
export class ReachedEvent extends BubblingEvent {
  static type = 'service-reached'
}
