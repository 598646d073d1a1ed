"""Many people do many things in any order, calls to the table fail, and what must hold holds.

Each step is a deed whose end the model foretells; faults may befall any of its calls, and a client whose
request failed sends it again.  After each step the table, the public pages and the queue are compared with it.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from moto import mock_aws

from tests.machines.deeds import Close, Decide, Deed, Edit, SetPolicy, Submit, Undo, UndoBulk, Wish, Withdraw
from tests.machines.drawn import (
    ANY_AUTHOR,
    ANY_POST,
    DECISIONS,
    LIMITS,
    MEETINGS,
    PAUSES,
    PLANS,
    SMALL,
    Meeting,
    Plan,
    size,
)
from tests.machines.model import Entry, Words
from tests.machines.site import Site, Tally
from tests.readings import canary
from tests.world import POST, shared_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BOOLEANS, NUMBERS = st.booleans(), st.integers(0, 7)
SOMEBODY = st.sampled_from(("", "", "", "ann", "ben"))  # the author, mostly; or whoever it is
BACK = st.sampled_from((0, 0, 0, 1, 2))  # how many changes ago a moderator looked


class Machine(RuleBasedStateMachine):
    """Readers, authors and two moderators of one site."""

    client: "DynamoDBClient"
    tally: Tally
    ids = Bundle("ids")  # of comments that are, that were, and that were refused

    def __init__(self) -> None:
        super().__init__()
        self.site = Site(self.client, self.tally)
        self.submissions: dict[str, Submit] = {}
        self.words = 0

    def teardown(self) -> None:
        """The last look."""
        self.site.close()

    @initialize(target=ids, hold=st.sampled_from(("always", "never")), depth=st.sampled_from((1, 2, 3, 7)))
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
        first, second = (other, one) if meeting.swapped else (one, other)
        self.site.race(first, second, meeting)
        self.look(25, *comment_ids)

    def look(self, limit: int, *comment_ids: str) -> None:
        posts = {self.submissions[comment_id].post for comment_id in comment_ids}
        self.site.check(posts, set(comment_ids), limit)

    def entry(self, comment_id: str) -> Entry | None:
        return self.site.model.comments.get(comment_id)

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
        entry = self.entry(comment_id)
        return Wish(comment_id, max(1, entry.version - back) if entry else 1, decision)

    def undoing(self, comment_id: str, number: int, by: int) -> Undo:
        entry = self.entry(comment_id)
        rows = entry.rows if entry else []
        return Undo(comment_id, rows[number % len(rows)].id if rows else "0" * 26, by)

    # Readers and authors

    @rule(target=ids, post=ANY_POST, author=ANY_AUTHOR, name=BOOLEANS, form=BOOLEANS, plan=PLANS, limit=LIMITS)
    def submit(self, post: str, author: str, plan: Plan, limit: int, **how: bool) -> str:
        made = self.submission(post, author, None, **how)
        self.step(made, plan, limit, made.id)
        return made.id

    @rule(target=ids, parent=ids, post=st.none() | ANY_POST, author=ANY_AUTHOR, form=BOOLEANS, plan=PLANS, limit=LIMITS)
    def reply(self, parent: str, post: str | None, author: str, form: bool, plan: Plan, limit: int) -> str:
        post = post or self.submissions[parent].post
        made = self.submission(post, author, parent, name=True, form=form)
        self.step(made, plan, limit, made.id, parent)
        return made.id

    @rule(comment_id=ids, other=BOOLEANS, plan=PLANS, limit=LIMITS)
    def submit_again(self, comment_id: str, other: bool, plan: Plan, limit: int) -> None:
        """The same words under the same key, or other ones."""
        made = self.submissions[comment_id]
        if other:
            made = replace(made, words=self.new_words(name=True))
        if self.entry(comment_id) is None:
            self.submissions[comment_id] = made
        self.step(made, plan, limit, comment_id)

    @rule(comment_id=ids, author=SOMEBODY, name=BOOLEANS, plan=PLANS, limit=LIMITS)
    def edit(self, comment_id: str, author: str, name: bool, plan: Plan, limit: int) -> None:
        author = author or self.submissions[comment_id].author or "ann"
        self.step(Edit(comment_id, author, self.new_words(name=name)), plan, limit, comment_id)

    @rule(comment_id=ids, author=SOMEBODY, plan=PLANS, limit=LIMITS)
    def withdraw(self, comment_id: str, author: str, plan: Plan, limit: int) -> None:
        author = author or self.submissions[comment_id].author or "ann"
        self.step(Withdraw(comment_id, author), plan, limit, comment_id)

    # Moderators

    @rule(comment_id=ids, decision=DECISIONS, by=st.integers(0, 1), back=BACK, plan=PLANS, limit=LIMITS)
    def decide(self, comment_id: str, decision: str, plan: Plan, limit: int, **how: int) -> None:
        self.step(self.decision(comment_id, decision, **how), plan, limit, comment_id)

    @rule(comment_id=ids, plan=PLANS, limit=LIMITS)
    def approve_with_all_above(self, comment_id: str, plan: Plan, limit: int) -> None:
        chain = [comment_id]
        while (entry := self.entry(chain[0])) and entry.parent:
            chain.insert(0, entry.parent)
        self.step(Decide(tuple(self.wish(each, "approve") for each in chain), 0), plan, limit, comment_id)

    @rule(chosen=st.dictionaries(ids, DECISIONS, min_size=2, max_size=4), plan=PLANS, limit=LIMITS)
    def decide_on_several(self, chosen: dict[str, str], plan: Plan, limit: int) -> None:
        note = self.new_words(name=False).text
        self.site.notes.add(note)
        wishes = tuple(self.wish(comment_id, decision) for comment_id, decision in chosen.items())
        self.step(Decide(wishes, 1, note), plan, limit, *chosen)

    @rule(comment_id=ids, number=NUMBERS, by=st.integers(0, 1), plan=PLANS, limit=LIMITS)
    def undo(self, comment_id: str, number: int, by: int, plan: Plan, limit: int) -> None:
        self.step(self.undoing(comment_id, number, by), plan, limit, comment_id)

    @precondition(lambda self: self.site.model.bulks)
    @rule(number=NUMBERS, plan=PLANS, limit=LIMITS)
    def undo_bulk(self, number: int, plan: Plan, limit: int) -> None:
        bulks = sorted(self.site.model.bulks)
        bulk = bulks[number % len(bulks)]
        self.step(UndoBulk(bulk, 1), plan, limit, *self.site.model.bulks[bulk])

    @rule(post=ANY_POST, closed=BOOLEANS, version=st.none() | st.integers(0, 3), plan=PLANS)
    def close(self, post: str, closed: bool, version: int | None, plan: Plan) -> None:
        self.site.do(Close(post, closed, version, 1), plan)
        self.site.check({post}, set(), 25)

    @rule(hold=st.sampled_from(("always", "never", "never")), back=BACK, plan=PLANS)
    def change_the_policy(self, hold: str, back: int, plan: Plan) -> None:
        self.site.do(SetPolicy(hold, max(0, self.site.model.policy[1] - back)), plan)

    # Two at once

    @rule(comment_id=ids, decisions=st.tuples(DECISIONS, DECISIONS), meeting=MEETINGS)
    def two_moderators_meet(self, comment_id: str, decisions: tuple[str, str], meeting: Meeting) -> None:
        one, other = (self.decision(comment_id, decision, by) for by, decision in enumerate(decisions))
        self.meet(one, other, meeting, comment_id)

    @rule(comment_id=ids, other=ids, decisions=st.tuples(DECISIONS, DECISIONS), meeting=MEETINGS)
    def a_decision_meets_one_on_what_it_answers(
        self, comment_id: str, other: str, decisions: tuple[str, str], meeting: Meeting
    ) -> None:
        entry = self.entry(comment_id)
        pair = (comment_id, entry.parent if entry and entry.parent else other)
        one, two = (self.decision(key, decision, 0) for key, decision in zip(pair, decisions, strict=True))
        self.meet(one, two, meeting, *pair)

    @rule(comment_id=ids, decision=DECISIONS, meeting=MEETINGS, edit=BOOLEANS)
    def an_author_meets_a_moderator(self, comment_id: str, decision: str, meeting: Meeting, edit: bool) -> None:
        author = self.submissions[comment_id].author or "ann"
        words = self.new_words(name=True)
        deed = Edit(comment_id, author, words) if edit else Withdraw(comment_id, author)
        self.meet(deed, self.decision(comment_id, decision, 0), meeting, comment_id)

    @rule(target=ids, parent=ids, decision=DECISIONS, meeting=MEETINGS)
    def a_reply_meets_a_decision(self, parent: str, decision: str, meeting: Meeting) -> str:
        made = self.submission(self.submissions[parent].post, "ben", parent, name=False, form=True)
        self.meet(made, self.decision(parent, decision, 0), meeting, parent, made.id)
        return made.id

    @rule(comment_id=ids, decision=DECISIONS, number=NUMBERS, meeting=MEETINGS)
    def an_undo_meets_a_decision(self, comment_id: str, decision: str, number: int, meeting: Meeting) -> None:
        one, other = self.undoing(comment_id, number, 0), self.decision(comment_id, decision, 1)
        self.meet(one, other, meeting, comment_id)

    @rule(target=ids, post=ANY_POST, closed=BOOLEANS, form=BOOLEANS, meeting=MEETINGS)
    def a_comment_meets_a_closing_post(self, post: str, closed: bool, form: bool, meeting: Meeting) -> str:
        made = self.submission(post, "ann", None, name=False, form=form)
        self.meet(made, Close(post, closed, None, 0), meeting, made.id)
        return made.id

    # Time

    @rule(pause=st.sampled_from(PAUSES))
    def time_passes(self, pause: dict[str, float]) -> None:
        self.site.world.clock.forward(**pause)

    @rule(comment_id=ids, decision=DECISIONS)
    def decide_while_indexes_lag(self, comment_id: str, decision: str) -> None:
        self.site.do_while_indexes_lag(self.decision(comment_id, decision, 0), self.submissions[comment_id].post)
        self.look(2, comment_id)


def search(client: "DynamoDBClient", sites: int, deeds: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Play, and say what was tried.  A small search is always the same; a longer one is always another."""
    tally = Tally()
    machine = type("Machine", (Machine,), {"client": client, "tally": tally})
    limits: dict[str, Any] = {"max_examples": sites, "stateful_step_count": deeds, "derandomize": size() is SMALL}
    try:
        run_state_machine_as_test(machine, settings=settings(**limits, suppress_health_check=list(HealthCheck)))
    finally:
        with capsys.disabled():
            print(f"\n{tally}")  # noqa: T201  for the log of the tests


@pytest.mark.machine
def test_what_must_hold_holds_on_moto(capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        search(shared_client(), *size().moto, capsys)


@pytest.mark.machine
@pytest.mark.engine
def test_what_must_hold_holds_on_the_engine(
    engine_client: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    search(engine_client, *size().engine, capsys)
