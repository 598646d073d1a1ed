"""Projects the model and the table to the same form, so that they can be compared."""

import json
from typing import Any

from chalicelib.core.accounts import author_hash
from chalicelib.store.engine import keys
from tests.machines.commands import NAMES
from tests.support.invariants import Item, Truth, id_of, is_public
from tests.support.model import (
    AdminChange,
    CommentEntry,
    Content,
    LogEntry,
    Model,
    Policy,
    PostEntry,
    Relocation,
    known_rules,
    moderator,
)
from tests.support.read_invariants import approved_words, canaries
from tests.support.world import key22

ADMIN_ACTIONS = {"close", "reopen", "retitle", "policy"}


def hash_of(author: str) -> str:
    """An author's hash in the table."""
    return author_hash(f"aw_author_{key22(author)}") if author else ""


def public_text(items: list[Item]) -> set[str]:
    """All public text of these comments."""
    return canaries(*(approved_words(item) for item in items if item["sk"] == "C" and is_public(item)))


def stored_text(model: Model) -> set[str]:
    """All stored text that people wrote, except notes and titles in the audit log."""
    stored = [entry.content for entry in model.comments.values()]
    stored += [entry.previous[0] for entry in model.comments.values() if entry.previous]
    stored += [content for entry in model.comments.values() for content in edit_contents(entry)]
    notes = [note for entry in model.comments.values() for note in entry.flaggers.values()]
    return canaries(*notes, *(word for content in stored for word in vars(content).values()))


def edit_contents(entry: CommentEntry) -> list[Content]:
    """The words of a pending edit, and those that the undo of a decision about an edit needs."""
    pending = [entry.edit.content] if entry.edit else []
    return pending + ([entry.kept.content, entry.kept.edit.content] if entry.kept else [])


def significant_items(truth: Truth) -> list[Item]:
    """All items except flags that were reviewed or that belong to a deleted comment, which are cleaned up later."""
    return [item for item in truth.items if not item["sk"].startswith("F#") or is_open(truth, item)]


def is_open(truth: Truth, flag: Item) -> bool:
    """Whether no moderator has reviewed the flag yet."""
    comment = truth.comments[id_of(flag)]
    first = keys.flag(id_of(flag), comment.get("round", 0), "")[1]
    return comment["status"] != "deleted" and bool(flag["sk"].startswith(first))


# The model


def project_model(model: Model) -> dict[str, Any]:
    """The state of the model, in comparable form."""
    return {
        "comments": {key: project_comment(entry) for key, entry in model.comments.items()},
        "posts": {key: project_post(post_entry) for key, post_entry in model.posts.items()},
        "policy": model.policy,
        "admin_changes": sorted(project_admin_change(admin_change) for admin_change in model.admin_changes),
        "moves": [project_relocation(relocation) for relocation in model.moves],
        "log": sorted(model.log),
    }


def project_comment(entry: CommentEntry) -> tuple[Any, ...]:
    """A comment of the model, with its history and reactions."""
    rows = [(row.act, row.before, row.after, row.version, row.undone, row.edit, row.was) for row in entry.rows]
    is_known = entry.status != "deleted"
    return (
        *(entry.post, entry.parent, entry.status, entry.version, entry.content, rows),
        *(entry.vetted, entry.badge, entry.previous[0] if entry.previous else None, entry.flags),
        hash_of(entry.author) if is_known else "",
        {hash_of(author): ballot.direction for author, ballot in entry.votes.items()},
        {hash_of(author): note for author, note in entry.flaggers.items()},
        sorted((kind[0], len(tally.serials)) for (kind, _), tally in entry.networks.items() if tally.serials),
        *(entry.via, entry.moved, edit_contents(entry)),
    )


def project_post(post_entry: PostEntry) -> tuple[Any, ...]:
    """A post of the model."""
    return (
        post_entry.closed,
        post_entry.title,
        post_entry.version,
        post_entry.moving,
        post_entry.moves,
        post_entry.moved_to,
    )


def project_relocation(relocation: Relocation) -> tuple[Any, ...]:
    """A relocation of the model, and whether it is finished."""
    return relocation.source, relocation.target, relocation.undoes, relocation.finished


def project_admin_change(admin_change: AdminChange) -> tuple[Any, ...]:
    """A change of a post or of the policy, as its audit row shows it."""
    if not admin_change.post:
        old, new = admin_change.before, admin_change.after
        before, after = project_change(old, new), project_change(new, old)
    elif admin_change.act == "retitle":
        before, after = admin_change.before, admin_change.after
    else:
        before, after = ("closed" if closed else "open" for closed in (admin_change.before, admin_change.after))
    return (
        admin_change.post,
        admin_change.version,
        admin_change.act,
        before,
        after,
        admin_change.undone,
        admin_change.undoing,
    )


def project_change(policy: Policy, other: Policy) -> str:
    """The settings of a policy that are different in another one, as an audit row shows them."""
    return json.dumps(policy.differences(other), sort_keys=True)


# The table


def project_table(truth: Truth) -> dict[str, Any]:
    """The state of the table, in comparable form."""
    policies = [item for item in truth.items if item["sk"].startswith("POLICY#")]
    admin_changes = [row for row in truth.audit if row["act"] in ADMIN_ACTIONS]
    return {
        "comments": {key: project_comment_item(truth, key, item) for key, item in truth.comments.items()},
        "posts": {key: project_post_item(truth, post) for key, post in truth.posts.items()},
        "policy": max(map(project_policy_item, policies), key=lambda policy: policy.version, default=Policy()),
        "admin_changes": sorted(map(project_audit_row, admin_changes)),
        "moves": [project_job_item(truth, job) for job in relocation_jobs(truth)],
        "log": sorted(project_log_entry(truth, row) for row in truth.audit),
    }


def relocation_jobs(truth: Truth) -> list[Item]:
    """The jobs that move comments, oldest first."""
    return [job for _, job in sorted(truth.bulks.items()) if job["kind"] == "move"]


def relocation_number(truth: Truth, job_id: str) -> int:
    """The position of a job among the relocations."""
    return [job["op"] for job in relocation_jobs(truth)].index(job_id)


def project_post_item(truth: Truth, post: Item) -> tuple[Any, ...]:
    """A post in the table."""
    moving = relocation_number(truth, post["moving"]) if "moving" in post else None
    moves = [relocation_number(truth, job) for job in post.get("moves", [])]
    return "closed" in post, post.get("title", ""), post.get("ver", 0), moving, moves, post.get("moved_to", "")


def project_job_item(truth: Truth, job: Item) -> tuple[Any, ...]:
    """A relocation in the table, and whether it is finished."""
    move = job["payload"]
    undoes = relocation_number(truth, move["undoes"]) if "undoes" in move else None
    return move["from"], move["to"], undoes, "qpk" not in job


def project_log_entry(truth: Truth, row: Item) -> LogEntry:
    """An audit row."""
    comment = id_of(row) if row["pk"].startswith("C#") else ""
    actor = moderator(NAMES.index(truth.moderators[row["by"]])) if row["actor"] == "moderator" else row["actor"]
    about = row["act"], comment, row.get("post", ""), row.get("ver", 0)
    return LogEntry(*about, actor, "bulk" in row, "qpk" in row)


def project_policy_item(item: Item) -> Policy:
    """A version of the policy in the table."""
    return Policy(item["ver"], known_rules(item["rules"]))


def project_audit_row(row: Item) -> tuple[Any, ...]:
    """An audit row of a post or of the policy."""
    before, after = row.get("frm", ""), row.get("to", "")
    if row["act"] == "policy":
        before, after = (json.dumps(json.loads(text), sort_keys=True) for text in (before, after))
    return row.get("post", ""), row["ver"], row["act"], before, after, "undone" in row, "undoes" in row


def project_content(item: Item) -> Content:
    """The text, name and link of a comment or of a previous text."""
    words = item.get("public", item)
    return Content(item.get("text", ""), words.get("name", ""), words.get("link", ""))


def project_comment_item(truth: Truth, key: str, item: Item) -> tuple[Any, ...]:
    """A comment in the table, with its history and reactions."""
    history = [project_comment_row(row) for row in truth.rows_of(key)]
    previous = project_content(truth.previous_texts[key]) if key in truth.previous_texts else None
    readers = item["status"] != "deleted"  # what they left there is swept afterwards
    votes, networks = (truth.reactions(kind, key) if readers else {} for kind in ("V#", "N#"))
    flags = [flag for flag in truth.reactions("F#", key).values() if is_open(truth, flag)]
    return (
        *(item["post"], item["public"].get("parent", ""), item["status"], item["ver"], project_content(item), history),
        *(
            item.get("vetted", False),
            item["public"].get("moderator", False),
            previous,
            item.get("flags", 0),
            item.get("apk", ""),
        ),
        {author: vote["d"] for author, vote in votes.items()},
        {flag["apk"]: flag.get("note", "") for flag in flags},
        sorted((name[0], each["n"]) for name, each in networks.items() if each["n"]),
        [relocation_number(truth, job) for job in item.get("via", [])],
        [(row["frm"], row["to"]) for row in truth.moves_of(key)],
        project_edits(truth, key, item),
    )


def project_comment_row(row: Item) -> tuple[Any, ...]:
    """A row of a comment's history."""
    about_edit = (row.get("params", {}).get(name, "") for name in ("edit", "was"))
    return row["act"], row.get("frm", ""), row["to"], row["ver"], "undone" in row, *about_edit


def project_edits(truth: Truth, key: str, item: Item) -> list[Content]:
    """The words of a pending edit, and those that a decision about an edit keeps."""
    kept = truth.edits.get(key, {})
    pending = [project_words(item["edit"])] if "edit" in item else []
    return pending + ([project_words(kept), project_words(kept["edit"])] if "edit" in kept else [])


def project_words(words: Item) -> Content:
    """The text, name and link of an edit."""
    return Content(words["text"], words.get("name", ""), words.get("link", ""))
