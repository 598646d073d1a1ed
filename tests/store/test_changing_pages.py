"""A thread that changes while it is read: no comment that was there all the time is missed, and none is repeated."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.core.comments import Comment, Status
from chalicelib.core.errors import Invalid, NotFound
from chalicelib.core.pages import Cursor
from chalicelib.store.room import Room
from chalicelib.store.threads import List, Sort
from tests.support.pagination import Table, page_at, world_with
from tests.support.threads import comment, grow_forest, in_order, items_of, put, remove, tombstoned
from tests.support.wire_guard import guarded
from tests.support.world import World, shared_client

SORTS = list(Sort)
LIMITS = [1, 2, 3, 5, 10]
examples = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
Step = tuple[str, int]
Steps = list[list[Step]]
Parents = list[int | None]


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws(), guarded(shared_client()):
        yield world_with


parents_of_comments = st.lists(st.none() | st.integers(0, 99), min_size=1, max_size=30)
kinds = st.sampled_from(["reply", "thread", "late", "remove", "remove any", *["remove a named one"] * 4])
steps = st.lists(st.lists(st.tuples(kinds, st.integers(0, 99)), max_size=4), max_size=8)


def forest(parents: Parents, breadth: int = 99) -> list[Comment]:
    """Threads of any shape; long ones if all replies are below the first comments."""
    shape = [parent % min(at, breadth) if at and parent is not None else None for at, parent in enumerate(parents)]
    return grow_forest(shape, apart=2)


class ChangingPost:
    """A post that changes: the comments that were there all the time, and all that ever were."""

    def __init__(self, world: World, comments: Sequence[Comment]) -> None:
        self.world = world
        self.now = {each.id: each for each in comments}
        self.begin()

    def begin(self) -> None:
        """Count from here on."""
        self.always, self.ever = set(self.now), set(self.now)

    def apply(self, what: str, which: int, cursor: Cursor) -> None:
        named = [name.id for name in cursor.names if name.id in self.now]
        leaves = [each for each in self.now if not self._has_children(each)]
        removable = {"remove": leaves, "remove any": list(self.now), "remove a named one": named}
        if what in removable:
            if removable[what]:
                self.remove(removable[what][which % len(removable[what])])
            return
        number = 2 * which + 1 if what == "late" else 1_000 + len(self.ever)
        public = [each for each in self.now.values() if each.is_public]
        self._add(comment(number, public[which % len(public)] if what == "reply" and public else None))

    def _add(self, one: Comment) -> None:
        if one.id not in self.ever:
            put(self.world, items_of([one]))
            self.now[one.id] = one
            self.ever.add(one.id)

    def _has_children(self, comment_id: str) -> bool:
        return any(each.parent == comment_id for each in self.now.values())

    def remove(self, comment_id: str) -> None:
        """Take a comment away: a tombstone remains while it has replies, and disappears with the last of them."""
        one = self.now[comment_id]
        remove(self.world, one)
        if self._has_children(comment_id):
            self.now[comment_id] = tombstoned(one)
            put(self.world, items_of([self.now[comment_id]]))
            return
        put(self.world, items_of([replace(one, status=Status.REJECTED, published="", tombstone=False)]))
        del self.now[comment_id]
        self.always.discard(comment_id)
        parent = self.now.get(one.parent)
        if parent and not parent.is_public:
            self.remove(parent.id)


@examples
@given(
    parents=parents_of_comments,
    breadth=st.sampled_from([1, 2, 3, 99]),
    changes=steps,
    sort=st.sampled_from(SORTS),
    limit=st.sampled_from(LIMITS),
)
def test_comments_present_throughout_are_seen_once_however_the_thread_changes(
    table: Table, parents: Parents, breadth: int, changes: Steps, sort: Sort, limit: int
) -> None:
    comments = [replace(one, up=number % 3) for number, one in enumerate(forest(parents, breadth))]
    world = table(comments)
    post = ChangingPost(world, comments)

    seen: list[str] = []
    cursor: Cursor | None = None
    for changes_after_page in itertools.chain(changes, itertools.repeat([])):
        try:
            page = page_at(world, sort, limit, cursor)
        except Invalid:
            assert cursor
            assert not {name.id for name in cursor.names} & set(post.now), "refused although one of them stands"
            seen, cursor = [], None
            post.begin()
            continue
        seen += [row.comment.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
        for what, which in changes_after_page:
            post.apply(what, which, cursor)

    assert len(seen) == len(set(seen))
    assert post.always <= set(seen) <= post.ever


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("sort", SORTS)
def test_paging_survives_the_withdrawal_of_the_comment_that_a_cursor_names_and_of_the_one_before_it(
    table: Table, sort: Sort, limit: int
) -> None:
    comments = [replace(one, up=number % 3) for number, one in enumerate(forest([None] * 20))]
    world = table(comments)
    post = ChangingPost(world, comments)
    page = page_at(world, sort, limit, None)
    while page.next and len(page.next.names) < 3:
        page = page_at(world, sort, limit, page.next)

    seen = [row.comment.id for row in page.rows]
    while cursor := page.next:
        for name in cursor.names[: min(2, len(cursor.names) - 1)]:
            post.remove(name.id)
        page = page_at(world, sort, limit, cursor)
        seen += [row.comment.id for row in page.rows]

    assert len(seen) == len(set(seen))
    assert len(seen) >= 20 - 3


def test_nothing_is_repeated_after_a_long_thread_ended_and_what_its_last_page_began_with_is_withdrawn(
    table: Table,
) -> None:
    comments = forest([None, None, None, *[2] * 8])
    world = table(comments)
    shown = in_order(comments, newest=True)

    pages = [page_at(world, Sort.NEWEST, 2, None)]
    while sum(len(page.rows) for page in pages) < 9:
        pages.append(page_at(world, Sort.NEWEST, 2, pages[-1].next))
    assert [row.comment.id for row in pages[-1].rows] == shown[7:9]
    ChangingPost(world, comments).remove(shown[7])
    following = page_at(world, Sort.NEWEST, 2, pages[-1].next)

    assert [row.comment.id for row in following.rows] == shown[9:]


@examples
@given(parents=parents_of_comments, changes=steps, limit=st.sampled_from(LIMITS))
def test_replies_present_throughout_are_seen_once_however_the_thread_changes(
    table: Table, parents: Parents, changes: Steps, limit: int
) -> None:
    comments = forest([None, *(parent or 0 for parent in parents)])
    world, root = table(comments), comments[0]
    post = ChangingPost(world, comments)
    post.always.discard(root.id)

    seen: list[str] = []
    cursor: Cursor | None = None
    for changes_after_page in itertools.chain(changes, itertools.repeat([])):
        room = Room()
        try:
            top, after = world.runtime.places.below(root.id, cursor, room)
        except (Invalid, NotFound):
            assert root.id not in post.now or (cursor and not {name.id for name in cursor.names} & set(post.now))
            return
        page = world.runtime.threads.below(List(top.post, limit, room), top.path, after)
        seen += [row.comment.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
        for what, which in changes_after_page:
            post.apply("reply" if what == "thread" else what, which, cursor)

    assert len(seen) == len(set(seen))
    assert post.always <= set(seen) <= post.ever
