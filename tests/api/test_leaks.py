"""What is not published is in no public byte: every public answer is that of a world without it.

Routes are taken from the endpoints: one that this file does not know fails.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from moto import mock_aws

from chalicelib import runtime as runtimes
from chalicelib.api.assets import STATIC, listed
from chalicelib.core.crypto.signing import sign
from tests import twins
from tests.canaries import CANARY, forms, tells
from tests.questions import PUBLIC, QUESTIONS, Asked, Known, Route
from tests.twins import OTHER, Story, told, use, written
from tests.wire_guard import guarded
from tests.world import Reply, key22, shared_client


@dataclass(frozen=True)
class Pair:
    """A world with hidden things in it, and one without."""

    full: Story
    bare: Story
    cursors: list[str]
    assets: list[str]

    def known(self, story: Story) -> Known:
        """What can be asked there."""
        return Known(list(story.public.values()), list(story.hidden.values()), self.cursors, self.assets)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """The worlds, once for all routes."""
    with mock_aws(), guarded(shared_client()):
        full, bare = told(tells_all=True, words=CANARY), told(tells_all=False)
        try:
            yield Pair(full, bare, cursors_of(full), assets_of(full))
        finally:
            runtimes.use(None)


def cursors_of(story: Story) -> list[str]:
    """From the queue, the audit, an author's own list, another post, another order; and forged ones."""
    use(story)
    world, author = story.world, f"aw_author_{key22('ann')}"
    asked: list[tuple[str, Asked]] = [
        ("/v1/moderation/queue", {"token": world.token}),
        ("/v1/moderation/audit", {"token": world.token}),
        ("/v1/mine", {"token": author}),
        ("/v1/comments", {"query": {"post": OTHER}}),
    ]
    found = [
        world.get(route, **{**more, "query": {**more.get("query", {}), "limit": "1"}}).json["next"]
        for route, more in asked
    ]
    assert all(found), found
    queue = str(found[0])
    return [*found, queue[:-1], "x" + queue, queue.replace(".", "", 1), "."]


def assets_of(story: Story) -> list[str]:
    use(story)
    page = story.world.get("/moderate").text
    return [*(part.partition('"')[0] for part in page.split("assets/")[1:]), *listed(STATIC)]


def ask(story: Story, route: Route, asked: Asked) -> Iterator[Reply]:
    """One question, and all pages that follow, by the cursors of the answers."""
    while True:
        reply = story.world.request(*route, **asked)
        yield reply
        following = reply.json.get("next") if reply.text.startswith('{"') and reply.status == 200 else html_next(reply)
        if not following:
            return
        asked = {**asked, "query": {**asked.get("query", {}), "cursor": following}}


def html_next(reply: Reply) -> str:
    if 'rel="next"' not in reply.text:
        return ""
    return reply.text.partition('" rel="next"')[0].rpartition("cursor=")[2]


def answers(story: Story, route: Route, asked: Iterable[Asked]) -> list[Reply]:
    """All answers of one world, from one moment on."""
    use(story)
    return [reply for each in asked for reply in ask(story, route, each)]


def heads(story: Story, route: Route, asked: Iterable[Asked]) -> list[Reply]:
    """What HEAD tells, where it may be asked."""
    use(story)
    return [story.world.request("HEAD", route[1], **each) for each in asked] if PUBLIC[route].memo else []


def conditional(story: Story, route: Route, asked: Iterable[Asked], tags: Iterable[Reply]) -> list[Reply]:
    """The same questions with the entity tags of other answers."""
    use(story)
    known = [{"If-None-Match": reply.headers.get("ETag", '"none"')} for reply in tags]
    return [story.world.request(*route, **each, headers=tag) for each, tag in zip(asked, known, strict=False)]


def same(ours: list[Reply], theirs: list[Reply]) -> list[Reply]:
    """Byte for byte, without a canary in any."""
    for one, other in zip(ours, theirs, strict=True):
        assert written(one) == written(other)
    assert all(reply.status < 500 for reply in ours)
    assert not tells("\n".join(map(written, ours)))
    return ours


@pytest.fixture(scope="module")
def said() -> list[str]:
    """All answers to GET, as they come."""
    return []


def test_every_public_route_is_asked() -> None:
    assert set(QUESTIONS) == set(PUBLIC)


@pytest.mark.parametrize("route", list(QUESTIONS), ids=" ".join)
def test_what_is_hidden_changes_no_public_byte(pair: Pair, said: list[str], route: Route) -> None:
    asked = [list(QUESTIONS[route](pair.known(story))) for story in (pair.full, pair.bare)]

    replies = same(answers(pair.full, route, asked[0]), answers(pair.bare, route, asked[1]))
    known = heads(pair.full, route, asked[0]), heads(pair.bare, route, asked[1])
    same(*known)
    fresh = same(conditional(pair.full, route, asked[0], known[1]), conditional(pair.bare, route, asked[1], known[0]))

    assert replies
    assert [reply.status for reply in fresh] == [304 if "ETag" in reply.headers else reply.status for reply in fresh]
    assert not any(reply.text for reply in (*known[0], *fresh) if reply.status < 400)
    said += [reply.text for reply in replies if route[0] == "GET"]


def test_of_what_went_away_only_the_place_is_left(pair: Pair, said: list[str]) -> None:
    """After all routes were asked.  Nothing says when it was written."""
    text, world = "\n".join(said), pair.full.world
    use(pair.full)
    for name in twins.PLACES:
        comment = world.runtime.comments.get(pair.full.public[name])
        assert comment.tombstone
        assert comment.id in text
        assert comment.order not in text
        for spelled in ("%Y-%m-%dT%H:%M", "%-d %B %Y, %H:%M"):
            assert f"{comment.created:{spelled}}" not in text
            assert f"{comment.created + 2 * twins.STEP:{spelled}}" in text  # of the reply that is left


def test_the_worlds_differ_for_moderators_and_authors(pair: Pair) -> None:
    """So that what is not found elsewhere is there to be found."""
    use(pair.full)
    world = pair.full.world
    items = str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])
    found = {status: world.queue(status, limit="100") for status in ("pending", "flagged", "rejected", "spam")}
    statuses = {
        world.runtime.comments.get(comment_id).status for comment_id in pair.full.hidden.values() if comment_id in items
    }

    assert statuses == {"pending", "rejected", "spam", "deleted"}
    assert all(tells(str(comments)) for status, comments in found.items() if status != "flagged")
    assert {each["id"] for each in found["flagged"]} & set(pair.full.public.values())
    assert all(f"{CANARY} {what}" in items for what in ("text", "name", "title", "note", "flag", "edited"))
    use(pair.bare)
    assert not pair.bare.world.queue("pending")[len(pair.bare.hidden) :]


def test_an_author_sees_nothing_of_anybody_else(pair: Pair) -> None:
    use(pair.full)
    world = pair.full.world
    of_others = {
        each: world.runtime.comments.find(comment_id)
        for each, comment_id in {**pair.full.public, **pair.full.hidden}.items()
    }
    token, mine = f"aw_author_{key22('ann')}", twins.author_of("ann")
    ids = [each.id for each in of_others.values() if each]

    asked: list[Asked] = [{}, *({"id": ids[start : start + 50]} for start in range(0, len(ids), 50))]
    text = "\n".join(written(world.get("/v1/mine", token=token, query=query)) for query in asked)

    for name, comment in of_others.items():
        if comment and comment.author != mine:
            assert f'"id":"{comment.id}"' not in text
            assert f"{CANARY} {name}<" not in text
    assert f"{CANARY} edited" in text


@pytest.mark.parametrize("form", forms(CANARY))
def test_a_canary_is_found_however_it_is_spelled(form: str) -> None:
    assert tells(f"<p>so {form} so</p>")
    assert not tells("<p>so so</p>")


def test_a_canary_is_found_inside_a_cursor_and_a_token() -> None:
    for value in (CANARY, ["x" * 99, CANARY, "x" * 99]):
        assert tells(f'{{"next":"{sign([b"key"], "any", value=value)}"}}')
