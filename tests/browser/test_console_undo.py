"""Taking back what was done last: whether it was answered, is under way, waits for its turn, or met no connection."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.desk import Console, one_prefix
from tests.browser.test_console_queue import statuses, waiting
from tests.world import POST

pytestmark = [pytest.mark.thorough, pytest.mark.browser, one_prefix]


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


def test_undo_takes_back_what_is_still_under_way_and_nothing_else(console: Console) -> None:
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


def test_the_very_first_decision_is_taken_back_before_it_is_answered(console: Console) -> None:
    [only] = waiting(console, 1)
    console.sign_in()
    release = hold(console)
    console.decide("number 0.", "Spam")

    console.page.get_by_role("button", name="Undo", exact=True).click()
    release()

    console.says("is waiting again")
    assert console.status(only) == "pending"


def test_decisions_gather_while_one_is_under_way_and_go_out_together(console: Console) -> None:
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


def test_gathered_decisions_that_there_was_no_time_for_go_with_the_next_request(console: Console) -> None:
    ids, page = waiting(console, 4), console.page
    console.sign_in()
    requests, release = sent(console), hold(console)
    page.keyboard.press("j")
    for key in "aras":
        page.keyboard.press(key)

    def hurry(route: Route) -> None:
        wishes = json.loads(route.request.post_data or "")["decisions"]
        first = route.fetch(post_data=json.dumps({"decisions": wishes[:1]})).json()["results"]
        rest = [{**dict.fromkeys(first[0]), "id": each["id"], "outcome": "not_tried"} for each in wishes[1:]]
        route.fulfill(json={"bulk": "a bulk", "results": first + rest})

    page.route("**/decisions", hurry, times=1)
    release()

    console.says("“\u2068Reader 3\u2069” is now spam.")
    assert requests == [["approve"], ["reject", "approve", "spam"], ["approve", "spam"]]
    assert statuses(console, ids) == ["published", "rejected", "published", "spam"]


@pytest.mark.parametrize("arrived", [True, False], ids=["it had arrived", "it had not"])
def test_what_may_have_arrived_is_taken_back_once_that_is_known(console: Console, arrived: bool) -> None:
    [only] = waiting(console, 1)
    console.sign_in()
    console.page.route("**/decisions", lambda route: (arrived and route.fetch(), route.abort()), times=1)
    console.decide("number 0.", "Approve")
    console.says("Not connected")
    assert console.status(only) == ("published" if arrived else "pending")

    console.page.keyboard.press("u")

    console.says("is waiting again")
    expect(console.card("number 0.")).to_be_visible()
    assert console.status(only) == "pending"


def test_undo_brings_nothing_into_a_narrowed_list_that_does_not_belong_there(console: Console) -> None:
    for number, name in enumerate(("Ann", "Bob")):
        console.world.submit(f"{name} says.", name=name, author=name, key=f"{number}")
    console.sign_in()
    console.decide("Ann says.", "Reject")
    console.says("is now rejected")
    console.unfold("Bob says.")
    console.card("Bob says.").get_by_role("button", name="All by").click()
    expect(console.page.get_by_role("button", name="Show everybody")).to_be_visible()
    expect(console.page.get_by_text("Loading")).to_be_hidden()

    console.page.keyboard.press("u")

    console.says("is waiting again")
    expect(console.card("Bob says.")).to_be_visible()
    expect(console.card("Ann says.")).to_have_count(0)


def test_an_answer_to_what_waits_says_that_it_approves_and_is_taken_back_with_it(console: Console) -> None:
    comment_id = console.world.submit("Who ran?", name="Ann").json["id"]
    console.sign_in()
    card = console.card("Who ran?")
    card.get_by_role("button", name="Answer", exact=True).click()
    expect(card).to_contain_text("the comment that it answers is approved, too")
    card.get_by_label("Your answer").fill("Nobody.")
    card.get_by_role("button", name="Publish").click()
    console.says("and your answer too.")

    console.page.get_by_role("button", name="Undo", exact=True).click()

    console.says("“\u2068Ann\u2069” is waiting again.")
    expect(card).to_be_focused()
    assert console.status(comment_id) == "pending"
    assert console.world.get("/v1/comments", query={"post": [POST]}).json["comments"] == []
