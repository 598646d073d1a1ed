"""Page object for the moderation console."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.world import World

one_prefix = pytest.mark.parametrize("console", ["/api"], indirect=True)


@dataclass(frozen=True)
class Console:
    """The console, as one moderator uses it."""

    world: World
    page: Page
    url: str
    moderator: str

    def link(self) -> str:
        return f"{self.url}/moderate#{self.world.runtime.accounts_service.link(self.moderator)}"

    def sign_in(self, *, keep: bool = False) -> None:
        self.page.goto(self.link())
        if keep:
            self.page.get_by_label("Keep me signed in").check()
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Waiting", level=2)).to_be_visible()
        expect(self.page.get_by_text("Loading")).to_be_hidden()

    def tab(self, name: str) -> None:
        self.page.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()

    def settings(self, name: str) -> None:
        self.tab("Settings")
        self.page.get_by_role("navigation", name="Settings").get_by_role("link", name=name).click()

    def card(self, text: str) -> Locator:
        return self.page.get_by_role("article").filter(has_text=text)

    def unfold(self, text: str) -> None:
        """Expand what a card hides under More."""
        self.card(text).get_by_role("button", name="More", exact=True).click()

    def decide(self, text: str, decision: str) -> None:
        self.card(text).get_by_role("button", name=decision, exact=True).click()

    def says(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("status")).to_contain_text(words)

    def stored(self, where: str) -> int:
        count: int = self.page.evaluate(f"{where}.length")
        return count

    def status(self, comment_id: str) -> str:
        status: str = self.world.comment(comment_id)["comment"]["status"]
        return status
