"""Undoing the last decision: completed, in flight, queued or offline."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.test_console_queue import statuses, waiting
from tests.support.pages import Console, one_prefix
from tests.support.world import POST

pytestmark = [pytest.mark.slow, pytest.mark.browser, one_prefix]


def hold(console: Console, where: str = "**/decisions") -> Callable[[], None]:
    """Keep the next request back; what is returned lets it go."""
    held = list[Route]()
    console.page.route(where, lambda route: held.append(route), times=1)  # noqa: PLW0108  the tab marks its handlers

    def release() -> None:
        held.pop().continue_()

    return release


def sent(console: Console) -> list[list[str]]:
    """The decisions of each request from now on."""
    found = list[list[str]]()
    console.page.on(
        "request",
        lambda request: (
            found.append([each["decision"] for each in json.loads(request.post_data or "")["decisions"]])
            if request.url.endswith("/decisions")
            else None
        ),
    )
    return found


def test_undo_cancels_only_the_decision_in_flight(console: Console) -> None:
    ids, page = waiting(console, 3), console.page
    console.sign_in()
    console.decide("number 0.", "Approve")
    console.says("is now published")
    release = hold(console)
    console.decide("number 1.", "Reject")
    expect(page.get_by_role("article")).to_have_count(1)

    page.keyboard.press("u")
    page.wait_for_timeout(200)  # time to take back the wrong one
    release()

    console.says("“\u2068Reader 1\u2069” is waiting again.")
    expect(console.card("number 1.")).to_be_focused()
    assert statuses(console, ids) == ["published", "pending", "pending"]


def test_the_first_decision_can_be_undone_before_its_response(console: Console) -> None:
    [only] = waiting(console, 1)
    console.sign_in()
    release = hold(console)
    console.decide("number 0.", "Spam")

    console.page.get_by_role("button", name="Undo", exact=True).click()
    release()

    console.says("is waiting again")
    assert console.status(only) == "pending"


def test_decisions_made_during_a_request_are_sent_together(console: Console) -> None:
    ids, page = waiting(console, 5), console.page
    console.sign_in()
    requests, release = sent(console), hold(console)
    page.keyboard.press("j")
    for key in "arsaa":
        page.keyboard.press(key)

    page.keyboard.press("u")
    console.says("Undone before it was sent.")
    release()

    console.says("“\u2068Reader 3\u2069” is now published.")
    assert requests == [["approve"], ["reject", "spam", "approve"]]
    assert statuses(console, ids) == ["published", "rejected", "spam", "published", "pending"]
    for _ in range(3):
        page.keyboard.press("u")
    console.says("“\u2068Reader 1\u2069” is waiting again.")
    assert statuses(console, ids) == ["published", *["pending"] * 4]


def test_decisions_that_ran_out_of_time_are_sent_with_the_next_request(console: Console) -> None:
    ids, page = waiting(console, 4), console.page
    console.sign_in()
    requests, release = sent(console), hold(console)
    page.keyboard.press("j")
    for key in "aras":
        page.keyboard.press(key)

    def hurry(route: Route) -> None:
        decisions = json.loads(route.request.post_data or "")["decisions"]
        first = route.fetch(post_data=json.dumps({"decisions": decisions[:1]})).json()["results"]
        rest = [{**dict.fromkeys(first[0]), "id": each["id"], "outcome": "not_tried"} for each in decisions[1:]]
        route.fulfill(json={"bulk": "a bulk", "results": first + rest})

    page.route("**/decisions", hurry, times=1)
    release()

    console.says("“\u2068Reader 3\u2069” is now spam.")
    assert requests == [["approve"], ["reject", "approve", "spam"], ["approve", "spam"]]
    assert statuses(console, ids) == ["published", "rejected", "published", "spam"]


@pytest.mark.parametrize("arrived", [True, False], ids=["it had arrived", "it had not"])
def test_a_decision_that_may_have_arrived_is_undone_once_that_is_known(console: Console, arrived: bool) -> None:
    [only] = waiting(console, 1)
    console.sign_in()
    console.page.route("**/decisions", lambda route: (arrived and route.fetch(), route.abort()), times=1)
    console.decide("number 0.", "Approve")
    console.says("Offline")
    assert console.status(only) == ("published" if arrived else "pending")

    console.page.keyboard.press("u")

    console.says("is waiting again")
    expect(console.card("number 0.")).to_be_visible()
    assert console.status(only) == "pending"


def test_undo_adds_nothing_to_a_filtered_list_that_does_not_match(console: Console) -> None:
    for number, name in enumerate(("Ann", "Bob")):
        console.world.submit(f"{name} says.", name=name, author=name, key=f"{number}")
    console.sign_in()
    console.decide("Ann says.", "Reject")
    console.says("is now rejected")
    console.unfold("Bob says.")
    console.card("Bob says.").get_by_role("button", name="All by").click()
    expect(console.page.get_by_role("button", name="Clear filter")).to_be_visible()
    expect(console.page.get_by_text("Loading")).to_be_hidden()

    console.page.keyboard.press("u")

    console.says("is waiting again")
    expect(console.card("Bob says.")).to_be_visible()
    expect(console.card("Ann says.")).to_have_count(0)


def test_a_reply_to_a_held_comment_says_that_it_approves_and_is_undone_with_it(console: Console) -> None:
    comment_id = console.world.submit("Who ran?", name="Ann").json["id"]
    console.sign_in()
    card = console.card("Who ran?")
    card.get_by_role("button", name="Reply", exact=True).click()
    expect(card).to_contain_text("the comment it replies to is approved as well")
    card.get_by_label("Your reply").fill("Nobody.")
    card.get_by_role("button", name="Publish").click()
    console.says("and so is your reply.")

    console.page.get_by_role("button", name="Undo", exact=True).click()

    console.says("“\u2068Ann\u2069” is waiting again.")
    expect(card).to_be_focused()
    assert console.status(comment_id) == "pending"
    assert console.world.get("/v1/comments", query={"post": [POST]}).json["comments"] == []
