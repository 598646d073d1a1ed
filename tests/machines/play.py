"""What every play has: a site, a thread to begin with, and ways to name deeds on it."""

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, multiple

from tests.machines.deeds import Deed, Submit
from tests.machines.drawn import Meeting, Plan
from tests.machines.governing import SetPolicy
from tests.machines.model import Entry, Words
from tests.machines.rulings import Answering, Decide, Undo, Wish
from tests.machines.site import Site
from tests.readings import canary
from tests.world import POST

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IDS: Bundle[str] = Bundle("ids")  # of comments that are, that were, and that were refused


class Play(RuleBasedStateMachine):
    """Readers, authors and two moderators of one site."""

    client: "DynamoDBClient"
    place: str

    def __init__(self) -> None:
        super().__init__()
        self.site = Site(self.client, self.place)
        self.submissions: dict[str, Submit | Answering] = {}
        self.words = 0

    def teardown(self) -> None:
        """The last look."""
        self.site.close()

    @initialize(target=IDS, hold=st.sampled_from(("always", "never")), depth=st.sampled_from((1, 2, 3, 7)))
    def begin(self, hold: str, depth: int) -> MultipleResults[str]:
        """A site with a thread, which waits or is published."""
        self.site.do(SetPolicy(hold, 0))
        thread: list[Submit] = []
        for author in ("ann", "ben", "", "ann", "ben", "ann", "ben")[:depth]:
            parent = thread[-1].id if thread else None
            thread.append(self.submission(POST, author, parent, name=not thread, form=True))
            self.site.do(thread[-1])
        return multiple(*(made.id for made in thread))

    # What the rules need

    def step(self, deed: Deed, plan: Plan, limit: int, *comment_ids: str) -> None:
        """Do it, and look at what it was about."""
        self.site.do(deed, plan)
        self.look(limit, *comment_ids)

    def meet(self, one: Deed, other: Deed, meeting: Meeting, *comment_ids: str) -> None:
        """Let one be done right before a call of the other, and look at what they were about."""
        self.site.catch_up()  # what an index shows late, no order of the two explains
        first, second = (other, one) if meeting.swapped else (one, other)
        self.site.race(first, second, meeting)
        self.look(25, *comment_ids)

    def look(self, limit: int, *comment_ids: str) -> None:
        posts = {self.post_of(comment_id) for comment_id in comment_ids}
        self.site.check(posts, set(comment_ids), limit)

    def entry(self, comment_id: str) -> Entry | None:
        return self.site.model.comments.get(comment_id)

    def post_of(self, comment_id: str) -> str:
        """Where it is, or was to be."""
        entry = self.entry(comment_id)
        return entry.post if entry else self.submissions[comment_id].post

    def author_of(self, comment_id: str) -> str:
        """Whoever submitted it; a moderator's reply is nobody's."""
        made = self.submissions[comment_id]
        return (made.author if isinstance(made, Submit) else "") or "ann"

    def new_note(self) -> str:
        """A word that stays in the table, whatever becomes of what it is about."""
        note = self.new_words(name=False).text
        self.site.notes.add(note)
        return note

    def new_words(self, *, name: bool) -> Words:
        self.words += 1
        word = canary(self.words)
        return Words(word, f"Ann {word}", f"https://{word}.example/") if name else Words(word)

    def submission(self, post: str, author: str, parent: str | None, *, name: bool, form: bool) -> Submit:
        words = self.new_words(name=name)
        key = f"submission {self.words}"
        token = self.site.world.form(post) if form else ""
        made = Submit(self.site.id_of(post, author, key), key, post, author, parent, words, token)
        self.submissions[made.id] = made
        return made

    def decision(self, comment_id: str, decision: str, by: int, back: int = 0) -> Decide:
        return Decide((self.wish(comment_id, decision, back),), by)

    def wish(self, comment_id: str, decision: str, back: int = 0) -> Wish:
        return Wish(comment_id, self.version_of(comment_id, back), decision)

    def undoing(self, comment_id: str, number: int, by: int) -> Undo:
        entry = self.entry(comment_id)
        rows = entry.rows if entry else []
        return Undo(comment_id, rows[number % len(rows)].id if rows else "0" * 26, by)

    def answer(self, comment_id: str, post: str, by: int, approve: int | None) -> Answering:
        words = self.new_words(name=False)
        key = f"answer {self.words}"
        made = Answering(self.site.id_of_reply(post, by, key), key, post, comment_id, words, approve, by)
        self.submissions[made.id] = made
        return made

    def version_of(self, comment_id: str, back: int = 0) -> int:
        entry = self.entry(comment_id)
        return max(1, entry.version - back) if entry else 1

    def shift(self, number: int) -> str:
        """The id of a change of a post or of the policy, or of none."""
        shifts = self.site.model.shifts
        return shifts[-1 - number % len(shifts)].id if shifts else "0" * 26
