"""An edit is screened as if the comment that it edits had never been approved, and as it was sent."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.comments import Comment, Reason, Status
from chalicelib.core.decisions import AuthorRecord
from chalicelib.core.posts import Post
from chalicelib.core.screening.context import Context, context_of_edit
from tests.core.screening.support import CONTEXT, NOW, PUBLIC, found, policy

WORDS = {"text": "Other words.", "name": "", "link": ""}
LINKS = {"text": "https://a.example https://b.example https://c.example", "name": "", "link": ""}
APPROVED = replace(PUBLIC, vetted=True)
SENT_AS_BOTS_DO = ("honeypot", "no_proof_of_work", "form_not_opened", "too_fast")


def context(*, approved: int, published: int, **rules: bool) -> Context:
    """A post with so many published comments, and an author with so many approved ones."""
    post = Post(key="/a", count=published, first_seen=NOW)
    return replace(CONTEXT, policy=policy(**rules), post=post, author_record=AuthorRecord(approved))


def edited(before: Comment, words: dict[str, str], facts: Context) -> dict[str, object]:
    return dict(found(context_of_edit(replace(facts, form_opened=None), before, **words)))


def test_the_approval_of_a_comment_gives_its_edit_no_trust() -> None:
    first, second = (context(approved=number, published=9, new_author=True, links=True) for number in (1, 2))

    assert edited(APPROVED, WORDS, first) == {"new_author": {"approved": 0}}
    assert edited(APPROVED, LINKS, first) == {"new_author": {"approved": 0}, "links": {"links": 3}}
    assert edited(APPROVED, LINKS, second) == {}


def test_the_first_comment_under_a_post_stays_the_first_when_it_is_edited() -> None:
    assert edited(APPROVED, WORDS, context(approved=1, published=1, old_post=True)) == {"first_comment": {}}
    assert edited(APPROVED, WORDS, context(approved=1, published=2, old_post=True)) == {}


@given(
    approved=st.integers(0, 3),
    published=st.integers(0, 3),
    words=st.sampled_from((WORDS, LINKS)),
    new_author=st.booleans(),
    links=st.booleans(),
    old_post=st.booleans(),
)
def test_an_edit_finds_the_same_before_and_after_the_approval_of_what_it_edits(
    approved: int, published: int, words: dict[str, str], **rules: bool
) -> None:
    waiting = replace(APPROVED, status=Status.PENDING, vetted=False)
    before, after = (context(approved=approved + own, published=published + own, **rules) for own in (0, 1))

    assert edited(waiting, words, before) == edited(APPROVED, words, after)


@pytest.mark.parametrize("rule", [*SENT_AS_BOTS_DO, "edited_by_moderator"])
@pytest.mark.parametrize("status", [Status.PENDING, Status.PUBLISHED])
def test_an_edit_does_not_make_good_how_the_comment_was_sent(rule: str, status: Status) -> None:
    before = replace(PUBLIC, status=status, reasons=(Reason(rule),))

    assert edited(before, WORDS, context(approved=9, published=9)) == {rule: {}}


def test_a_rule_that_the_owner_switched_off_holds_no_edit() -> None:
    before = replace(PUBLIC, reasons=(Reason("honeypot"), Reason("form_not_opened")))

    assert edited(before, WORDS, context(approved=0, published=9, honeypot=False, form=False)) == {}
