"""Invariants of counters: votes, flags, networks, authors' records, daily statistics."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.core.ids import ULID
from chalicelib.core.times import from_milliseconds

if TYPE_CHECKING:
    from tests.support.invariants import Truth

Item = dict[str, Any]

DECISIVE = {"approve", "reject", "spam", "restore", "delete"}


def votes_are_counted_on_the_comment(truth: "Truth") -> None:
    for key, item in truth.comments.items():
        if item["status"] != "deleted":
            found = Counter(vote["d"] for vote in truth.reactions("V#", key).values())
            counters = item["counters"]
            assert (counters.get("up", 0), counters.get("down", 0)) == (found[1], found[-1]), item
    assert {item["d"] for item in truth.items if item["sk"].startswith("V#")} <= {1, -1}


def what_is_flagged_is_listed_exactly_while_it_is_published(truth: "Truth") -> None:
    flagged = {key for key, item in truth.comments.items() if item.get("flags", 0)}
    assert all(truth.comments[key]["status"] == "published" for key in flagged)
    assert set(truth.markers) == flagged
    for key, marker in truth.markers.items():
        comment = truth.comments[key]
        wanted = (comment["qpk"].replace("PUBLISHED", "FLAGGED"), comment["qsk"])
        assert (marker["qpk"], marker["qsk"]) == wanted, marker


def networks_list_the_votes_and_flags_that_they_count(truth: "Truth") -> None:
    for key in truth.comments:
        for name, item in truth.reactions("N#", key).items():
            assert item["n"] == len([each for each in item if ULID.fullmatch(each)]) <= 3, (name, item)
            assert "ttl" in item, item
    assert not any("net" in item for item in truth.items if item["sk"][:2] in {"V#", "F#"})


def records_count_what_moderators_decided(truth: "Truth") -> None:
    wanted: dict[str, Counter[str]] = defaultdict(Counter)
    for item in truth.comments.values():
        if item.get("vetted") and "apk" in item:
            wanted[item["apk"]][{"published": "approved"}.get(item["status"], "rejected")] += 1
    for author in wanted.keys() | truth.records.keys():
        record = truth.records.get(author, {})
        for name in ("approved", "rejected"):
            assert record.get(name, 0) == wanted[author][name], (author, name, record)


def each_day_counts_what_each_moderator_decided(truth: "Truth") -> None:
    wanted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in truth.audit:
        if row["act"] in DECISIVE and row["actor"] == "moderator":
            wanted[row["at"][:10], row["by"]].update(counts_of(truth, row))
    days = [item for item in truth.items if item["pk"].startswith("S#")]
    found = {(f"{item['pk'][2:]}-{item['sk'][:2]}", item["sk"][3:]): day_counts(item) for item in days}
    assert found == {day: {name: n for name, n in each.items() if n} for day, each in wanted.items()}


def day_counts(item: Item) -> dict[str, int]:
    """The counts in a day's item."""
    return {name: value for name, value in item.items() if name not in {"pk", "sk"} and value}


def counts_of(truth: "Truth", row: Item) -> dict[str, int]:
    """What one decision adds to its day, including the waiting time if it is the first decision."""
    key = row["pk"].removeprefix("C#")
    decisive = [each["op"] for each in truth.rows_of(key) if each["act"] in DECISIVE]
    add = {row["act"]: 1}
    if row["frm"] == "pending" and decisive[0] == row["op"]:
        waited = datetime.fromisoformat(row["at"]) - from_milliseconds(truth.comments[key]["public"]["created"])
        add |= {"settled": 1, "waited": int(waited.total_seconds())}
    return add


def what_a_moderator_replaced_is_kept_with_its_row(truth: "Truth") -> None:
    for key, earlier in truth.previous_texts.items():
        made = [row for row in truth.rows_of(key) if row["act"] == "edit" and row["at"] == earlier["at"]]
        assert earlier["by"] in {row.get("by") for row in made}, earlier


COUNTER_CHECKS: tuple[Callable[["Truth"], None], ...] = (
    votes_are_counted_on_the_comment,
    what_is_flagged_is_listed_exactly_while_it_is_published,
    networks_list_the_votes_and_flags_that_they_count,
    records_count_what_moderators_decided,
    each_day_counts_what_each_moderator_decided,
    what_a_moderator_replaced_is_kept_with_its_row,
)
