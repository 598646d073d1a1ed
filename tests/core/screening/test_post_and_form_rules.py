"""Rules about the post and the form."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.posts import Post
from chalicelib.core.screening.context import Context, ProofOfWork
from tests.core.screening.support import CONTEXT, NOW, PUBLIC, found, policy

AGED = replace(CONTEXT, policy=policy(old_post={"days": 14}))


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (replace(CONTEXT, honeypot="on"), {"honeypot": {}}),
        (replace(CONTEXT, proof_of_work=ProofOfWork.IMPOSSIBLE), {"no_proof_of_work": {}}),
        (replace(CONTEXT, form_opened=None), {"form_not_opened": {}}),
        (replace(CONTEXT, form_opened=NOW - timedelta(seconds=2.9)), {"too_fast": {}}),
        (replace(CONTEXT, form_opened=NOW - timedelta(seconds=3)), {}),
        (replace(CONTEXT, form_opened=None, before=PUBLIC), {}),
    ],
    ids=["honeypot", "no proof of work", "no form", "too fast", "just slow enough", "an edit needs no form"],
)
def test_a_form_that_was_used_as_bots_do_is_held(context: Context, expected: object) -> None:
    assert found(context) == expected


def test_the_rules_about_the_form_can_be_changed_and_switched_off() -> None:
    fast = replace(CONTEXT, form_opened=NOW - timedelta(seconds=5))

    assert found(replace(fast, policy=policy(form={"seconds": 6}))) == {"too_fast": {}}
    assert found(replace(CONTEXT, honeypot="on", form_opened=None, policy=policy(form=False, honeypot=False))) == {}


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (Post(key="/a", count=1, first_seen=NOW - timedelta(days=14)), {}),
        (Post(key="/a", count=1, first_seen=NOW - timedelta(days=15)), {"old_post": {"days": 14}}),
        (Post(key="/2024/07/panic.html", count=1, first_seen=NOW), {"old_post": {"days": 14}}),
        (Post(key="/a", first_seen=NOW), {"first_comment": {}}),
    ],
    ids=["young", "old by its first comment", "old by its path", "without comments"],
)
def test_comments_on_old_and_unknown_posts_are_held(post: Post, expected: object) -> None:
    assert found(replace(AGED, post=post)) == expected
