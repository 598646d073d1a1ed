"""The browser tests notice whatever a script does to a page."""

import pytest
from playwright.sync_api import Browser

from tests.support.blog import Blog
from tests.support.page_errors import Traffic, page_errors

pytestmark = [pytest.mark.slow, pytest.mark.browser]


OBSERVER = """
new MutationObserver(() => { throw new Error('observed') }).observe(document.body, {childList: true})
document.body.append('x')
"""


@pytest.mark.parametrize(
    ("script", "noticed"),
    [
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("Promise.reject(new Error('rejected'))", "rejected"),
        (OBSERVER, "observed"),
        ("document.body.onclick = () => { throw new Error('clicked') }; document.body.click()", "clicked"),
        ("import('/nowhere.js')", "Failed to fetch dynamically imported module"),
        ("console.error('said')", "said"),
    ],
    ids=["error", "rejection", "observer", "event handler", "import", "console.error"],
)  # fmt: skip
def test_a_page_error_is_noticed(browser: Browser, blog: Blog, script: str, noticed: str) -> None:
    blog.pages["/"] = "<!DOCTYPE html><title>A page</title><body>"
    context = browser.new_context()
    errors, page = page_errors(context), context.new_page()
    traffic = Traffic(page)
    page.goto(blog.url)

    page.evaluate(f"() => {{ {script} }}")
    traffic.settle()
    context.close()

    assert len(errors) == 1, errors
    assert noticed in errors[0]


def test_a_failed_request_alone_is_no_page_error(browser: Browser, blog: Blog) -> None:
    blog.pages["/"] = "<!DOCTYPE html><title>A page</title><body>"
    context = browser.new_context()
    errors, page = page_errors(context), context.new_page()
    traffic = Traffic(page)
    page.goto(blog.url)

    page.evaluate("() => { fetch('/nowhere'); fetch('http://elsewhere.example').catch(() => {}) }")
    traffic.settle()
    context.close()

    assert errors == []
