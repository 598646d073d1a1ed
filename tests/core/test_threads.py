"""Threads: the effects of a comment's change on its ancestors, over arbitrary histories."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.comments import MAX_DEPTH, Comment, Status, path_below
from chalicelib.core.decisions import ALIVE, transition
from chalicelib.core.errors import ParentNotPublished
from chalicelib.core.threads import thread_effects

NOW = datetime(2030, 1, 1, tzinfo=UTC)


class Thread:
    """Comments by number; each is a reply to an earlier one or begins a thread."""

    def __init__(self, parents: list[int]) -> None:
        self.comments: list[Comment] = []
        for number, choice in enumerate(parents):
            parent = self.comments[choice % number] if number and choice else None
            self.comments.append(_pending(number, parent))
        self.count = 0

    def ancestors(self, comment: Comment) -> Iterator[Comment]:
        while comment.parent:
            comment = self.comments[int(comment.parent)]
            yield comment

    def decide(self, number: int, status: Status) -> None:
        before = self.comments[number]
        if before.status in {status, Status.DELETED}:
            return
        try:
            effects = thread_effects(before, transition(before, status, operation="01"), self.ancestors(before))
        except ParentNotPublished:
            return
        self.count += effects.totals_change.count
        for after in (effects.comment, *(after for _, after in effects.ancestors)):
            self.comments[int(after.id)] = after


def _pending(number: int, parent: Comment | None) -> Comment:
    return Comment(
        id=str(number),
        post="/a",
        status=Status.PENDING,
        path=path_below(parent, f"{number:02}"),
        parent=parent.id if parent else "",
        created=NOW,
        submission_hash="h",
    )


DECISIONS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from([*ALIVE, Status.PUBLISHED, Status.DELETED])), max_size=40
)


@given(st.lists(st.integers(0, 7), min_size=8, max_size=8), DECISIONS)
def test_parents_of_visible_comments_are_visible_and_there_are_no_needless_tombstones(
    parents: list[int], decisions: list[tuple[int, Status]]
) -> None:
    thread = Thread(parents)

    for number, status in decisions:
        thread.decide(number, status)

        for comment in thread.comments:
            children = [each for each in thread.comments if each.parent == comment.id and each.is_visible]
            assert comment.children == len(children)
            assert comment.is_visible == (comment.is_public or bool(children))
        assert thread.count == sum(comment.is_public for comment in thread.comments)


def test_a_reply_cannot_be_published_below_a_pending_comment() -> None:
    parent = _pending(0, None)
    reply = replace(_pending(1, parent), status=Status.PUBLISHED)

    with pytest.raises(ParentNotPublished) as refusal:
        thread_effects(None, reply, iter([parent]))

    assert refusal.value.parameters == {"parent": "0", "version": 1}


def test_a_reply_to_a_deleted_comment_brings_its_tombstone() -> None:
    deleted = transition(_pending(0, None), Status.DELETED, operation="01")
    reply = replace(_pending(1, deleted), status=Status.PUBLISHED)

    [(_, parent)] = thread_effects(None, reply, iter([deleted])).ancestors

    assert parent.tombstone
    assert parent.children == 1


def test_a_reply_to_the_deepest_level_becomes_a_sibling() -> None:
    comment = _pending(0, None)
    for number in range(1, MAX_DEPTH):
        comment = _pending(number, comment)
    deepest = comment.path

    reply = path_below(comment, "99")

    assert reply.count("#") == deepest.count("#") == MAX_DEPTH - 1
    assert reply.rpartition("#")[0] == deepest.rpartition("#")[0]
