"""What must hold of the table, whatever happened before.

``read_truth`` reads the whole table; the checks judge it without the store's code.  What must hold of
all that people can read is in ``tests/readings.py``.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from chalicelib.store.engine.attributes import item_from_wire
from tests.counted import COUNTED_CHECKS
from tests.lagging import whole_table
from tests.world import World

Item = dict[str, Any]

ALIVE = ("pending", "published", "rejected", "spam")
ALLOWED = {
    "approve": {(before, "published") for before in ALIVE},
    "reject": {(before, "rejected") for before in ALIVE},
    "spam": {(before, "spam") for before in ALIVE},
    "restore": {("rejected", "pending"), ("spam", "pending")},
    "delete": {(before, "deleted") for before in ALIVE},
    "withdraw": {(before, "deleted") for before in ALIVE},
    "edit": {("pending", "published"), ("published", "pending")} | {(status, status) for status in ALIVE},
    "reply": {("", "published")},
    "undo": {(before, after) for before in ALIVE for after in ALIVE if before != after},
}
BARE = {
    "pk",
    "sk",
    "v",
    "status",
    "ver",
    "post",
    "path",
    "parent",
    "at",
    "first",
    "children",
    "gone",
    "op",
    "via",
    "qpk",
    "qsk",
}
PLACE = {"pk", "sk", "v", "parent", "ppk", "psk", "gone"}


@dataclass(frozen=True)
class Truth:
    """The whole table at one moment."""

    items: list[Item]

    @cached_property
    def comments(self) -> dict[str, Item]:
        """By id."""
        return self._of_comments("C")

    @cached_property
    def places(self) -> dict[str, Item]:
        """Tombstones, by their comments' ids."""
        return self._of_comments("T")

    def _of_comments(self, kind: str) -> dict[str, Item]:
        return {id_of(item): item for item in self.items if item["pk"].startswith("C#") and item["sk"] == kind}

    @cached_property
    def posts(self) -> dict[str, Item]:
        """By key."""
        return {item["post"]: item for item in self.items if item["pk"].startswith("P#")}

    @cached_property
    def audit(self) -> list[Item]:
        """All audit rows, oldest first."""
        return sorted((item for item in self.items if item["sk"][0] == "L"), key=lambda item: str(item["op"]))

    @cached_property
    def bulks(self) -> dict[str, Item]:
        """By id."""
        return {item["op"]: item for item in self.items if item["pk"].startswith("J#")}

    @cached_property
    def records(self) -> dict[str, Item]:
        """How moderators decided, by author's hash."""
        return {item["pk"].removeprefix("A#"): item for item in self.items if item["sk"] == "A"}

    @cached_property
    def markers(self) -> dict[str, Item]:
        """What lists flagged comments, by their ids."""
        return self._of_comments("Q")

    @cached_property
    def _reactions(self) -> dict[tuple[str, str], dict[str, Item]]:
        found: dict[tuple[str, str], dict[str, Item]] = {}
        for item in self.items:
            kind = item["sk"][:2]
            if item["pk"].startswith("C#") and kind in {"V#", "F#", "N#"}:
                found.setdefault((kind, id_of(item)), {})[item["sk"][2:]] = item
        return found

    def reactions(self, kind: str, comment_id: str) -> dict[str, Item]:
        """Votes (``V#``) or flags (``F#``) by their author's hash, or counters (``N#``) by what they count."""
        return self._reactions.get((kind, comment_id), {})

    @cached_property
    def earlier(self) -> dict[str, Item]:
        """What comments said before a moderator edited them, by their ids."""
        return self._of_comments("E")

    @cached_property
    def visible_children(self) -> Counter[str]:
        """How many places hang directly below each comment."""
        return Counter(item.get("parent", "") for item in self.comments.values() if is_visible(item))

    def rows_of(self, comment_id: str) -> list[Item]:
        """The comment's audit rows, in the order of the versions that they made."""
        rows = [row for row in self.audit if row["pk"] == f"C#{comment_id}" and row["act"] != "move"]
        return sorted(rows, key=lambda row: int(row["ver"]))

    def moves_of(self, comment_id: str) -> list[Item]:
        """The rows that tell where the comment was moved, oldest first."""
        return [row for row in self.audit if row["pk"] == f"C#{comment_id}" and row["act"] == "move"]

    def visible(self, post: str) -> list[Item]:
        """The comments that have a place in the public thread, in the order of their paths."""
        found = [item for item in self.comments.values() if item["post"] == post and is_visible(item)]
        return sorted(found, key=lambda item: cast("str", item["path"]))


def read_truth(world: World) -> Truth:
    """The table as it is now."""
    table = world.runtime.table
    return Truth([item_from_wire(item) for item in whole_table(table.client, table.name)])


def id_of(item: Item) -> str:
    """The comment's id, of anything in its partition."""
    return cast("str", item["pk"]).removeprefix("C#")


def is_public(item: Item) -> bool:
    """Everybody may read it."""
    return bool(item["status"] == "published")


def is_visible(item: Item) -> bool:
    """It has a place in the public thread."""
    return is_public(item) or "gone" in item


# The table


def only_what_is_published_has_public_keys(truth: Truth) -> None:
    for item in truth.comments.values():
        keys = {name: item[name] for name in ("ppk", "psk", "rpk", "rsk") if name in item}
        wanted = {"ppk": f"P#{item['post']}", "psk": item["path"], "rpk": "PUBLISHED", "rsk": item.get("rsk")}
        assert keys == (wanted if is_public(item) else {}), item
    others = [item for item in truth.items if item["sk"] not in {"C", "T"}]
    assert not [item for item in others if "ppk" in item or "rpk" in item]


def every_comment_is_listed_under_its_status(truth: Truth) -> None:
    for item in truth.comments.values():
        assert re.fullmatch(rf"{item['status'].upper()}#[0-3]", item["qpk"]), item
        assert item["qsk"] == item["path"].rpartition("#")[2], item


def counts_are_exact(truth: Truth) -> None:
    published = Counter(item["post"] for item in truth.comments.values() if is_public(item))
    assert {key: post.get("n", 0) for key, post in truth.posts.items()} == {key: published[key] for key in truth.posts}
    assert {item["post"] for item in truth.comments.values()} <= set(truth.posts)


def a_tombstone_stands_exactly_where_visible_replies_need_it(truth: Truth) -> None:
    needed = {key for key, item in truth.comments.items() if not is_public(item) and truth.visible_children[key]}
    assert {key for key, item in truth.comments.items() if item.get("gone")} == needed
    assert set(truth.places) == needed
    for key, place in truth.places.items():
        assert set(place) <= PLACE, place
        assert (place["ppk"], place["psk"]) == (f"P#{truth.comments[key]['post']}", truth.comments[key]["path"])


def visible_replies_are_counted_on_what_they_answer(truth: Truth) -> None:
    counted = {key: item.get("children", 0) for key, item in truth.comments.items()}
    assert counted == {key: truth.visible_children[key] for key in truth.comments}


def what_a_visible_comment_answers_is_visible(truth: Truth) -> None:
    for item in truth.comments.values():
        if "parent" in item:
            above = truth.comments[item["parent"]]
            assert is_visible(above) or not is_visible(item), item
            assert item["path"].rpartition("#")[0] == above["path"], item
            assert item["post"] == above["post"], item


def the_audit_tells_every_change_and_only_allowed_ones(truth: Truth) -> None:
    for key, item in truth.comments.items():
        rows = truth.rows_of(key)
        statuses = [row["to"] for row in rows]
        assert [row["frm"] for row in rows[1:]] == statuses[:-1], rows
        assert not rows or rows[0].get("frm", "") in {"", "pending", "published", "spam"}, rows
        assert not rows or statuses[-1] == item["status"], rows
        assert all((row.get("frm", ""), row["to"]) in ALLOWED[row["act"]] for row in rows), rows
        versions = [row["ver"] for row in rows]
        assert versions == sorted(set(versions)), rows
        assert all(version <= item["ver"] for version in versions), rows
        assert [row["act"] for row in rows if row["ver"] == 1] == [row["act"] for row in rows if "frm" not in row]


def a_comment_is_where_its_moves_brought_it(truth: Truth) -> None:
    for key, item in truth.comments.items():
        moves = truth.moves_of(key)
        assert [row["frm"] for row in moves[1:]] == [row["to"] for row in moves[:-1]], moves
        assert not moves or moves[-1]["to"] == item["post"], item
        assert not any("qpk" in row for row in moves), moves
        standing = truth.posts[item["post"]].get("moves", [])
        assert set(item.get("via", [])[-1:]) <= {*standing, *undoing(truth, item["post"])}, item


def undoing(truth: Truth, post: str) -> set[str]:
    """The move that is being taken back from a post."""
    job = truth.bulks.get(truth.posts[post].get("moving", ""), {})
    return {job["undoes"]} if "undoes" in job else set()


def posts_are_closed_exactly_while_a_move_goes_on_with_them(truth: Truth) -> None:
    moves = {key: job for key, job in truth.bulks.items() if job["work"] == "move" and "qpk" in job}
    moving = {post["post"]: post["moving"] for post in truth.posts.values() if "moving" in post}
    assert moving == {job[name]: key for key, job in moves.items() for name in ("from", "to")}
    assert all(truth.posts[post]["closed"] for post in moving)


def only_moderators_replies_bear_a_badge(truth: Truth) -> None:
    for key, item in truth.comments.items():
        replied = [row for row in truth.rows_of(key) if row["act"] == "reply"]
        assert len(replied) == (1 if item.get("badge") else 0) or item["status"] == "deleted", item


def only_moderators_edit_without_a_change_of_status(truth: Truth) -> None:
    for row in truth.audit:
        if row["act"] == "edit":
            assert (row["frm"] == row["to"]) == (row["by"] != "author"), row


def what_was_taken_back_says_by_what(truth: Truth) -> None:
    rows = {row["op"]: row for row in truth.audit}
    undoing = {row["op"]: row["undoes"] for row in truth.audit if "undoes" in row}
    assert {row["undone"]: row["op"] for row in truth.audit if "undone" in row} == undoing
    for undo, undone in undoing.items():
        assert (rows[undo].get("frm"), rows[undo].get("to")) == (rows[undone].get("to"), rows[undone].get("frm"))


def a_bulk_names_what_it_decided(truth: Truth) -> None:
    for row in truth.audit:
        if "bulk" in row:
            assert id_of(row) in truth.bulks[row["bulk"]]["ids"], row


def of_what_is_deleted_only_the_place_is_left(truth: Truth) -> None:
    for item in truth.comments.values():
        if item["status"] == "deleted":
            assert set(item) <= BARE, item


TABLE_CHECKS: tuple[Callable[[Truth], None], ...] = (
    only_what_is_published_has_public_keys,
    every_comment_is_listed_under_its_status,
    counts_are_exact,
    a_tombstone_stands_exactly_where_visible_replies_need_it,
    visible_replies_are_counted_on_what_they_answer,
    what_a_visible_comment_answers_is_visible,
    the_audit_tells_every_change_and_only_allowed_ones,
    a_comment_is_where_its_moves_brought_it,
    posts_are_closed_exactly_while_a_move_goes_on_with_them,
    only_moderators_replies_bear_a_badge,
    only_moderators_edit_without_a_change_of_status,
    what_was_taken_back_says_by_what,
    a_bulk_names_what_it_decided,
    of_what_is_deleted_only_the_place_is_left,
    *COUNTED_CHECKS,
)


def check_table(truth: Truth) -> None:
    """Everything that the table alone shows."""
    for check in TABLE_CHECKS:
        check(truth)
