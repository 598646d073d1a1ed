"""What goes wrong in a tab, and what is still under way there."""

import time
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

CEILING = 60  # seconds until a page that never comes to rest fails its test
QUIET_ROUNDS = 3
ROUND = """() => new Promise((resolve) => {
  const {port1, port2} = new MessageChannel()
  port2.onmessage = () => resolve()
  port1.postMessage(0)
})"""


def page_errors(context: BrowserContext) -> list[str]:
    """Collect uncaught errors, unhandled rejections, calls of `console.error`, and violations of a page's policy.

    What the browser itself notes about a failed request is none of these: no script can prevent it.
    """
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        is_call = message.type == "error" and bool(message.args)
        if is_call or "Content Security Policy" in message.text:
            errors.append(message.text)

    context.on("weberror", lambda error: errors.append(error.error.message))
    context.on("console", note)
    return errors


@dataclass
class Traffic:
    """The requests of a page that have neither an answer nor failed."""

    page: Page
    but: str = "no such address"  # requests whose address has this in it are not waited for
    under_way: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", self._begin)
        self.page.on("requestfinished", self._end)
        self.page.on("requestfailed", self._end)

    def settle(self, *, advance: int = 0) -> None:
        """Wait until every request has ended; as long as one has not, ``advance`` the page's clock (milliseconds)."""
        end, quiet = time.monotonic() + CEILING, 0
        while quiet < QUIET_ROUNDS:
            assert time.monotonic() < end, self.under_way
            if advance and self.under_way:
                self.page.clock.run_for(advance)
            self.page.evaluate(ROUND)
            quiet = 0 if self.under_way else quiet + 1

    def _begin(self, request: Request) -> None:
        if self.but not in request.url:
            self.under_way.add(request)

    def _end(self, request: Request) -> None:
        self.under_way.discard(request)
