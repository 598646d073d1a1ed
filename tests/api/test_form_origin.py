"""Forms of other sites, and forms that nobody opened, publish nothing: the reader gets the form again and decides."""

import pytest

from tests.support.plain_browser import HOST, Page, PlainBrowser
from tests.support.world import World, new_world

ACTION = f"{HOST}/api/thread"
FOREIGN = {
    "a current browser": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "a page of a neighbouring host": {"Sec-Fetch-Site": "same-site", "Origin": "https://blog.comments.example"},
    "a browser that only sends the origin": {"Origin": "https://evil.example"},
    "an opaque origin": {"Origin": "null"},
    "an origin that begins like ours": {"Origin": "https://comments.example.evil.example"},
    "no origin": {"Sec-Fetch-Site": "cross-site"},
}
OWN = {
    "a current browser": {"Sec-Fetch-Site": "same-origin", "Origin": HOST},
    "a reloaded page": {"Sec-Fetch-Site": "none"},
    "the public address, behind a CDN": {"Origin": "https://comments.example"},
    "the address of the gateway": {"Origin": "https://abc.execute-api.eu-central-1.amazonaws.com"},
    "an old browser, or a program": {},
}


@pytest.fixture
def reader(world: World) -> PlainBrowser:
    world.policy(every_comment=False, old_post=False)
    return PlainBrowser(world)


def stored(world: World) -> int:
    """The number of comments, of any status."""
    return sum(len(world.queue(status)) for status in ("pending", "published", "spam", "rejected"))


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_form_of_another_site_is_shown_to_the_reader_and_not_published(
    reader: PlainBrowser, headers: dict[str, str]
) -> None:
    form = reader.write()

    page = reader.post(ACTION, {**form.fields, "text": "Buy my pills."}, headers=headers)

    assert page.status == 403
    assert "another site" in page.text
    assert page.fields["text"].strip() == "Buy my pills."
    assert stored(reader.world) == 0
    assert "frame-ancestors 'none'" in page.reply.headers["Content-Security-Policy"], "no other page gets the click"


def test_a_reader_who_means_it_submits_the_form_that_is_shown(reader: PlainBrowser) -> None:
    form = reader.write()
    page = reader.post(ACTION, {**form.fields, "text": "Mine."}, headers={"Sec-Fetch-Site": "cross-site"})

    assert reader.send(page).status == 201


@pytest.mark.parametrize("headers", OWN.values(), ids=OWN)
def test_our_own_form_is_accepted(reader: PlainBrowser, headers: dict[str, str]) -> None:
    object.__setattr__(reader.world.runtime.settings, "url", "https://comments.example")
    form = reader.write()

    assert reader.post(ACTION, {**form.fields, "text": "At once."}, headers=headers).status == 201


@pytest.mark.parametrize("token", ["", "x", "of another post"])
def test_a_form_that_nobody_opened_is_shown_and_not_published(reader: PlainBrowser, token: str) -> None:
    form = reader.write()
    token = form.fields["form"] if token == "of another post" else token

    page = reader.post(ACTION, {**form.fields, "post": "/other", "form": token, "text": "Hello."})

    assert page.status == 422
    assert "restored" in page.text
    assert stored(reader.world) == 0
    reader.world.clock.forward(seconds=30)
    assert reader.send(page).status == 201


def test_a_form_is_valid_for_a_day(reader: PlainBrowser) -> None:
    form = reader.write()
    reader.world.clock.forward(days=1, seconds=1)

    assert reader.send(form, text="Too late.").status == 422


def test_where_work_is_required_few_forms_without_it_are_accepted(world: World) -> None:
    strict = new_world(world.runtime.table.client, work=4, limit_forms=2)
    with strict.open():
        reader = PlainBrowser(strict)
        pages = [reader.send(reader.write(), text=f"Number {number}.") for number in range(3)]

        assert [page.status for page in pages] == [202, 202, 429]
        assert 0 < int(pages[-1].reply.headers["Retry-After"]) <= 3_600
        strict.clock.forward(seconds=int(pages[-1].reply.headers["Retry-After"]))
        assert reader.send(reader.write(), text="Later.").status == 202


def test_a_program_without_work_is_refused_as_before(world: World) -> None:
    strict = new_world(world.runtime.table.client, work=4, limit_forms=1)
    with strict.open():
        assert strict.submit().json["code"] == "work_missing"


def test_the_page_that_refuses_is_a_page_like_others(reader: PlainBrowser) -> None:
    page: Page = reader.post(ACTION, reader.write().fields, headers={"Origin": "null"})

    assert page.reply.headers["Cache-Control"] == "no-store"
