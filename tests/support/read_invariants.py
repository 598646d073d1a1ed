"""Invariants of everything that people can read, compared with the table.

A *canary* is a word that occurs only in one comment's text, name or link, so that its origin is known
wherever it appears.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, cast

from chalicelib import runtime as runtimes
from chalicelib.core.ids import ulid_iso
from chalicelib.core.times import EPOCH, iso
from chalicelib.store.engine.attributes import item_to_wire
from tests.support.canaries import decoded_cursors
from tests.support.counter_invariants import DECISIVE
from tests.support.invariants import Item, Truth, id_of, is_public, is_visible
from tests.support.world import Response, World, new_world

CANARY = re.compile(r"canary[0-9]+x")
TOMBSTONE_ATTRIBUTES = {"pk", "sk", "post", "path", "tombstone"}
PUBLIC_ATTRIBUTES = TOMBSTONE_ATTRIBUTES | {"status", "public", "counters", "ppk", "psk", "rpk", "rsk"}
MIN_FEED_LENGTH = 10  # comments: less would be no feed
PRIVATE_FILLER = {"status": "deleted", "ver": 1, "first": "-"}  # what no reader sees


def canary(number: int) -> str:
    """A unique canary word."""
    return f"canary{number}x"


def canaries(*texts: str) -> set[str]:
    """All canary words in the texts."""
    return {word for text in texts for word in CANARY.findall(text)}


# Everybody


def pages(world: World, route: str, **query: str) -> Iterator[Response]:
    """All pages of a list."""
    path = {"comment_id": query.pop("comment_id")} if "comment_id" in query else None
    while True:
        response = world.get(route, query=query, path=path)
        yield response
        if response.status != 200 or not response.json.get("next"):
            return
        query["cursor"] = response.json["next"]


def lists_in_both_orders(world: World, post: str, limit: int) -> dict[str, list[Response]]:
    """A post's comments in both orders."""
    asked = {"post": post, "limit": str(limit)}
    return {sort: list(pages(world, "/v1/comments", sort=sort, **asked)) for sort in ("newest", "oldest")}


CHECKED_FIELDS = (
    *("id", "post", "parent", "status", "name", "link", "avatar", "html"),
    *("created", "edited", "published", "up", "down", "moderator", "gone"),
)


def checked_fields(responses: list[Response]) -> list[Any]:
    """The comments of all pages, reduced to the checked fields."""
    assert all(response.status == 200 for response in responses), [response.text for response in responses]
    return [
        {name: comment[name] for name in CHECKED_FIELDS}
        for response in responses
        for comment in response.json["comments"]
    ]


def public_fields_of(item: Item) -> dict[str, Any]:
    """The public fields of a visible comment, reduced to the checked ones."""
    gone = not is_public(item)
    words: Item = {} if gone else item["public"]
    counters: Item = {} if gone else item["counters"]
    return {
        "id": id_of(item),
        "post": item["post"],
        "parent": item["public"].get("parent"),
        "status": "deleted" if gone else "published",
        "name": words.get("name"),
        "link": words.get("link"),
        "avatar": words.get("avatar", ""),
        "html": words.get("html", ""),
        "created": time_of(words, "created"),
        "edited": time_of(words, "edited"),
        "published": None if gone else ulid_iso(item["rsk"]),
        "up": counters.get("up", 0),
        "down": counters.get("down", 0),
        "moderator": words.get("moderator", False),
        "gone": gone,
    }


def time_of(words: Item, name: str) -> str | None:
    """A time of the map of public fields, which holds milliseconds since 1970."""
    return iso(EPOCH + timedelta(milliseconds=words[name])) if name in words else None


def in_order(visible: list[Item], sort: str) -> list[Item]:
    """Comments by thread in the given order, each thread in conversation order."""
    threads: dict[str, list[Item]] = {}
    for item in visible:
        threads.setdefault(item["path"].partition("#")[0], []).append(item)
    roots = sorted(threads, reverse=sort == "newest")
    return [item for root in roots for item in threads[root]]


def a_post_shows_exactly_its_visible_comments(world: World, truth: Truth, post: str, limit: int) -> list[Response]:
    """In both orders, page by page."""
    found = lists_in_both_orders(world, post, limit)
    visible = truth.visible(post)
    for sort, responses in found.items():
        assert checked_fields(responses) == [public_fields_of(item) for item in in_order(visible, sort)], sort
        assert {response.json["count"] for response in responses} == {truth.posts.get(post, {}).get("n", 0)}
        assert {response.json["closed"] for response in responses} == {"closed" in truth.posts.get(post, {})}
    return [response for responses in found.values() for response in responses]


def a_comment_can_be_read_exactly_while_it_is_public(world: World, truth: Truth, comment_id: str) -> list[Response]:
    """By its permalink, and by the replies below it."""
    item = truth.comments[comment_id]
    one = world.get("/v1/comments/{comment_id}", path={"comment_id": comment_id})
    assert one.status == (200 if is_public(item) else 404), one.text
    visible = truth.visible(item["post"])
    if is_public(item):
        above = [public_fields_of(each) for each in visible if f"{item['path']}#".startswith(f"{each['path']}#")]
        assert checked_fields([one])[: len(above)] == above
    below = list(pages(world, "/v1/comments/{comment_id}/replies", comment_id=comment_id, limit="2"))
    if is_visible(item):
        inside = [public_fields_of(each) for each in visible if each["path"].startswith(f"{item['path']}#")]
        assert checked_fields(below) == inside
    else:
        assert [response.status for response in below] == [404]
    return [one, *below]


def counts_match_published_comments(world: World, truth: Truth) -> list[Response]:
    """The counts of all posts."""
    if not truth.posts:
        return []
    response = world.get("/v1/counts", query={"post": list(truth.posts)})
    assert response.json["counts"] == {key: post.get("n", 0) for key, post in truth.posts.items()}
    return [response]


def public_bytes_of(response: Response) -> str:
    """Every public byte of a response: body, headers, and the content of a signed cursor."""
    return "\n".join([response.text, *map(str, response.headers.values()), *decoded_cursors(response.text)])


def no_response_contains_hidden_data(replies: Iterable[Response], truth: Truth) -> None:
    """No hidden text, and no id or time of an invisible comment."""
    text = "\n".join(map(public_bytes_of, replies))
    comments = truth.comments.values()
    words = [str(item.get(name, "")) for item in comments if is_public(item) for name in ("text", "name", "link")]
    words += [str(post.get("title", "")) for post in truth.posts.values()]
    assert canaries(text) <= canaries(*words)
    hidden = [item for item in comments if not is_visible(item)]
    assert not [item for item in hidden if id_of(item) in text or item["qsk"] in text]


def check_public(world: World, truth: Truth, *, limit: int = 25) -> None:
    """Check everything public of all posts."""
    replies = counts_match_published_comments(world, truth)
    for post in truth.posts:
        replies += a_post_shows_exactly_its_visible_comments(world, truth, post, limit)
    for comment_id in truth.comments:
        replies += a_comment_can_be_read_exactly_while_it_is_public(world, truth, comment_id)
    no_response_contains_hidden_data(replies, truth)


# Moderators


def whole_queue(world: World, status: str, limit: int) -> list[Any]:
    """All pages of a list of the queue."""
    found: list[Any] = []
    cursor = ""
    while True:
        query = {"status": status, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        response = world.get("/v1/moderation/queue", query=query, token=world.token)
        assert response.status == 200, response.text
        found += response.json["comments"]
        cursor = response.json.get("next") or ""
        if not cursor:
            return found


def the_queue_lists_exactly_the_waiting_comments(
    world: World, truth: Truth, *, status: str = "pending", limit: int = 25
) -> None:
    """Held and flagged comments oldest first, with pending edits by their own time; all others newest first."""
    flagged = status == "flagged"
    kept = "published" if flagged else status
    items = [item for item in truth.comments.values() if item["status"] == kept and (item.get("flags") or not flagged)]
    places = [(cast("str", item["qsk"]), item) for item in items]
    if status == "pending":
        places += [(item["edit"]["id"], item) for item in truth.comments.values() if "edit" in item]
    wanted = [
        item for _, item in sorted(places, key=lambda place: place[0], reverse=status not in {"pending", "flagged"})
    ]
    found = whole_queue(world, status, limit)
    assert [(each["id"], each["version"], each["text"], edit_of(each)) for each in found] == [
        (id_of(item), item["ver"], item.get("text", ""), item.get("edit", {}).get("text")) for item in wanted
    ]


def edit_of(comment: Any) -> str | None:
    """The text of the pending edit of a comment in a response."""
    edit = comment["pending_edit"]
    return cast("str", edit["text"]) if edit else None


def the_audit_log_lists_every_entry(world: World, truth: Truth) -> None:
    """Page by page, newest first."""
    found: list[tuple[object, ...]] = []
    query = {"limit": "100"}
    while True:
        response = world.get("/v1/moderation/audit", query=query, token=world.token)
        for entry in response.json["entries"]:
            about = (entry[name] for name in ("id", "action", "comment", "post", "version", "bulk"))
            found.append((*about, entry["actor"]["kind"], entry["actor"]["id"], entry["parameters"]))
        if not response.json.get("next"):
            break
        query["cursor"] = response.json["next"]
    assert found == [
        (
            *(row["op"], row["act"], id_of(row) if row["pk"].startswith("C#") else None),
            *(row.get(name) for name in ("post", "ver", "bulk")),
            *(row["actor"], row.get("by"), row.get("params", {})),
        )
        for row in reversed(truth.audit)
        if "qpk" in row
    ]


def the_stats_match_the_table(world: World, truth: Truth) -> None:
    """The number of held comments, and each day's decisions."""
    found = world.get("/v1/moderation/stats", query={"days": "90"}, token=world.token).json
    assert found["waiting"] == sum(item["status"] == "pending" or "edit" in item for item in truth.comments.values())
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for row in truth.audit:
        if row["act"] in DECISIVE and row["actor"] == "moderator":
            by[row["at"][:10]][row["by"]] += 1
    for day in found["days"]:
        assert day["by"] == by[day["day"]]
        assert sum(day["decisions"].values()) == sum(day["by"].values())


# Everybody's own


def every_author_sees_exactly_their_own_comments(world: World, truth: Truth, tokens: Mapping[str, str]) -> None:
    """In any status, newest first.  ``tokens`` are by author's hash."""
    for author, token in tokens.items():
        items = [item for item in truth.comments.values() if item.get("apk") == author]
        newest_first = sorted(items, key=lambda item: str(item["qsk"]), reverse=True)
        wanted = [(id_of(item), item.get("edit", {}).get("text")) for item in newest_first]
        found: list[tuple[str, str | None]] = []
        query = {"limit": "2"}
        while True:
            reply = world.get("/v1/mine", query=query, token=token).json
            found += [(comment["id"], edit_of(comment)) for comment in reply["comments"]]
            if not reply["next"]:
                break
            query["cursor"] = reply["next"]
        assert found == wanted


def the_feeds_list_published_comments(world: World, truth: Truth) -> None:
    """The latest comments of the site, by publication."""
    items = [item for item in truth.comments.values() if is_public(item)]
    wanted = [id_of(item) for item in sorted(items, key=lambda item: str(item["rsk"]), reverse=True)]
    latest = world.get("/v1/latest")
    found = [comment["id"] for comment in latest.json["comments"]]
    assert found == wanted[: len(found)]
    assert len(found) == len(wanted) or len(found) >= MIN_FEED_LENGTH
    atom = world.get("/v1/feed.atom").text
    assert canaries(latest.text, atom) <= canaries(*map(approved_words, items))


def approved_words(item: Item) -> str:
    """The words of a published comment, without those of its pending edit."""
    return json.dumps({name: value for name, value in item.items() if name != "edit"})


# The twin: a world in which nothing hidden ever was


def public_twin(world: World, truth: Truth) -> World:
    """The service on a copy of the table with only the public data."""
    chosen = world.runtime.settings
    other = new_world(world.runtime.table.client, secret=chosen.secret, memo_seconds=chosen.memo_seconds)
    other.clock.time = world.clock.time
    table = other.runtime.table
    for item in public_items(truth):
        table.client.put_item(TableName=table.name, Item=item_to_wire(item))
    return other


def public_items(truth: Truth) -> Iterator[Item]:
    """Posts, published comments and tombstones, with public attributes only."""
    for key, post in truth.posts.items():
        fields = {"n": post.get("n", 0), "closed": "closed" in post, "title": post.get("title", "")}
        yield {"pk": f"P#{key}", "sk": "M", **fields}
    yield from truth.places.values()
    for item in truth.comments.values():
        if is_visible(item):
            known = PUBLIC_ATTRIBUTES if is_public(item) else TOMBSTONE_ATTRIBUTES
            maps = {} if is_public(item) else {"public": place_of(item), "counters": {}}
            yield PRIVATE_FILLER | {name: value for name, value in item.items() if name in known} | maps


def place_of(item: Item) -> Item:
    """What a tombstoned comment's map of public fields must at least contain: its parent, and some time."""
    parent = {"parent": item["public"]["parent"]} if "parent" in item["public"] else {}
    return {"created": 946_684_800_000, **parent}


def requests_for_everything(truth: Truth) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every public request about every post and comment."""
    for post in truth.posts:
        for sort in ("newest", "oldest"):
            yield "/v1/comments", {"query": {"post": post, "sort": sort, "limit": "2"}}
        yield "/v1/counts", {"query": {"post": [post]}}
    for comment_id in truth.comments:
        for route in ("/v1/comments/{comment_id}", "/v1/comments/{comment_id}/replies"):
            yield route, {"path": {"comment_id": comment_id}}


def hidden_data_changes_no_public_response(world: World, truth: Truth) -> None:
    """Compare every public response, with headers, with that of a world without hidden data."""
    other = public_twin(world, truth)
    ours = [world.get(route, **asked) for route, asked in requests_for_everything(truth)]
    runtimes.use_runtime(other.runtime)
    try:
        theirs = [other.get(route, **asked) for route, asked in requests_for_everything(truth)]
    finally:
        runtimes.use_runtime(world.runtime)
        other.runtime.table.client.delete_table(TableName=other.runtime.table.name)
    assert ours == theirs
