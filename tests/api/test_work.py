"""The proof of work, where the service asks for it."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.hostile import fresh_world, wrong_fields
from tests.plain_browser import PlainBrowser
from tests.world import POST, Reply, World, key22

BITS = 6
KEY = "the key"


@pytest.fixture
def working() -> Iterator[World]:
    """Where work is asked for, and nothing else holds a comment."""
    with fresh_world(work=BITS) as world:
        world.hold("never")
        yield world


def opened(world: World, *, author: str = "", post: str = POST) -> Any:
    """A form, as somebody opened it a while ago."""
    token = f"aw_author_{key22(author)}" if author else ""
    reply = world.get("/v1/form", query={"post": post}, token=token)
    assert reply.status == 200
    world.clock.forward(seconds=30)
    return reply.json


def zeros(*said: str) -> int:
    bits = f"{int(hashlib.sha256(':'.join(said).encode()).hexdigest(), 16):0256b}"
    return len(bits) - len(bits.lstrip("0"))


def worked(token: str, key: str = KEY, *, wrong: bool = False) -> str:
    """As the widget does it."""
    tried = map(str, itertools.count())
    return next(work for work in tried if (zeros(token, key22(key), work) >= BITS) != wrong)


def sent(world: World, token: str, work: str | None, **more: Any) -> Reply:
    done = {} if work is None else {"work": work}
    return world.submit(**{"form": token, "key": KEY, **done, **more})


def refused(reply: Reply) -> bool:
    assert reply.status in {201, 428}, reply.text
    return reply.status == 428 and bool(reply.json["code"] == "work_missing")


def test_by_itself_the_service_asks_for_no_work(world: World) -> None:
    world.hold("never")

    assert opened(world)["work"] is None
    assert world.submit(form=world.form()).status == 201
    assert world.submit(form=world.form(), work="anything").status == 201


@pytest.mark.parametrize("author", ["", "ann"], ids=["nobody", "an author"])
def test_a_comment_with_the_work_that_the_form_asks_for_is_taken(working: World, author: str) -> None:
    form = opened(working, author=author)

    reply = sent(working, form["token"], worked(form["token"]), author=author)

    assert form["work"] == {"bits": BITS}
    assert not form["holds"]
    assert reply.status == 201


@pytest.mark.parametrize("done", ["nothing", "empty", "wrong"])
def test_a_comment_without_it_is_refused_and_told_where_to_ask(working: World, done: str) -> None:
    token = opened(working)["token"]
    work = {"nothing": None, "empty": "", "wrong": worked(token, wrong=True)}[done]

    reply = sent(working, token, work)

    assert refused(reply)
    assert "GET /v1/form" in reply.json["detail"]
    assert working.listed()["count"] == 0
    assert not working.queue()


@pytest.mark.parametrize("work", ["x" * 33, "ä", "a b", "a:b", "a\n"])
def test_what_can_be_no_work_names_the_field(working: World, work: str) -> None:
    reply = sent(working, opened(working)["token"], work)

    assert (reply.status, wrong_fields(reply)) == (422, {"work"})


def test_one_piece_of_work_serves_one_comment(working: World) -> None:
    token = opened(working, author="ann")["token"]
    work = worked(token)

    first = sent(working, token, work, author="ann")

    assert first.status == 201
    assert refused(sent(working, token, work, author="ann", key="another key"))
    assert refused(sent(working, token, work, author="ben"))
    assert refused(sent(working, token, work))
    assert refused(sent(working, token, work, author="ann", post="/another"))
    assert working.listed()["count"] == 1


def test_work_for_nobodys_form_serves_no_author(working: World) -> None:
    """Or one piece would serve as many comments as somebody makes author keys."""
    token = opened(working)["token"]

    assert refused(sent(working, token, worked(token), author="ann"))
    assert sent(working, token, worked(token)).status == 201


def test_a_repeat_of_what_is_stored_is_answered_as_before(working: World) -> None:
    token = opened(working)["token"]
    first = sent(working, token, worked(token))

    again = [sent(working, token, worked(token)), sent(working, token, None), sent(working, "", "other")]
    other = sent(working, token, None, text="Other words.")

    assert [(reply.status, reply.json) for reply in again] == [(201, first.json)] * 3
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")


def asking(world: World, bits: int) -> World:
    """The same service with another setting."""
    settings = replace(world.runtime.settings, work=bits)
    return replace(world, runtime=replace(world.runtime, settings=settings))


@pytest.mark.parametrize("which", ["too old", "another post's", "from before", "none"])
def test_work_for_a_form_that_does_not_count_is_none(working: World, which: str) -> None:
    with asking(working, 0).open() as before:
        tokens = {"from before": opened(before)["token"], "none": ""}
    with working.open():
        tokens |= {"too old": opened(working)["token"], "another post's": opened(working, post="/another")["token"]}
        if which == "too old":
            working.clock.forward(days=1)

        assert refused(sent(working, tokens[which], worked(tokens[which])))


def test_who_opened_a_form_while_work_was_asked_for_is_not_held_when_it_no_longer_is(working: World) -> None:
    token = opened(working)["token"]

    with asking(working, 0).open() as after:
        assert sent(after, token, None, author="ann").status == 201


def test_an_edit_costs_no_work(working: World) -> None:
    token = opened(working, author="ann")["token"]
    comment_id = sent(working, token, worked(token), author="ann").json["id"]

    assert working.edit(comment_id, "Better words.", author="ann").status == 200


def test_what_comes_from_the_form_without_a_script_is_held_and_never_refused(working: World) -> None:
    reader = PlainBrowser(working)
    form = reader.write()

    page = reader.send(form, text="I was there.")

    assert "wait for a moderator" in form.text
    assert (page.status, page.heading) == (202, "Thank you. It waits for a moderator.")
    [queued] = working.queue()
    assert queued["reasons"] == [
        {"rule": "hold_without_work", "words": "It was written without the proof of work that is asked for here."}
    ]
