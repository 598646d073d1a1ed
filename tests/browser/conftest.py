"""A real Chromium, and tabs in it that tell when a script breaks or a policy is broken."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import app
from chalicelib.core.accounts import Role
from dev.server import running
from tests.browser.blog import Blog, Site, running_blog
from tests.browser.desk import Console
from tests.thorough import CHECK
from tests.world import World

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 5_000  # milliseconds


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    if not CHROMIUM.exists():
        reason = f"needs {CHROMIUM}: apt-get install chromium"
        pytest.fail(reason) if CHECK in os.environ else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab with nothing kept from before."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(PATIENCE)
    page, wrong = context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(error.message))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def blog() -> Iterator[Blog]:
    """A blog on another host than the service's."""
    with running_blog() as blog:
        yield blog


@pytest.fixture
def site(engine_world: World, blog: Blog, page: Page) -> Iterator[Site]:
    """A reader's browser with the service's clock, a blog, and the service on the engine, below a prefix."""
    page.clock.install(time=engine_world.clock())
    with running(app.app, "/api") as service:
        yield Site(engine_world, blog, page, service)


PREFIXES = {"below a prefix": "/api", **({"at the top": ""} if CHECK in os.environ else {})}


@pytest.fixture(params=list(PREFIXES.values()), ids=list(PREFIXES))
def console(request: pytest.FixtureRequest, world: World, page: Page) -> Iterator[Console]:
    """The moderator's page, opened by nobody yet."""
    moderator, _ = world.runtime.signing_in.invite("Ada", Role.MODERATOR)
    with running(app.app, request.param) as url:
        yield Console(world, page, url, moderator.id)


@pytest.fixture
def owners(world: World, page: Page) -> Iterator[Console]:
    """The page, as an owner uses it."""
    owner, _ = world.runtime.signing_in.invite("Grace", Role.OWNER)
    with running(app.app, "/api") as url:
        yield Console(world, page, url, owner.id)
