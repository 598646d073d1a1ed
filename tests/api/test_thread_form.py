"""The form, for readers without JavaScript."""

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.faults import ALWAYS, Fault, FaultKind, Faults, without_retry_delays
from tests.support.plain_browser import FORM, HOST, Page, PlainBrowser, close_post
from tests.support.world import POST, World, key22, new_world, shared_client

TYPED = st.text(st.characters(codec="utf-8"), max_size=40)
HOSTILE = '"><script>alert(1)</script><!--'


@pytest.fixture(params=["/api", ""], ids=["below a prefix", "at the root"])
def browser(world: World, request: pytest.FixtureRequest) -> PlainBrowser:
    return PlainBrowser(world, request.param)


@pytest.fixture
def reader(world: World) -> PlainBrowser:
    return PlainBrowser(world)


def test_a_comment_from_the_form_is_held_and_shown_once_approved(browser: PlainBrowser) -> None:
    form = browser.write()

    waiting = browser.send(form, text="I was **there**.\nReally.", name=" Ann ", link="ann.example")

    assert (waiting.status, waiting.heading) == (202, "Thank you. Your comment is awaiting moderation.")
    assert waiting.reply.headers["Cache-Control"] == form.reply.headers["Cache-Control"] == "no-store"
    assert "<strong>there</strong>.<br>" in waiting.reply.text
    [queued] = browser.world.queue()
    assert (queued["text"], queued["name"], queued["link"]) == (
        "I was **there**.\nReally.",
        "Ann",
        "https://ann.example/",
    )
    assert [reason["rule"] for reason in queued["reasons"]] == ["every_comment"]
    assert browser.thread(POST).comments == []
    browser.world.decide("approve", queued["id"])
    assert browser.open(waiting.link("Back to the comments")).comments == [queued["id"]]


def test_without_moderation_it_is_published_at_once(reader: PlainBrowser) -> None:
    reader.world.policy(every_comment=False)
    form = reader.write()

    page = reader.send(form, text="At once.")

    assert "wait for a moderator" not in form.text
    assert (page.status, page.heading) == (201, "Your comment is published.")
    there, _, place = page.link("View it in the thread").partition("#")
    assert place == f"comment-{reader.open(there).comments[0]}"


def test_a_form_submitted_twice_is_one_comment(reader: PlainBrowser) -> None:
    form = reader.write()

    first, second = (reader.send(form, text="Once.") for _ in range(2))

    assert (first.status, first.reply.text) == (second.status, second.reply.text)
    assert len(reader.world.queue()) == 1


@pytest.mark.parametrize("decision", ["reject", "spam"])
def test_a_repeat_after_a_decision_still_looks_pending(reader: PlainBrowser, decision: str) -> None:
    form = reader.write()
    first = reader.send(form, text="Once.")
    reader.world.decide(decision, first.comments[0])

    again = reader.send(form, text="Once.")

    assert (again.status, again.reply.text) == (202, first.reply.text)


def test_a_repeat_after_deletion_says_so_and_restores_nothing(reader: PlainBrowser) -> None:
    form = reader.write()
    [comment_id] = reader.send(form, text="Once.").comments
    reader.world.decide("delete", comment_id)

    again = reader.send(form, text="Once.")

    assert (again.status, again.heading, again.comments) == (202, "This comment was removed.", [])
    assert reader.world.queue() == []


def test_a_form_resubmitted_with_changed_text_needs_a_second_click(reader: PlainBrowser) -> None:
    form = reader.write()
    reader.send(form, text="One.")

    refused = reader.send(form, text="Two.")
    accepted = reader.send(refused)

    assert (refused.status, refused.fields["text"].strip()) == (409, "Two.")
    assert accepted.status == 202
    assert [each["text"] for each in reader.world.queue()] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"text": ""}, "text"),
        ({"text": " \u200b\n"}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": "&<" * 9_000}, "text"),
        ({"name": "x" * 81}, "name"),
        ({"name": "\u3164"}, "name"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": HOSTILE}, "link"),
    ],
)
def test_an_invalid_field_is_named_and_all_input_is_kept(
    reader: PlainBrowser, typed: dict[str, str], wrong: str
) -> None:
    form = reader.write()
    everything = {"text": "\n  Two\n\n</textarea>lines", "name": 'Ann "A"', "link": "ann.example", **typed}

    page = reader.send(form, **everything)

    assert page.status == 422
    assert {**page.fields, "trap": ""} == {**form.fields, **everything}
    [control] = [each for each in page.tree.iter() if each.get("aria-invalid") == "true"]
    assert control.get("id") == wrong
    paragraphs = {each.get("id"): "".join(each.itertext()) for each in page.all("p") if each.get("id")}
    assert all(place in paragraphs for place in control.get("aria-describedby").split())
    [summary] = page.all("div", role="alert")
    assert paragraphs[f"{wrong}-wrong"] in "".join(summary.itertext())
    assert reader.send(page, text="Right.", name="", link="").status == 202


@pytest.mark.parametrize(("key", "status"), [("", 428), ("too short", 422)])
def test_a_form_without_its_key_gets_a_new_one(reader: PlainBrowser, key: str, status: int) -> None:
    page = reader.send(reader.write(), text="Hello.", key=key)

    assert (page.status, page.fields["text"].strip()) == (status, "Hello.")
    assert "Idempotency" not in page.text
    assert reader.send(page).status == 202


def test_a_form_with_an_oversized_token_gets_a_new_one(reader: PlainBrowser) -> None:
    page = reader.send(reader.write(), text="Hello.", form="x" * 601)

    assert page.status == 422
    assert reader.send(page).status == 202


def test_a_reply_form_shows_its_parent(reader: PlainBrowser) -> None:
    root = reader.world.published("What do you think?", name="Ann")

    form = reader.open(reader.thread(POST).link("Reply to Ann"))
    reader.send(form, text="I think so.")

    assert (form.heading, form.comments) == ("Write a reply", [root])
    assert "What do you think?" in form.text
    assert [each["parent"] for each in reader.world.queue()] == [root]


@pytest.mark.parametrize("which", ["waiting", "of another post", "nobody's", "no id"])
def test_there_is_no_form_to_reply_to_an_unknown_comment(reader: PlainBrowser, which: str) -> None:
    parents = {
        "waiting": reader.world.submit("Secret.").json["id"],
        "of another post": reader.world.published("Elsewhere.", post="/elsewhere"),
        "nobody's": key22("nobody"),
        "no id": "../x",
    }

    page = reader.open(f"thread/form?{urlencode({'post': POST, 'parent': parents[which]})}")

    assert (page.status, page.heading) == (404, "There is no such comment under this post.")
    assert "Secret" not in page.reply.text


def test_a_reply_to_a_comment_removed_meanwhile_can_be_sent_as_a_top_level_comment(reader: PlainBrowser) -> None:
    root = reader.world.published("What do you think?", name="Ann")
    form = reader.open(reader.thread(POST).link("Reply to Ann"))
    reader.world.decide("delete", root)

    refused = reader.send(form, text="I think so.")
    accepted = reader.send(refused)

    assert (refused.status, refused.fields["text"].strip()) == (422, "I think so.")
    assert (accepted.status, reader.world.queue()[0]["parent"]) == (202, None)


def test_a_closed_post_refuses_the_form_and_keeps_the_text(reader: PlainBrowser) -> None:
    form = reader.write()
    close_post(reader.world)

    opened = reader.open(form.address)
    sent = reader.send(form, text="Too late.")

    assert (opened.status, opened.heading) == (423, "Comments are closed here.")
    assert (sent.status, sent.fields["text"].strip()) == (423, "Too late.")
    assert "Comments are closed here." in sent.text


@pytest.mark.usefixtures("world")
def test_a_rate_limited_form_asks_to_wait_and_keeps_the_text() -> None:
    strict = new_world(shared_client(), limit_minute=1)
    with strict.open():
        reader = PlainBrowser(strict)
        first, second = reader.write(), reader.write()
        reader.send(first, text="One.")

        page = reader.send(second, text="Two.")

    assert (page.status, page.fields["text"].strip()) == (429, "Two.")
    assert page.reply.headers["Retry-After"] == "60"
    assert "60 seconds" in page.text


def test_an_unavailable_table_loses_no_text(reader: PlainBrowser) -> None:
    form = reader.write()
    without_retry_delays(reader.world.runtime)

    with Faults(shared_client()) as faults, faults.plan(Fault(FaultKind.FAILED, times=ALWAYS)):
        page = reader.send(form, text="Patience.")
        read = reader.thread("/another")

    assert (page.status, page.fields["text"].strip()) == (503, "Patience.")
    assert (read.status, read.reply.headers["Cache-Control"]) == (503, "no-store")
    assert int(page.reply.headers["Retry-After"]) > 0
    assert reader.send(page).status == 202


@pytest.mark.parametrize(
    ("body", "status"),
    [("text=%ff", 400), ("&".join(["a=b"] * 101), 400), ("text=" + "x" * 170_000, 413), ("", 422), ("post=%00", 422)],
    ids=["no UTF-8", "too many fields", "too long", "nothing", "no post"],
)
def test_an_invalid_form_body_gets_an_error_page(world: World, body: str, status: int) -> None:
    reply = world.request("POST", "/thread", body=body, headers={"Content-Type": FORM})

    page = Page(f"{HOST}/api/thread", reply)

    assert page.status == status
    assert page.broken_rules() == []


def test_only_the_form_route_accepts_forms(world: World) -> None:
    form = world.request("POST", "/v1/comments", body="text=x", headers={"Content-Type": FORM})
    thread = world.request("POST", "/thread", json_body={"text": "x"})

    assert (form.status, thread.status) == (415, 415)


def test_a_filled_honeypot_is_held_and_shown_to_the_moderator(reader: PlainBrowser) -> None:
    form = reader.write()
    [trap] = form.all("input", name="trap")

    reader.send(form, text="Buy.", trap="x" * 5_000)

    assert (trap.get("tabindex"), trap.get("autocomplete")) == ("-1", "off")
    [queued] = reader.world.queue()
    assert "honeypot" in {reason["rule"] for reason in queued["reasons"]}


def test_unknown_fields_and_tokens_are_ignored(reader: PlainBrowser) -> None:
    form = reader.write()
    fields = {**form.fields, "text": "Hello.", "status": "published", "post_title": "x"}

    page = reader.post(f"{HOST}/api/thread", fields, headers={"Authorization": "Basic eDp5"})

    assert page.status == 202
    assert reader.world.queue()[0]["author"] is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TYPED, name=TYPED, link=TYPED)
def test_any_input_gets_a_valid_page(reader: PlainBrowser, text: str, name: str, link: str) -> None:
    page = reader.send(reader.open(f"thread/form?post={POST}"), text=text, name=name, link=link)

    assert page.status in {202, 422}
