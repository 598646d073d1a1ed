"""The base state machine: a site, an initial thread, and helpers that build operations on it."""

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, multiple

from tests.machines.commands import Decide, DecisionRequest, ModeratorReply, Undo
from tests.machines.operations import Operation, Submit
from tests.machines.policy_commands import SetPolicy
from tests.machines.site_under_test import SiteUnderTest
from tests.machines.strategies import Interleaving, Plan
from tests.support.model import CommentEntry, Content
from tests.support.read_invariants import canary
from tests.support.world import POST

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IDS: Bundle[str] = Bundle("ids")  # of comments that are, that were, and that were refused


class SiteMachine(RuleBasedStateMachine):
    """Readers, authors and two moderators of one site."""

    client: "DynamoDBClient"
    place: str

    def __init__(self) -> None:
        super().__init__()
        self.site = SiteUnderTest(self.client, self.place)
        self.submissions: dict[str, Submit | ModeratorReply] = {}
        self.counter = 0

    def teardown(self) -> None:
        """Check everything a last time."""
        self.site.close()

    @initialize(target=IDS, holds=st.booleans(), depth=st.sampled_from((1, 2, 3, 7)))
    def begin(self, holds: bool, depth: int) -> MultipleResults[str]:
        """Set up a site with a thread, held or published."""
        self.site.do(SetPolicy({"every_comment": {"active": holds}}, 0))
        thread: list[Submit] = []
        for author in ("ann", "ben", "", "ann", "ben", "ann", "ben")[:depth]:
            parent = thread[-1].id if thread else None
            thread.append(self.submission(POST, author, parent, name=not thread, form=True))
            self.site.do(thread[-1])
        return multiple(*(made.id for made in thread))

    # What the rules need

    def step(self, operation: Operation, plan: Plan, limit: int, *comment_ids: str) -> None:
        """Run an operation, and check the comments concerned."""
        self.site.do(operation, plan)
        self.check_comments(limit, *comment_ids)

    def interleave(self, one: Operation, other: Operation, interleaving: Interleaving, *comment_ids: str) -> None:
        """Run one operation right before a call of the other, and check the comments concerned."""
        self.site.catch_up()  # what an index shows late, no order of the two explains
        first, second = (other, one) if interleaving.swapped else (one, other)
        self.site.race(first, second, interleaving)
        self.check_comments(25, *comment_ids)

    def check_comments(self, limit: int, *comment_ids: str) -> None:
        posts = {self.post_of(comment_id) for comment_id in comment_ids}
        self.site.check(posts, set(comment_ids), limit)

    def entry(self, comment_id: str) -> CommentEntry | None:
        return self.site.model.comments.get(comment_id)

    def post_of(self, comment_id: str) -> str:
        """The post of a comment, or of its submission."""
        entry = self.entry(comment_id)
        return entry.post if entry else self.submissions[comment_id].post

    def author_of(self, comment_id: str) -> str:
        """The author of a comment; a moderator's reply has none."""
        made = self.submissions[comment_id]
        return (made.author if isinstance(made, Submit) else "") or "ann"

    def new_note(self) -> str:
        """A canary that stays in the table, whatever is deleted."""
        note = self.new_content(name=False).text
        self.site.notes.add(note)
        return note

    def new_content(self, *, name: bool) -> Content:
        self.counter += 1
        word = canary(self.counter)
        return Content(word, f"Ann {word}", f"https://{word}.example/") if name else Content(word)

    def submission(self, post: str, author: str, parent: str | None, *, name: bool, form: bool) -> Submit:
        content = self.new_content(name=name)
        key = f"submission {self.counter}"
        token = self.site.world.form(post) if form else ""
        made = Submit(self.site.id_of(post, author, key), key, post, author, parent, content, token)
        self.submissions[made.id] = made
        return made

    def decision(self, comment_id: str, decision: str, by: int, back: int = 0) -> Decide:
        return Decide((self.decision_request(comment_id, decision, back),), by)

    def decision_request(self, comment_id: str, decision: str, back: int = 0) -> DecisionRequest:
        return DecisionRequest(comment_id, self.version_of(comment_id, back), decision)

    def undoing(self, comment_id: str, number: int, by: int) -> Undo:
        entry = self.entry(comment_id)
        rows = entry.rows if entry else []
        return Undo(comment_id, rows[number % len(rows)].id if rows else "0" * 26, by)

    def moderator_reply(self, comment_id: str, post: str, by: int, approve: int | None) -> ModeratorReply:
        content = self.new_content(name=False)
        key = f"answer {self.counter}"
        made = ModeratorReply(self.site.id_of_reply(post, by, key), key, post, comment_id, content, approve, by)
        self.submissions[made.id] = made
        return made

    def version_of(self, comment_id: str, back: int = 0) -> int:
        entry = self.entry(comment_id)
        return max(1, entry.version - back) if entry else 1

    def admin_change_id(self, number: int) -> str:
        """The id of a change of a post or of the policy, or an unknown id."""
        admin_changes = self.site.model.admin_changes
        return admin_changes[-1 - number % len(admin_changes)].id if admin_changes else "0" * 26
