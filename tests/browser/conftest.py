"""A real Chromium whose pages fail the test on script errors and CSP violations."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import app
from chalicelib.core.accounts import Role
from dev.server import running
from tests.support.blog import Blog, Site, running_blog
from tests.support.page_errors import page_errors
from tests.support.pages import Console
from tests.support.slow import CHECK
from tests.support.world import World

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT = 60_000  # milliseconds: tests wait for states, and reach this ceiling only if one never comes


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    if not CHROMIUM.exists():
        reason = f"needs {CHROMIUM}: apt-get install chromium"
        pytest.fail(reason) if CHECK in os.environ else pytest.skip(reason)
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab with nothing kept from before."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(TIMEOUT)
    errors = page_errors(context)
    yield context.new_page()
    context.close()
    assert errors == []


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
    """The console before anyone has signed in."""
    moderator, _ = world.runtime.accounts_service.invite("Ada", Role.MODERATOR)
    with running(app.app, request.param) as url:
        yield Console(world, page, url, moderator.id)


@pytest.fixture
def owners(world: World, page: Page) -> Iterator[Console]:
    """The page, as an owner uses it."""
    owner, _ = world.runtime.accounts_service.invite("Grace", Role.OWNER)
    with running(app.app, "/api") as url:
        yield Console(world, page, url, owner.id)
