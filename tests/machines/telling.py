"""The model and the table in the same words, so that the two can be compared."""

import json
from typing import Any

from chalicelib.core.accounts import author_hash
from chalicelib.store.engine import keys
from tests.invariants import Item, Truth, id_of, is_public
from tests.machines.model import Entry, Model, Page, Policy, Shift, Transfer, Words
from tests.readings import canaries
from tests.world import key22

SHIFTS = {"close", "reopen", "retitle", "policy"}


def hash_of(author: str) -> str:
    """What the table knows of an author."""
    return author_hash(f"aw_author_{key22(author)}") if author else ""


def public_words(items: list[Item]) -> set[str]:
    """What everybody may read of these comments."""
    return canaries(*(json.dumps(item) for item in items if item["sk"] == "C" and is_public(item)))


def words_of(model: Model) -> set[str]:
    """All that is kept of what people wrote, but for notes and titles in the audit."""
    kept = [entry.words for entry in model.comments.values()]
    kept += [entry.earlier[0] for entry in model.comments.values() if entry.earlier]
    notes = [note for entry in model.comments.values() for note in entry.flaggers.values()]
    return canaries(*notes, *(word for words in kept for word in vars(words).values()))


def what_counts(truth: Truth) -> list[Item]:
    """All items but flags that were settled, and those under a deleted comment, which are swept afterwards."""
    return [item for item in truth.items if not item["sk"].startswith("F#") or is_open(truth, item)]


def is_open(truth: Truth, flag: Item) -> bool:
    """Nobody has looked at it yet."""
    comment = truth.comments[id_of(flag)]
    first = keys.flag(id_of(flag), comment.get("round", 0), "")[1]
    return comment["status"] != "deleted" and bool(flag["sk"].startswith(first))


# The model


def told(model: Model) -> dict[str, Any]:
    """Everything that the model knows and the table should."""
    return {
        "comments": {key: entry_told(entry) for key, entry in model.comments.items()},
        "posts": {key: page_told(page) for key, page in model.posts.items()},
        "policy": model.policy,
        "shifts": sorted(shift_told(shift) for shift in model.shifts),
        "moves": [transfer_told(transfer) for transfer in model.moves],
    }


def entry_told(entry: Entry) -> tuple[Any, ...]:
    """A comment, its history, and what readers think of it."""
    rows = [(row.act, row.before, row.after, row.version, row.undone) for row in entry.rows]
    is_known = entry.status != "deleted"
    return (
        *(entry.post, entry.parent, entry.status, entry.version, entry.words, rows),
        *(entry.vetted, entry.badge, entry.earlier[0] if entry.earlier else None, entry.flags),
        hash_of(entry.author) if is_known else "",
        {hash_of(author): ballot.direction for author, ballot in entry.votes.items()},
        {hash_of(author): note for author, note in entry.flaggers.items()},
        sorted((kind[0], len(tally.serials)) for (kind, _), tally in entry.networks.items() if tally.serials),
        *(entry.via, entry.moved),
    )


def page_told(page: Page) -> tuple[Any, ...]:
    """A post."""
    return page.closed, page.title, page.version, page.moving, page.moves, page.moved_to


def transfer_told(transfer: Transfer) -> tuple[Any, ...]:
    """A move, and whether it goes on."""
    return transfer.source, transfer.target, transfer.undoes, transfer.finished


def shift_told(shift: Shift) -> tuple[Any, ...]:
    """A change of a post or of the policy, as its row has it."""
    if not shift.post:
        before, after = (policy_told(policy) for policy in (shift.before, shift.after))
    elif shift.act == "retitle":
        before, after = shift.before, shift.after
    else:
        before, after = ("closed" if closed else "open" for closed in (shift.before, shift.after))
    return shift.post, shift.version, shift.act, before, after, shift.undone, shift.undoing


def policy_told(policy: Policy) -> str:
    """A policy in a row."""
    return json.dumps({name: value for name, value in vars(policy).items() if name != "version"}, sort_keys=True)


# The table


def told_by(truth: Truth) -> dict[str, Any]:
    """The table in the same words."""
    policies = [item for item in truth.items if item["sk"].startswith("POLICY#")]
    shifts = [row for row in truth.audit if row["act"] in SHIFTS]
    return {
        "comments": {key: item_told(truth, key, item) for key, item in truth.comments.items()},
        "posts": {key: post_told(truth, post) for key, post in truth.posts.items()},
        "policy": max(map(policy_in, policies), key=lambda policy: policy.version, default=Policy()),
        "shifts": sorted(map(row_told, shifts)),
        "moves": [job_told(truth, job) for job in moves_of(truth)],
    }


def moves_of(truth: Truth) -> list[Item]:
    """The jobs that move comments, in the order in which they began."""
    return [job for _, job in sorted(truth.bulks.items()) if job["work"] == "move"]


def number_of(truth: Truth, job_id: str) -> int:
    """Which of the moves it is."""
    return [job["op"] for job in moves_of(truth)].index(job_id)


def post_told(truth: Truth, post: Item) -> tuple[Any, ...]:
    """A post."""
    moving = number_of(truth, post["moving"]) if "moving" in post else None
    moves = [number_of(truth, job) for job in post.get("moves", [])]
    return "closed" in post, post.get("title", ""), post.get("ver", 0), moving, moves, post.get("moved_to", "")


def job_told(truth: Truth, job: Item) -> tuple[Any, ...]:
    """A move, and whether it goes on."""
    undoes = number_of(truth, job["undoes"]) if "undoes" in job else None
    return job["from"], job["to"], undoes, "qpk" not in job


def policy_in(item: Item) -> Policy:
    """One version of it."""
    return Policy(item["hold"], item["ver"], item["approvals"], item["days"])


def row_told(row: Item) -> tuple[Any, ...]:
    """An audit row of a post or of the policy."""
    before, after = row.get("frm", ""), row.get("to", "")
    if row["act"] == "policy":
        before, after = (json.dumps(json.loads(text), sort_keys=True) for text in (before, after))
    return row.get("post", ""), row["ver"], row["act"], before, after, "undone" in row, "undoes" in row


def words_in(item: Item) -> Words:
    """What somebody wrote."""
    return Words(item.get("text", ""), item.get("name", ""), item.get("link", ""))


def item_told(truth: Truth, key: str, item: Item) -> tuple[Any, ...]:
    """A comment, its history, and what readers think of it."""
    history = [(row["act"], row.get("frm", ""), row["to"], row["ver"], "undone" in row) for row in truth.rows_of(key)]
    earlier = words_in(truth.earlier[key]) if key in truth.earlier else None
    readers = item["status"] != "deleted"  # what they left there is swept afterwards
    votes, networks = (truth.reactions(kind, key) if readers else {} for kind in ("V#", "N#"))
    flags = [flag for flag in truth.reactions("F#", key).values() if is_open(truth, flag)]
    return (
        *(item["post"], item.get("parent", ""), item["status"], item["ver"], words_in(item), history),
        *(item.get("vetted", False), item.get("badge", False), earlier, item.get("flags", 0), item.get("apk", "")),
        {author: vote["d"] for author, vote in votes.items()},
        {flag["apk"]: flag.get("note", "") for flag in flags},
        sorted((name[0], each["n"]) for name, each in networks.items() if each["n"]),
        [number_of(truth, job) for job in item.get("via", [])],
        [(row["frm"], row["to"]) for row in truth.moves_of(key)],
    )
