"""A thread that changes while it is read: nothing that was there all along is lost, and nothing is doubled."""

import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.core.comments import Comment
from chalicelib.store.threads import Place, Sort
from tests.store.paging import Table, filled
from tests.store.trees import comment, grown, items_of, put, remove
from tests.wire_guard import guarded
from tests.world import POST, World, shared_client

SORTS = list(Sort)
some = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
Step = tuple[str, int]


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws(), guarded(shared_client()):
        yield filled


# A thread that changes while it is read


@st.composite
def steps(draw: st.DrawFn) -> list[list[Step]]:
    """What happens after each page: replies and threads come, late approvals too; comments go."""
    step = st.tuples(st.sampled_from(["reply", "thread", "late", "remove"]), st.integers(0, 99))
    return draw(st.lists(st.lists(step, max_size=4), max_size=8))


class Changing:
    """A post that changes: what was there all along, and what ever was."""

    def __init__(self, world: World, comments: Sequence[Comment]) -> None:
        self.world = world
        self.now = list(comments)
        self.always = {each.id for each in comments}
        self.ever = {each.id for each in comments}

    def happens(self, what: str, which: int) -> None:
        if what == "remove":
            self._remove(which)
        else:
            number = 2 * which + 1 if what == "late" else 1_000 + len(self.ever)
            parent = self.now[which % len(self.now)] if what == "reply" and self.now else None
            self._add(comment(number, parent))

    def _add(self, one: Comment) -> None:
        if one.id not in self.ever:
            put(self.world, items_of([one]))
            self.now.append(one)
            self.ever.add(one.id)

    def _remove(self, which: int) -> None:
        above = {each.parent for each in self.now}
        leaves = [each for each in self.now if each.id not in above]
        if leaves:
            one = leaves[which % len(leaves)]
            remove(self.world, one)
            self.now.remove(one)
            self.always.discard(one.id)


@some
@given(
    parents=st.lists(st.none() | st.integers(0, 99), min_size=1, max_size=30),
    happenings=steps(),
    sort=st.sampled_from(SORTS),
    limit=st.sampled_from([1, 2, 3, 5, 10]),
)
def test_what_was_there_all_along_is_seen_once_however_the_thread_changes(
    table: Table,
    parents: list[int | None],
    happenings: list[list[Step]],
    sort: Sort,
    limit: int,
) -> None:
    comments = grown([parent % at if at and parent is not None else None for at, parent in enumerate(parents)], apart=2)
    world = table(comments)
    post = Changing(world, comments)

    seen: list[str] = []
    after: Place | None = None
    for happening in itertools.chain(happenings, itertools.repeat([])):
        page = world.runtime.threads.page(POST, sort, limit, after)
        seen += [row.comment.id for row in page.rows]
        after = page.next
        if after is None:
            break
        for what, which in happening:
            post.happens(what, which)

    assert len(seen) == len(set(seen))
    assert post.always <= set(seen) <= post.ever
