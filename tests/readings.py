"""What must hold of all that people can read, compared with the truth in the table.

A *canary* is a word that occurs in one comment's text, name or link only, so that it tells in any
public byte where it came from.
"""

import base64
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from chalicelib import runtime as runtimes
from chalicelib.core.ids import ulid_iso
from chalicelib.store.engine.attributes import item_to_wire
from tests.counted import DECISIVE
from tests.invariants import Item, Truth, id_of, is_public, is_visible
from tests.world import Reply, World, new_world

CANARY = re.compile(r"canary[0-9]+x")
PLACE = {"pk", "sk", "v", "post", "path", "parent", "gone"}
SHOWN = (
    PLACE
    | {"status", "name", "link", "avatar", "html", "at", "edited", "up", "down", "badge"}
    | {"ppk", "psk", "rpk", "rsk"}
)
FEW = 10  # comments: less would be no feed
FILLER = {"status": "deleted", "ver": 1, "at": "2000-01-01T00:00:00.000Z", "first": "-"}  # what no reader sees


def canary(number: int) -> str:
    """A word that occurs nowhere else."""
    return f"canary{number}x"


def canaries(*texts: str) -> set[str]:
    """All that occur."""
    return {word for text in texts for word in CANARY.findall(text)}


# Everybody


def pages(world: World, route: str, **query: str) -> Iterator[Reply]:
    """All pages of a list, by its cursor."""
    path = {"comment_id": query.pop("comment_id")} if "comment_id" in query else None
    while True:
        reply = world.get(route, query=query, path=path)
        yield reply
        if reply.status != 200 or not reply.json.get("next"):
            return
        query["cursor"] = reply.json["next"]


def lists(world: World, post: str, limit: int) -> dict[str, list[Reply]]:
    """A post's comments in both orders."""
    asked = {"post": post, "limit": str(limit)}
    return {sort: list(pages(world, "/v1/comments", sort=sort, **asked)) for sort in ("newest", "oldest")}


CHECKED = (
    *("id", "post", "parent", "status", "name", "link", "avatar", "html"),
    *("created", "edited", "published", "up", "down", "moderator", "gone"),
)


def shown(replies: list[Reply]) -> list[Any]:
    """The comments of all pages, in the fields that are checked here."""
    assert all(reply.status == 200 for reply in replies), [reply.text for reply in replies]
    return [{name: comment[name] for name in CHECKED} for reply in replies for comment in reply.json["comments"]]


def public_shape(item: Item) -> dict[str, Any]:
    """What everybody reads of a visible comment, in the fields that are checked here."""
    gone = not is_public(item)
    words: Item = {} if gone else item
    return {
        "id": id_of(item),
        "post": item["post"],
        "parent": item.get("parent"),
        "status": "deleted" if gone else "published",
        "name": words.get("name"),
        "link": words.get("link"),
        "avatar": words.get("avatar", ""),
        "html": words.get("html", ""),
        "created": words.get("at"),
        "edited": words.get("edited"),
        "published": ulid_iso(words["rsk"]) if words.get("rsk") else None,
        "up": words.get("up", 0),
        "down": words.get("down", 0),
        "moderator": words.get("badge", False),
        "gone": gone,
    }


def in_order(visible: list[Item], sort: str) -> list[Item]:
    """Threads in the order asked for, each in the order of a conversation."""
    threads: dict[str, list[Item]] = {}
    for item in visible:
        threads.setdefault(item["path"].partition("#")[0], []).append(item)
    roots = sorted(threads, reverse=sort == "newest")
    return [item for root in roots for item in threads[root]]


def a_post_shows_exactly_its_visible_comments(world: World, truth: Truth, post: str, limit: int) -> list[Reply]:
    """Both orders, page by page."""
    found = lists(world, post, limit)
    visible = truth.visible(post)
    for sort, replies in found.items():
        assert shown(replies) == [public_shape(item) for item in in_order(visible, sort)], sort
        assert {reply.json["count"] for reply in replies} == {truth.posts.get(post, {}).get("n", 0)}
        assert {reply.json["closed"] for reply in replies} == {"closed" in truth.posts.get(post, {})}
    return [reply for replies in found.values() for reply in replies]


def a_comment_is_found_exactly_while_it_is_public(world: World, truth: Truth, comment_id: str) -> list[Reply]:
    """By its permalink, and by the replies below it."""
    item = truth.comments[comment_id]
    one = world.get("/v1/comments/{comment_id}", path={"comment_id": comment_id})
    assert one.status == (200 if is_public(item) else 404), one.text
    visible = truth.visible(item["post"])
    if is_public(item):
        above = [public_shape(each) for each in visible if f"{item['path']}#".startswith(f"{each['path']}#")]
        assert shown([one])[: len(above)] == above
    below = list(pages(world, "/v1/comments/{comment_id}/replies", comment_id=comment_id, limit="2"))
    if is_visible(item):
        inside = [public_shape(each) for each in visible if each["path"].startswith(f"{item['path']}#")]
        assert shown(below) == inside
    else:
        assert [reply.status for reply in below] == [404]
    return [one, *below]


def counts_say_what_is_published(world: World, truth: Truth) -> list[Reply]:
    """All posts at once."""
    if not truth.posts:
        return []
    reply = world.get("/v1/counts", query={"post": list(truth.posts)})
    assert reply.json["counts"] == {key: post.get("n", 0) for key, post in truth.posts.items()}
    return [reply]


def bytes_of(reply: Reply) -> str:
    """Every public byte of an answer: body, headers, and what a cursor holds."""
    cursor = (reply.json.get("next") or "") if reply.status == 200 else ""
    return "\n".join([reply.text, *map(str, reply.headers.values()), opened(cursor)])


def opened(cursor: str) -> str:
    """What is written inside a signed cursor, compressed or not."""
    payload = cursor.rpartition(".")[0]
    data = base64.urlsafe_b64decode(payload.lstrip(".") + "===")
    return (zlib.decompress(data) if payload.startswith(".") else data).decode()


def nothing_hidden_is_in(replies: Iterable[Reply], truth: Truth) -> None:
    """Only words that are public now, and no id or time of what has no place in the thread."""
    text = "\n".join(map(bytes_of, replies))
    comments = truth.comments.values()
    words = [str(item.get(name, "")) for item in comments if is_public(item) for name in ("text", "name", "link")]
    words += [str(post.get("title", "")) for post in truth.posts.values()]
    assert canaries(text) <= canaries(*words)
    hidden = [item for item in comments if not is_visible(item)]
    assert not [item for item in hidden if id_of(item) in text or item["qsk"] in text]


def check_public(world: World, truth: Truth, *, limit: int = 25) -> None:
    """Everything that everybody may read, of all posts."""
    replies = counts_say_what_is_published(world, truth)
    for post in truth.posts:
        replies += a_post_shows_exactly_its_visible_comments(world, truth, post, limit)
    for comment_id in truth.comments:
        replies += a_comment_is_found_exactly_while_it_is_public(world, truth, comment_id)
    nothing_hidden_is_in(replies, truth)


# Moderators


def queued(world: World, status: str, limit: int) -> list[Any]:
    """A whole list of the queue's."""
    found: list[Any] = []
    cursor = ""
    while True:
        query = {"status": status, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        reply = world.get("/v1/moderation/queue", query=query, token=world.token)
        assert reply.status == 200, reply.text
        found += reply.json["comments"]
        cursor = reply.json.get("next") or ""
        if not cursor:
            return found


def the_queue_is_exactly_what_waits(world: World, truth: Truth, *, status: str = "pending", limit: int = 25) -> None:
    """Those that wait, or are flagged, oldest first, all others newest first."""
    flagged = status == "flagged"
    kept = "published" if flagged else status
    items = [item for item in truth.comments.values() if item["status"] == kept and (item.get("flags") or not flagged)]
    wanted = sorted(items, key=lambda item: cast("str", item["qsk"]), reverse=status not in {"pending", "flagged"})
    found = queued(world, status, limit)
    assert [(each["id"], each["version"], each["text"]) for each in found] == [
        (id_of(item), item["ver"], item.get("text", "")) for item in wanted
    ]


def the_audit_is_readable(world: World, truth: Truth) -> None:
    """Page by page, newest first."""
    found: list[str] = []
    query = {"limit": "100"}
    while True:
        reply = world.get("/v1/moderation/audit", query=query, token=world.token)
        found += [entry["id"] for entry in reply.json["entries"]]
        if not reply.json.get("next"):
            break
        query["cursor"] = reply.json["next"]
    assert found == [row["op"] for row in reversed(truth.audit) if "qpk" in row]


def the_figures_are_those_of_the_table(world: World, truth: Truth) -> None:
    """How many wait, and each day's decisions."""
    found = world.get("/v1/moderation/stats", query={"days": "90"}, token=world.token).json
    assert found["waiting"] == sum(item["status"] == "pending" for item in truth.comments.values())
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for row in truth.audit:
        if row["act"] in DECISIVE:
            by[row["at"][:10]][row["by"]] += 1
    for day in found["days"]:
        assert day["by"] == by[day["day"]]
        assert sum(day["decisions"].values()) == sum(day["by"].values())


# Everybody's own


def everybodys_own_list_is_theirs(world: World, truth: Truth, tokens: Mapping[str, str]) -> None:
    """In any status, newest first.  ``tokens`` are by author's hash."""
    for author, token in tokens.items():
        items = [item for item in truth.comments.values() if item.get("apk") == author]
        wanted = [id_of(item) for item in sorted(items, key=lambda item: str(item["qsk"]), reverse=True)]
        found: list[str] = []
        query = {"limit": "2"}
        while True:
            reply = world.get("/v1/mine", query=query, token=token).json
            found += [comment["id"] for comment in reply["comments"]]
            if not reply["next"]:
                break
            query["cursor"] = reply["next"]
        assert found == wanted


def the_feeds_show_what_is_published(world: World, truth: Truth) -> None:
    """The newest of the site, by the time of their publication."""
    items = [item for item in truth.comments.values() if is_public(item)]
    wanted = [id_of(item) for item in sorted(items, key=lambda item: str(item["rsk"]), reverse=True)]
    latest = world.get("/v1/latest")
    found = [comment["id"] for comment in latest.json["comments"]]
    assert found == wanted[: len(found)]
    assert len(found) == len(wanted) or len(found) >= FEW
    atom = world.get("/v1/feed.atom").text
    assert canaries(latest.text, atom) <= canaries(*(json.dumps(item) for item in items))


# The twin: a world in which nothing hidden ever was


def twin(world: World, truth: Truth) -> World:
    """The same service on a table that holds only what everybody may know."""
    chosen = world.runtime.settings
    other = new_world(world.runtime.table.client, secret=chosen.secret, memo_seconds=chosen.memo_seconds)
    other.clock.time = world.clock.time
    table = other.runtime.table
    for item in public_items(truth):
        table.client.put_item(TableName=table.name, Item=item_to_wire(item))
    return other


def public_items(truth: Truth) -> Iterator[Item]:
    """Posts, published comments and tombstones, each with nothing but what is public."""
    for key, post in truth.posts.items():
        shown = {"n": post.get("n", 0), "closed": "closed" in post, "title": post.get("title", "")}
        yield {"pk": f"P#{key}", "sk": "M", **shown}
    yield from truth.places.values()
    for item in truth.comments.values():
        if is_visible(item):
            known = SHOWN if is_public(item) else PLACE
            yield FILLER | {name: value for name, value in item.items() if name in known}


def asked_of_everything(truth: Truth) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every public question about every post and comment."""
    for post in truth.posts:
        for sort in ("newest", "oldest"):
            yield "/v1/comments", {"query": {"post": post, "sort": sort, "limit": "2"}}
        yield "/v1/counts", {"query": {"post": [post]}}
    for comment_id in truth.comments:
        for route in ("/v1/comments/{comment_id}", "/v1/comments/{comment_id}/replies"):
            yield route, {"path": {"comment_id": comment_id}}


def what_is_hidden_changes_no_public_byte(world: World, truth: Truth) -> None:
    """Compare every public answer, headers too, with that of a world without anything hidden."""
    other = twin(world, truth)
    ours = [world.get(route, **asked) for route, asked in asked_of_everything(truth)]
    runtimes.use(other.runtime)
    try:
        theirs = [other.get(route, **asked) for route, asked in asked_of_everything(truth)]
    finally:
        runtimes.use(world.runtime)
        other.runtime.table.client.delete_table(TableName=other.runtime.table.name)
    assert ours == theirs
