"""The screening policy in the console: a form made from its schema, and its changes in the activity log."""

import json
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from chalicelib.core.screening.document import document
from tests.support.pages import Console, one_prefix
from tests.support.world import POST

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_an_owner_chooses_which_comments_are_held(owners: Console) -> None:
    owners.sign_in()
    owners.settings("Screening")
    expect(owners.page.get_by_label("Hold every comment")).to_be_checked()
    expect(owners.page.get_by_label("Approved comments needed")).to_be_hidden()

    owners.page.get_by_label("Hold every comment").uncheck()
    owners.page.get_by_label("Hold comments of new authors").check()
    owners.page.get_by_label("Approved comments needed").fill("3")
    owners.page.get_by_role("button", name="Save").click()

    owners.says("Saved. Applies to new comments.")
    stored = document(owners.world.runtime.policies.current())
    assert (stored["every_comment"], stored["new_author"]) == ({"active": False}, {"active": True, "approvals": 3})
    assert stored["old_post"] == {"active": False, "days": 14}


MADE_UP = {
    "title": "Hold comments of robots",
    "description": "A rule that this console does not know.",
    "type": "object",
    "properties": {
        "active": {"title": "Active", "type": "boolean"},
        "strict": {"title": "Strictly", "type": "boolean"},
        "least": {"title": "At least", "type": "integer", "minimum": 1, "maximum": 9},
        "mode": {"title": "Mode", "type": "string", "enum": ["fast", "slow"]},
        "words": {"title": "Words", "type": "array", "items": {"type": "string"}},
    },
}


def test_settings_of_any_kind_get_a_field_from_their_schema(owners: Console) -> None:
    page, sent = owners.page, list[Any]()
    made_up = {"active": True, "strict": False, "least": 2, "mode": "fast", "words": ["casino"]}
    policy = {"version": 0, "rules": {"robots": made_up}, "rules_schema": {"properties": {"robots": MADE_UP}}}

    def answer(route: Route) -> None:
        sent.extend([json.loads(route.request.post_data)] if route.request.post_data else [])
        route.fulfill(json=policy)

    page.route("**/v1/moderation/policy*", answer)
    owners.sign_in()
    owners.settings("Screening")
    expect(page.get_by_label("Hold comments of robots")).to_be_checked()
    page.get_by_label("Strictly").check()
    page.get_by_label("Mode").select_option("slow")
    page.get_by_label("Words").fill("casino\n\n viagra ")

    page.get_by_label("At least").fill("10")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("At least").evaluate("field => field.validity.rangeOverflow")
    page.get_by_label("At least").fill("9")
    page.get_by_role("button", name="Save").click()

    owners.says("Saved. Applies to new comments.")
    wanted = {"active": True, "strict": True, "least": 9, "mode": "slow", "words": ["casino", "viagra"]}
    assert sent == [{"rules": {"robots": wanted}, "version": 0}]


@one_prefix
def test_a_moderator_is_told_that_only_owners_change_the_policy(console: Console) -> None:
    console.sign_in()

    console.settings("Screening")

    expect(console.page.get_by_text("Only owners can change this.")).to_be_visible()
    expect(console.page.get_by_label("Hold every comment")).to_be_checked()
    expect(console.page.get_by_label("Hold comments of new authors")).to_be_disabled()
    expect(console.page.get_by_role("button", name="Save")).to_be_hidden()


def test_the_activity_log_shows_each_changed_setting_with_old_and_new_value(owners: Console) -> None:
    owners.world.policy(every_comment=False, new_author=True, old_post={"days": 7})
    path, query = "/v1/moderation/posts", {"post": [POST]}
    owners.world.submit("One.")
    owners.world.request("PATCH", path, query=query, json_body={"closed": True}, token=owners.world.token)
    owners.sign_in()

    owners.tab("Activity")

    rows = owners.page.get_by_role("article")
    change = rows.filter(has_text="changed the screening settings").locator(".change")
    expect(change).to_have_text(
        "Hold every comment: on → off · Hold comments of new authors: off → on · Age of an old post in days: 14 → 7"
    )
    expect(rows.filter(has_text="closed a post").locator(".change")).to_have_text("open → closed")
