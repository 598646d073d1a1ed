"""Invariants of the table.

``read_truth`` reads the whole table; the checks judge it without the store's code.  The invariants of
what people can read are in ``tests/support/read_invariants.py``.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from chalicelib.core.ids import ulid_milliseconds
from chalicelib.core.totals import Totals, totals_of
from chalicelib.store.engine.attributes import item_from_wire
from chalicelib.store.items import comment_from_item
from tests.support.counter_invariants import COUNTER_CHECKS
from tests.support.edit_invariants import EDIT_CHECKS, is_allowed_for_edit
from tests.support.lagging_indexes import whole_table
from tests.support.world import World

Item = dict[str, Any]

ALIVE = ("pending", "published", "rejected", "spam")
ALLOWED = {
    "approve": {(before, "published") for before in ALIVE},
    "reject": {(before, "rejected") for before in ALIVE},
    "spam": {(before, "spam") for before in ALIVE},
    "restore": {("rejected", "pending"), ("spam", "pending")},
    "delete": {(before, "deleted") for before in ALIVE},
    "withdraw": {(before, "deleted") for before in ALIVE},
    "erase": {(before, "deleted") for before in ALIVE},
    "edit": {("pending", "published")} | {(status, status) for status in ALIVE},
    "reply": {("", "published")},
    "undo": {(before, after) for before in ALIVE for after in ALIVE if before != after},
}
ACTORS = {
    "delete": {"moderator", "timer"},
    "edit": {"moderator", "author"},
    "withdraw": {"author"},
    "erase": {"author"},
    "flag": {"reader"},
    "move": {"moderator", "command_line"},
    "invite": {"moderator", "command_line"},
    "dismiss": {"moderator", "command_line"},
}  # of all other actions: moderators
TOMBSTONED_ATTRIBUTES = {
    "pk",
    "sk",
    "status",
    "ver",
    "post",
    "path",
    "first",
    "children",
    "tombstone",
    "op",
    "via",
    "qpk",
    "qsk",
    "public",
    "counters",
}
TOMBSTONE_ATTRIBUTES = {"pk", "sk", "ppk", "psk", "public"}
PUBLIC = {"parent", "name", "link", "avatar", "html", "created", "published", "edited", "moderator"}


@dataclass(frozen=True)
class Truth:
    """The whole table at one moment."""

    items: list[Item]

    @cached_property
    def comments(self) -> dict[str, Item]:
        """Comments by id."""
        return self._of_comments("C")

    @cached_property
    def places(self) -> dict[str, Item]:
        """Tombstones, by their comments' ids."""
        return self._of_comments("T")

    def _of_comments(self, kind: str) -> dict[str, Item]:
        return {id_of(item): item for item in self.items if item["pk"].startswith("C#") and item["sk"] == kind}

    @cached_property
    def posts(self) -> dict[str, Item]:
        """Posts by key."""
        return {item["post"]: item for item in self.items if item["pk"].startswith("P#")}

    @cached_property
    def audit(self) -> list[Item]:
        """All audit rows, oldest first."""
        return sorted((item for item in self.items if item["sk"][0] == "L"), key=lambda item: str(item["op"]))

    @cached_property
    def bulks(self) -> dict[str, Item]:
        """Bulks and jobs by id."""
        return {item["op"]: item for item in self.items if item["pk"].startswith("J#")}

    @cached_property
    def moderators(self) -> dict[str, str]:
        """The names of moderators by id."""
        items = (item for item in self.items if item["pk"] == "MODERATORS")
        return {item["sk"].removeprefix("M#"): item["name"] for item in items}

    @cached_property
    def records(self) -> dict[str, Item]:
        """Authors' records by author hash."""
        return {item["pk"].removeprefix("A#"): item for item in self.items if item["sk"] == "A"}

    @cached_property
    def markers(self) -> dict[str, Item]:
        """Queue entries of flagged comments, by comment id."""
        return self._of_comments("Q")

    @cached_property
    def edits(self) -> dict[str, Item]:
        """Markers of pending edits, and what decisions about edits replaced, by comment id."""
        return self._of_comments("W")

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
    def previous_texts(self) -> dict[str, Item]:
        """Comments' texts before a moderator's edit, by comment id."""
        return self._of_comments("E")

    @cached_property
    def visible_children(self) -> Counter[str]:
        """The number of visible replies directly below each comment."""
        return Counter(item["public"].get("parent", "") for item in self.comments.values() if is_visible(item))

    def rows_of(self, comment_id: str) -> list[Item]:
        """The comment's audit rows that made a version, in the order of the versions."""
        rows = [row for row in self.audit if row["pk"] == f"C#{comment_id}" and row["act"] not in {"move", "flag"}]
        return sorted(rows, key=lambda row: int(row["ver"]))

    def moves_of(self, comment_id: str) -> list[Item]:
        """The audit rows of a comment's moves, oldest first."""
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
    """The comment's id, from any item in its partition."""
    return cast("str", item["pk"]).removeprefix("C#")


def is_public(item: Item) -> bool:
    """Whether everyone may read it."""
    return bool(item["status"] == "published")


def is_visible(item: Item) -> bool:
    """Whether it has a place in the public thread."""
    return is_public(item) or "tombstone" in item


# The table


def only_published_comments_have_public_keys(truth: Truth) -> None:
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
    for key, post in truth.posts.items():
        shown = [item for item in truth.comments.values() if item["post"] == key and is_public(item)]
        totals = sum((totals_of(comment_from_item(item)) for item in shown), Totals())
        assert Totals(post.get("n", 0), post.get("size", 0), post.get("long", 0)) == totals, key


def tombstones_exist_exactly_where_visible_replies_need_them(truth: Truth) -> None:
    needed = {key for key, item in truth.comments.items() if not is_public(item) and truth.visible_children[key]}
    assert {key for key, item in truth.comments.items() if item.get("tombstone")} == needed
    assert set(truth.places) == needed
    for key, place in truth.places.items():
        assert set(place) <= TOMBSTONE_ATTRIBUTES, place
        assert set(place["public"]) <= {"gone", "parent"}, place
        assert (place["ppk"], place["psk"]) == (f"P#{truth.comments[key]['post']}", truth.comments[key]["path"])


def visible_replies_are_counted_on_their_parent(truth: Truth) -> None:
    counted = {key: item.get("children", 0) for key, item in truth.comments.items()}
    assert counted == {key: truth.visible_children[key] for key in truth.comments}


def the_parent_of_a_visible_comment_is_visible(truth: Truth) -> None:
    for item in truth.comments.values():
        if "parent" in item["public"]:
            above = truth.comments[item["public"]["parent"]]
            assert is_visible(above) or not is_visible(item), item
            assert item["path"].rpartition("#")[0] == above["path"], item
            assert item["post"] == above["post"], item


def is_allowed(row: Item) -> bool:
    """Whether the action may change the status, or what became of an edit, in this way."""
    statuses = row.get("frm", ""), row["to"]
    return is_allowed_for_edit(row) if "edit" in row.get("params", {}) else statuses in ALLOWED[row["act"]]


def the_audit_log_has_every_change_and_only_allowed_ones(truth: Truth) -> None:
    for key, item in truth.comments.items():
        rows = truth.rows_of(key)
        statuses = [row["to"] for row in rows]
        assert [row["frm"] for row in rows[1:]] == statuses[:-1], rows
        assert not rows or rows[0].get("frm", "") in {"", "pending", "published", "spam"}, rows
        assert not rows or statuses[-1] == item["status"], rows
        assert all(is_allowed(row) for row in rows), rows
        first = 1 if rows and rows[0]["act"] == "reply" else 2  # the first verdict has no row
        assert [row["ver"] for row in rows] == list(range(first, item["ver"] + 1)), rows
        assert ["frm" in row for row in rows] == [row["ver"] > 1 for row in rows], rows


def a_comment_is_under_the_post_it_was_moved_to(truth: Truth) -> None:
    for key, item in truth.comments.items():
        moves = truth.moves_of(key)
        assert [row["frm"] for row in moves[1:]] == [row["to"] for row in moves[:-1]], moves
        assert not moves or moves[-1]["to"] == item["post"], item
        assert not any("qpk" in row for row in moves), moves
        standing = truth.posts[item["post"]].get("moves", [])
        assert set(item.get("via", [])[-1:]) <= {*standing, *relocation_being_undone(truth, item["post"])}, item


def relocation_being_undone(truth: Truth, post: str) -> set[str]:
    """The move from this post that is being undone."""
    job = truth.bulks.get(truth.posts[post].get("moving", ""), {})
    return {job["payload"]["undoes"]} if job and "undoes" in job["payload"] else set()


def posts_are_closed_exactly_while_their_comments_move(truth: Truth) -> None:
    moves = {key: job for key, job in truth.bulks.items() if job["kind"] == "move" and "qpk" in job}
    moving = {post["post"]: post["moving"] for post in truth.posts.values() if "moving" in post}
    assert moving == {job["payload"][name]: key for key, job in moves.items() for name in ("from", "to")}
    assert all(truth.posts[post]["closed"] for post in moving)


def only_moderators_replies_have_a_badge(truth: Truth) -> None:
    for key, item in truth.comments.items():
        replied = [row for row in truth.rows_of(key) if row["act"] == "reply"]
        assert len(replied) == (1 if item["public"].get("moderator") else 0) or item["status"] == "deleted", item


def every_row_is_listed_in_its_month_and_names_its_actor(truth: Truth) -> None:
    for row in truth.audit:
        assert row["actor"] in ACTORS.get(row["act"], {"moderator"}), row
        assert ("by" in row) == (row["actor"] == "moderator"), row
        is_part = row["act"] == "move" and row["pk"].startswith("C#")
        wanted = (None, None) if is_part else (f"AUDIT#{row['at'][:7]}", row["op"])
        assert (row.get("qpk"), row.get("qsk")) == wanted, row
    listed = [row["op"] for row in truth.audit if "qpk" in row]
    assert len(listed) == len(set(listed))


def open_flags_have_their_rows(truth: Truth) -> None:
    rows = {row["op"]: row for row in truth.audit if row["act"] == "flag"}
    flags = [item for item in truth.items if item["sk"].startswith("F#")]
    for flag in flags:
        row = rows[flag["ask"]]
        assert (row["pk"], row["params"]) == (flag["pk"], {"reason": flag["why"]})


def undone_changes_name_the_change_that_undid_them(truth: Truth) -> None:
    rows = {row["op"]: row for row in truth.audit}
    undone_by = {row["op"]: row["undoes"] for row in truth.audit if "undoes" in row}
    assert {row["undone"]: row["op"] for row in truth.audit if "undone" in row} == undone_by
    for undo, undone in undone_by.items():
        assert (rows[undo].get("frm"), rows[undo].get("to")) == (rows[undone].get("to"), rows[undone].get("frm"))


def the_rows_of_a_bulk_are_what_its_job_asked_for(truth: Truth) -> None:
    rows = {row["op"]: row for row in truth.audit}
    for row in truth.audit:
        if "bulk" not in row:
            continue
        job = truth.bulks[row["bulk"]]
        asked = job["payload"]
        if job["kind"] == "move":
            assert (row["act"], row["frm"], row["to"]) == ("move", asked["from"], asked["to"]), row
            continue
        number = asked["comments"].index(id_of(row))
        if job["kind"] == "decide":
            assert [row["ver"] - 1, row["act"]] == asked["decisions"][number], row
            noted = asked.get("notes", {}).get(id_of(row), row.get("note"))  # a finished job has no notes
            assert row.get("note") in {None, noted}, row  # and a comment that its author withdrew has none
        else:
            assert (row["act"], rows[row["undoes"]]["bulk"]) == ("undo", asked["undoes"]), row


def deleted_comments_keep_only_their_tombstone_attributes(truth: Truth) -> None:
    for item in truth.comments.values():
        if item["status"] == "deleted":
            assert set(item) <= TOMBSTONED_ATTRIBUTES, item
            assert set(item["public"]) <= {"created", "parent"}, item
            assert item["counters"] == {}, item


def the_public_map_contains_public_fields_only(truth: Truth) -> None:
    for item in truth.comments.values():
        assert set(item["public"]) <= PUBLIC, item
        assert item["public"].get("published") == (ulid_milliseconds(item["rsk"]) if is_public(item) else None), item
        assert set(item["counters"]) <= {"up", "down"}, item


TABLE_CHECKS: tuple[Callable[[Truth], None], ...] = (
    only_published_comments_have_public_keys,
    every_comment_is_listed_under_its_status,
    counts_are_exact,
    tombstones_exist_exactly_where_visible_replies_need_them,
    visible_replies_are_counted_on_their_parent,
    the_parent_of_a_visible_comment_is_visible,
    the_audit_log_has_every_change_and_only_allowed_ones,
    a_comment_is_under_the_post_it_was_moved_to,
    posts_are_closed_exactly_while_their_comments_move,
    only_moderators_replies_have_a_badge,
    every_row_is_listed_in_its_month_and_names_its_actor,
    open_flags_have_their_rows,
    undone_changes_name_the_change_that_undid_them,
    the_rows_of_a_bulk_are_what_its_job_asked_for,
    deleted_comments_keep_only_their_tombstone_attributes,
    the_public_map_contains_public_fields_only,
    *EDIT_CHECKS,
    *COUNTER_CHECKS,
)


def check_table(truth: Truth) -> None:
    """Check all invariants of the table."""
    for check in TABLE_CHECKS:
        check(truth)
