"""Invariants of pending edits: each is listed exactly while it waits, and recorded whatever becomes of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.invariants import Truth

Item = dict[str, Any]

STILL_PUBLISHED = ("published", "published")  # the statuses of a row about a pending edit
EDIT_STATES = {  # what a row can make of an edit
    "edit": {"pending", "withdrawn"},
    "approve": {"approved"},
    "reject": {"rejected"},
    "spam": {"spam"},
    "undo": {"pending", "approved", "rejected", "spam"},
}


def is_allowed_for_edit(row: Item) -> bool:
    """Whether the action of a row may do this to an edit; the comment stays published."""
    is_published = (row.get("frm"), row["to"]) == STILL_PUBLISHED
    return is_published and row["params"]["edit"] in EDIT_STATES[row["act"]]


def pending_edits_are_listed_and_recorded(truth: "Truth") -> None:
    """Only of published comments; a decision about one leaves what its undo needs, which expires."""
    waiting = {key: item["edit"] for key, item in truth.comments.items() if "edit" in item}
    listed = {key: item for key, item in truth.edits.items() if "qpk" in item}
    assert listed.keys() == waiting.keys()
    for key, marker in listed.items():
        comment = truth.comments[key]
        wanted = {"qpk": comment["qpk"].replace("PUBLISHED", "PENDING"), "qsk": waiting[key]["id"]}
        assert marker == {"pk": comment["pk"], "sk": "W", "post": comment["post"], **wanted}, marker
    for key, decided in truth.edits.items():
        assert truth.comments[key]["had_edit"], decided
        assert key in listed or {"ttl", "text", "edit"} <= decided.keys(), decided
    for key, item in truth.comments.items():
        assert ("edit" in item) == (edit_state(truth.rows_of(key)) == "pending"), item
        assert "edit" not in item or item["status"] == "published", item


def edit_state(rows: list[Item]) -> str:
    """What became of a comment's last edit, by its rows; empty if none waited, or its words are published."""
    state = ""
    for row in rows:
        is_about_comment = (row["act"], row["actor"]) == ("edit", "author") or row["to"] != row.get("frm")
        state = row.get("params", {}).get("edit", "" if is_about_comment else state)
    return state


EDIT_CHECKS: tuple[Callable[["Truth"], None], ...] = (pending_edits_are_listed_and_recorded,)
