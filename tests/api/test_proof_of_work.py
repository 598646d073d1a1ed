"""The proof of work, where the service asks for it."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.support.plain_browser import PlainBrowser
from tests.support.response_checks import fresh_world, wrong_fields
from tests.support.world import POST, Response, World, key22

BITS = 6
KEY = "the key"


@pytest.fixture
def working() -> Iterator[World]:
    """A service that requires a proof of work and holds comments for no other reason."""
    with fresh_world(work=BITS) as world:
        world.policy(every_comment=False)
        yield world


def opened(world: World, *, author: str = "", post: str = POST) -> Any:
    """A form that was opened a while ago."""
    token = f"aw_author_{key22(author)}" if author else ""
    response = world.get("/v1/form", query={"post": post}, token=token)
    assert response.status == 200
    world.clock.forward(seconds=30)
    return response.json


def zeros(*parts: str) -> int:
    bits = f"{int(hashlib.sha256(':'.join(parts).encode()).hexdigest(), 16):0256b}"
    return len(bits) - len(bits.lstrip("0"))


def worked(token: str, key: str = KEY, *, wrong: bool = False) -> str:
    """Compute a proof of work like the widget."""
    tried = map(str, itertools.count())
    return next(work for work in tried if (zeros(token, key22(key), work) >= BITS) != wrong)


def sent(world: World, token: str, work: str | None, **more: Any) -> Response:
    done = {} if work is None else {"work": work}
    return world.submit(**{"form": token, "key": KEY, **done, **more})


def refused(response: Response) -> bool:
    assert response.status in {201, 428}, response.text
    return response.status == 428 and bool(response.json["code"] == "work_missing")


def test_no_proof_of_work_is_required_by_default(world: World) -> None:
    world.policy(every_comment=False)

    assert opened(world)["work"] is None
    assert world.submit(form=world.form()).status == 201
    assert world.submit(form=world.form(), work="anything").status == 201


@pytest.mark.parametrize("author", ["", "ann"], ids=["nobody", "an author"])
def test_a_comment_with_the_required_work_is_accepted(working: World, author: str) -> None:
    form = opened(working, author=author)

    response = sent(working, form["token"], worked(form["token"]), author=author)

    assert form["work"] == {"bits": BITS}
    assert not form["holds"]
    assert response.status == 201


@pytest.mark.parametrize("done", ["nothing", "empty", "wrong"])
def test_a_comment_without_work_is_refused_with_a_pointer_to_the_form(working: World, done: str) -> None:
    token = opened(working)["token"]
    work = {"nothing": None, "empty": "", "wrong": worked(token, wrong=True)}[done]

    response = sent(working, token, work)

    assert refused(response)
    assert "GET /v1/form" in response.json["detail"]
    assert working.listed()["count"] == 0
    assert not working.queue()


@pytest.mark.parametrize("work", ["x" * 33, "ä", "a b", "a:b", "a\n"])
def test_malformed_work_names_the_field(working: World, work: str) -> None:
    response = sent(working, opened(working)["token"], work)

    assert (response.status, wrong_fields(response)) == (422, {"work"})


def test_work_is_valid_for_one_comment(working: World) -> None:
    token = opened(working, author="ann")["token"]
    work = worked(token)

    first = sent(working, token, work, author="ann")

    assert first.status == 201
    assert refused(sent(working, token, work, author="ann", key="another key"))
    assert refused(sent(working, token, work, author="ben"))
    assert refused(sent(working, token, work))
    assert refused(sent(working, token, work, author="ann", post="/another"))
    assert working.listed()["count"] == 1


def test_work_for_an_anonymous_form_is_invalid_for_an_author(working: World) -> None:
    """Otherwise one proof would serve any number of author keys."""
    token = opened(working)["token"]

    assert refused(sent(working, token, worked(token), author="ann"))
    assert sent(working, token, worked(token)).status == 201


def test_a_repeat_of_a_stored_comment_is_answered_as_before(working: World) -> None:
    token = opened(working)["token"]
    first = sent(working, token, worked(token))

    again = [sent(working, token, worked(token)), sent(working, token, None), sent(working, "", "other")]
    other = sent(working, token, None, text="Other words.")

    assert [(response.status, response.json) for response in again] == [(201, first.json)] * 3
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")


def asking(world: World, bits: int) -> World:
    """The same service with other settings."""
    settings = replace(world.runtime.settings, work=bits)
    return replace(world, runtime=replace(world.runtime, settings=settings))


@pytest.mark.parametrize("which", ["too old", "another post's", "from before", "none"])
def test_work_for_an_invalid_form_is_invalid(working: World, which: str) -> None:
    with asking(working, 0).open() as before:
        tokens = {"from before": opened(before)["token"], "none": ""}
    with working.open():
        tokens |= {"too old": opened(working)["token"], "another post's": opened(working, post="/another")["token"]}
        if which == "too old":
            working.clock.forward(days=1)

        assert refused(sent(working, tokens[which], worked(tokens[which])))


def test_a_form_opened_while_work_was_required_is_not_held_later(working: World) -> None:
    token = opened(working)["token"]

    with asking(working, 0).open() as after:
        assert sent(after, token, None, author="ann").status == 201


def test_an_edit_needs_no_work(working: World) -> None:
    token = opened(working, author="ann")["token"]
    comment_id = sent(working, token, worked(token), author="ann").json["id"]

    assert working.edit(comment_id, "Better words.", author="ann").status == 200


def test_a_comment_from_the_scriptless_form_is_held_and_never_refused(working: World) -> None:
    reader = PlainBrowser(working)
    form = reader.write()

    page = reader.send(form, text="I was there.")

    assert "reviewed by a moderator" in form.text
    assert (page.status, page.heading) == (202, "Thank you. Your comment is awaiting moderation.")
    [queued] = working.queue()
    assert queued["reasons"] == [
        {
            "rule": "no_proof_of_work",
            "parameters": {},
            "template": "It was written without the proof of work that is asked for here.",
            "detail": "It was written without the proof of work that is asked for here.",
        }
    ]
