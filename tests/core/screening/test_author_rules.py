"""Rules about authors and networks."""

from dataclasses import replace

import pytest

from chalicelib.core.decisions import AuthorRecord
from chalicelib.core.screening.context import NetworkRecord
from tests.core.screening.support import CONTEXT, PUBLIC, found, policy


def test_every_comment_is_held_if_the_owner_chose_so() -> None:
    assert found(replace(CONTEXT, policy=policy(every_comment=True))) == {"every_comment": {}}


@pytest.mark.parametrize(("approved", "expected"), [(0, {"approved": 0}), (1, {"approved": 1}), (2, None), (9, None)])
def test_an_author_is_new_until_enough_comments_are_approved(approved: int, expected: object) -> None:
    context = replace(CONTEXT, policy=policy(new_author={"approvals": 2}), author_record=AuthorRecord(approved))

    assert found(context).get("new_author") == expected


def test_an_authors_edit_of_what_a_moderator_wrote_is_held() -> None:
    assert found(replace(CONTEXT, before=replace(PUBLIC, edited_by="m"))) == {"edited_by_moderator": {}}


@pytest.mark.parametrize(("rejected", "expected"), [(2, None), (3, {"rejected": 3}), (25, {"rejected": 25})])
def test_a_network_with_enough_rejected_comments_is_held(rejected: int, expected: object) -> None:
    context = replace(CONTEXT, policy=policy(network_rejected=True), network_record=NetworkRecord(rejected))

    assert found(context).get("network_rejected") == expected
