"""Screening: the strictest finding is the verdict, with its reasons in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core.comments import Comment, Status
from chalicelib.core.errors import Invalid, PostClosed, WorkMissing
from chalicelib.core.posts import Post
from chalicelib.core.screening.engine import RULES, Facts, Finding, Hold, Policy, Verdict, Work, screen

NOW = datetime(2030, 1, 1, tzinfo=UTC)
OPENED = NOW - timedelta(minutes=2)
FACTS = Facts(now=NOW, policy=Policy(Hold.NEVER), post=Post(key="/a"), form_opened=OPENED)
PUBLIC = Comment(id="p", post="/a", status=Status.PUBLISHED, path="P", created=NOW, first_hash="h")


def test_a_draft_that_nothing_is_found_of_is_published() -> None:
    screened = screen(FACTS)

    assert screened.status is Status.PUBLISHED
    assert screened.reasons == ()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(FACTS, policy=Policy(Hold.ALWAYS)), "Every comment waits"),
        (replace(FACTS, trap="on"), "don't see"),
        (replace(FACTS, work=Work.IMPOSSIBLE), "without the proof of work that is asked for here"),
        (replace(FACTS, form_opened=None), "without opening the form"),
        (replace(FACTS, form_opened=NOW - timedelta(seconds=1)), "faster than a person"),
    ],
    ids=["policy", "trap", "no work", "no form", "too fast"],
)
def test_what_is_held_says_why(facts: Facts, words: str) -> None:
    screened = screen(facts)

    assert screened.status is Status.PENDING
    assert words in screened.reasons[0].words


@pytest.mark.parametrize(
    "parent",
    [None, replace(PUBLIC, status=Status.PENDING), replace(PUBLIC, post="/b"), replace(PUBLIC, status=Status.DELETED)],
    ids=["absent", "waiting", "of another post", "deleted"],
)
def test_a_reply_to_what_is_not_public_here_gets_one_answer(parent: Comment | None) -> None:
    with pytest.raises(Invalid) as refusal:
        screen(replace(FACTS, wants_parent=True, parent=parent))

    assert refusal.value.errors == {"parent": "There is no such comment under this post."}


def test_a_closed_post_takes_no_new_comment_but_lets_an_old_one_be_edited() -> None:
    closed = replace(FACTS, post=Post(key="/a", closed=True))

    with pytest.raises(PostClosed):
        screen(closed)
    assert screen(replace(closed, before=PUBLIC)).status is Status.PUBLISHED


def test_a_draft_without_the_work_is_refused_unless_the_post_is_closed() -> None:
    idle = replace(FACTS, work=Work.MISSING)

    with pytest.raises(WorkMissing):
        screen(idle)
    with pytest.raises(PostClosed):
        screen(replace(idle, post=Post(key="/a", closed=True)))


def test_a_rule_that_fails_holds() -> None:
    def broken(_facts: Facts) -> Finding | None:
        raise ZeroDivisionError

    screened = screen(FACTS, (*RULES, broken))

    assert screened.status is Status.PENDING
    assert screened.reasons[0].rule == "broken"


def test_the_strictest_finding_wins_and_all_reasons_stay() -> None:
    def spam(_facts: Facts) -> Finding:
        return Finding(Verdict.SPAM, "It sells something.")

    screened = screen(replace(FACTS, trap="on"), (*RULES, spam))

    assert screened.status is Status.SPAM
    assert [reason.rule for reason in screened.reasons] == ["hold_what_filled_the_trap", "spam"]
