"""The examples work: each as it is in the repository, with the service's address inserted."""

from pathlib import Path
from xml.dom.minidom import parseString

import html5lib
import pytest
from playwright.sync_api import expect

from tests.support.blog import Site
from tests.support.world import POST

EXAMPLES = Path(__file__).parents[2] / "examples"
PLACEHOLDER = "https://comments.example"

pytestmark = [pytest.mark.browser, pytest.mark.engine]


def open_example(site: Site, name: str, *, path: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    site.blog.pages[path.partition("?")[0]] = text.replace(PLACEHOLDER, site.service)
    site.page.goto(site.blog.url + path)


def test_a_plain_page_shows_the_comments_of_its_canonical_path(site: Site) -> None:
    site.world.published("I was there.")

    open_example(site, "plain/index.html", path="/anywhere")

    expect(site.comment("I was there.")).to_be_visible()


def test_a_list_of_posts_shows_how_many_comments_each_has(site: Site) -> None:
    site.world.published("I was there.")

    open_example(site, "plain/list.html", path="/")

    expect(site.page.locator("afterword-count")).to_have_text(["1", "0"])


def test_a_blogger_page_has_one_thread_on_phones_and_desktops_and_takes_comments(site: Site) -> None:
    site.world.published("I was there.")

    open_example(site, "blogger/post.html", path=f"{POST}?m=1")

    expect(site.comment("I was there.")).to_be_visible()
    site.write("And I was not.")
    expect(site.page.get_by_text("Waiting for a moderator.")).to_be_visible()
    assert [entry["post"] for entry in site.world.queue()] == [POST]


def test_a_single_page_site_navigates_with_its_comments(site: Site) -> None:
    site.world.published("Of the first post", post="/one")
    site.world.published("Of the second post", post="/two")
    site.blog.pages["/spa.js"] = (EXAMPLES / "spa/spa.js").read_text(encoding="utf-8")
    shown = site.page.locator("afterword-comments .text")

    open_example(site, "spa/index.html", path="/?page=one")
    expect(shown).to_have_text(["Of the first post"])
    for link, texts in (
        ("Two", ["Of the second post"]),
        ("Both", ["Of the first post", "Of the second post"]),
        ("About", []),
        ("One", ["Of the first post"]),
    ):
        site.page.get_by_role("link", name=link, exact=True).click()
        expect(shown).to_have_text(texts)
    site.page.go_back()
    expect(shown).to_have_count(0)


@pytest.mark.parametrize("name", ["plain/index.html", "plain/list.html", "blogger/post.html", "spa/index.html"])
def test_a_page_is_valid_html(name: str) -> None:
    html5lib.HTMLParser(strict=True).parse((EXAMPLES / name).read_text(encoding="utf-8"))


def test_bloggers_editor_accepts_the_snippet() -> None:
    parseString((EXAMPLES / "blogger/comments.xml").read_text(encoding="utf-8"))  # noqa: S318  our own file
