/** Fired on the element after its comments are drawn.  `count` is what the reader sees in the heading. */
export class CommentsShownEvent extends Event {
  /** @param {number} count */
  constructor(count) {
    super('comments-shown', {bubbles: true, composed: true})
    this.count = count
  }
}
