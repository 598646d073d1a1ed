"""What one comment's change means for the thread round it: a property over all histories."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.comments import MAX_DEPTH, Comment, Status, path_below
from chalicelib.core.decisions import ALIVE, moved
from chalicelib.core.errors import ParentNotPublished
from chalicelib.core.threads import ripple

NOW = datetime(2030, 1, 1, tzinfo=UTC)


class Thread:
    """Comments by number; each stands below an earlier one, or on top."""

    def __init__(self, parents: list[int]) -> None:
        self.comments: list[Comment] = []
        for number, above in enumerate(parents):
            parent = self.comments[above % number] if number and above else None
            self.comments.append(_pending(number, parent))
        self.count = 0

    def ancestors(self, comment: Comment) -> Iterator[Comment]:
        while comment.parent:
            comment = self.comments[int(comment.parent)]
            yield comment

    def move(self, number: int, status: Status) -> None:
        before = self.comments[number]
        if before.status in {status, Status.DELETED}:
            return
        try:
            effect = ripple(before, moved(before, status, operation="01"), self.ancestors(before))
        except ParentNotPublished:
            return
        self.count += effect.count
        for after in (effect.comment, *(after for _, after in effect.above)):
            self.comments[int(after.id)] = after


def _pending(number: int, parent: Comment | None) -> Comment:
    return Comment(
        id=str(number),
        post="/a",
        status=Status.PENDING,
        path=path_below(parent, f"{number:02}"),
        parent=parent.id if parent else "",
        created=NOW,
        first_hash="h",
    )


MOVES = st.lists(st.tuples(st.integers(0, 7), st.sampled_from([*ALIVE, Status.PUBLISHED, Status.DELETED])), max_size=40)


@given(st.lists(st.integers(0, 7), min_size=8, max_size=8), MOVES)
def test_a_visible_comments_parent_is_visible_and_tombstones_stand_exactly_where_they_must(
    parents: list[int], moves: list[tuple[int, Status]]
) -> None:
    thread = Thread(parents)

    for number, status in moves:
        thread.move(number, status)

        for comment in thread.comments:
            children = [each for each in thread.comments if each.parent == comment.id and each.is_visible]
            assert comment.children == len(children)
            assert comment.is_visible == (comment.is_public or bool(children))
        assert thread.count == sum(comment.is_public for comment in thread.comments)


def test_a_reply_cannot_be_published_below_a_comment_that_waits() -> None:
    parent = _pending(0, None)
    reply = replace(_pending(1, parent), status=Status.PUBLISHED)

    with pytest.raises(ParentNotPublished) as refusal:
        ripple(None, reply, iter([parent]))

    assert (refusal.value.parent, refusal.value.version) == ("0", 1)


def test_a_reply_to_a_deleted_comment_brings_its_tombstone() -> None:
    deleted = moved(_pending(0, None), Status.DELETED, operation="01")
    reply = replace(_pending(1, deleted), status=Status.PUBLISHED)

    [(_, above)] = ripple(None, reply, iter([deleted])).above

    assert above.tombstone
    assert above.children == 1


def test_below_the_deepest_level_a_reply_becomes_a_sibling() -> None:
    comment = _pending(0, None)
    for number in range(1, MAX_DEPTH):
        comment = _pending(number, comment)
    deepest = comment.path

    below = path_below(comment, "99")

    assert below.count("#") == deepest.count("#") == MAX_DEPTH - 1
    assert below.rpartition("#")[0] == deepest.rpartition("#")[0]
