"""Pending edits in the queue: the published text beside the edit, and what a decision does."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.support.pages import Console, one_prefix

pytestmark = [pytest.mark.slow, pytest.mark.browser, one_prefix]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PUBLISHED, EDIT = "Nobody ran at all.", "Nobody ran. Buy this."


def edited(console: Console, **fields: str) -> str:
    comment_id = console.world.published(PUBLISHED, author="ann", name="Ann")
    assert console.world.edit(comment_id, EDIT, author="ann", **{"name": "Ann", **fields}).status == 202
    return comment_id


def edit_of(console: Console) -> Locator:
    return console.card(PUBLISHED).locator(".pending-edit")


def words(console: Console) -> str:
    return str(console.world.get("/v1/latest").json["comments"][0]["html"])


def test_a_card_shows_the_published_text_and_what_the_edit_changes(console: Console) -> None:
    edited(console, name="Bob")
    console.sign_in()

    card, edit = console.card(PUBLISHED), edit_of(console)

    expect(card.locator(".content")).to_have_text(PUBLISHED)
    expect(edit).to_contain_text("Readers see the text above until you approve this edit:")
    assert edit.locator(".difference ins").all_text_contents() == ["ran. Buy this."]
    assert edit.locator(".difference del").all_text_contents() == ["ran at all."]
    expect(edit.locator(".new-name")).to_have_text("Name: AnnBob")
    expect(edit.locator(".new-website")).to_be_hidden()
    expect(edit).to_contain_text("Approve: the edit replaces the published text.")
    names = card.locator(".decisions button").all_text_contents()
    assert names == ["Approve edit", "Reject edit", "Spam"]


@pytest.mark.parametrize(
    ("button", "said", "shown"),
    [
        ("Approve edit", "The edit of “Ann” is published.", "Buy this."),
        ("Reject edit", "The edit of “Ann” is dropped; the comment stays published.", "at all."),
        ("Spam", "The edit of “Ann” is dropped; the comment stays published.", "at all."),
    ],
)
def test_a_decision_on_an_edit_says_what_it_did_and_can_be_undone(
    console: Console, button: str, said: str, shown: str
) -> None:
    comment_id = edited(console)
    console.sign_in()

    console.decide(PUBLISHED, button)
    console.says(said.replace("“Ann”", "“\u2068Ann\u2069”"))

    expect(console.page.get_by_text("Nothing is waiting.")).to_be_visible()
    assert shown in words(console)
    console.page.get_by_role("button", name="Undo", exact=True).click()
    console.says("waits again.")
    expect(edit_of(console)).to_be_visible()
    assert "at all." in words(console)
    assert console.status(comment_id) == "published"


def test_an_edit_that_changed_meanwhile_comes_back_as_it_is_now(console: Console) -> None:
    comment_id = edited(console)
    console.sign_in()
    console.world.edit(comment_id, "Something else.", author="ann", name="Ann")

    console.decide(PUBLISHED, "Approve edit")

    expect(edit_of(console)).to_contain_text("Something else.")
    expect(console.card(PUBLISHED)).to_contain_text("It was changed meanwhile, and nothing was done.")


def test_the_history_says_what_became_of_an_edit(console: Console) -> None:
    comment_id = edited(console)
    console.world.decide("reject", comment_id)
    console.world.edit(comment_id, EDIT, author="ann", name="Ann")
    console.sign_in()

    console.unfold(PUBLISHED)
    console.card(PUBLISHED).get_by_role("button", name="History").click()

    history = console.card(PUBLISHED).locator(".history")
    for action in ("edited a comment; the edit waits", "rejected an edit"):
        expect(history.get_by_text(action).first).to_be_visible()
    expect(history).not_to_contain_text("pending")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_card_with_an_edit_is_accessible(console: Console, scheme: str) -> None:
    edited(console, name="Bob")
    console.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    console.sign_in()

    console.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = console.page.evaluate(
        "axe.run('#list').then(({violations}) => violations.map(({id, nodes}) => [id, nodes.map(({html}) => html)]))"
    )

    assert found == []
