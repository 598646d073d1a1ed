"""Examples for the OpenAPI document: bodies of requests and responses by model, parameters by name.

The service itself never imports this module.  Tests validate each example against its schema.
"""

from typing import Any

from chalicelib.core.screening.document import rules_schema

ID = "Uq3ZB0xw3yGmYbq7R0ZtYg"
REPLY_ID = "mB2nUe1F9Rk0T4hXw7cQzA"
POST = "/2024/07/panic.html"
ROW = "01KB2X5T9M3V7W8Y1Z4A6C8E0G"
BULK = "01KB2X5T9MQ4R8S2T6V0W3X7Y1"
MODERATOR_ID = "q8Jv2LmN4pRs"
HASH = "pV7yq3Jm1ZkXo0bTn4WcE8sLr2Ud6HfGa9IxKeBvQwM"
FORM_TOKEN = "WyJhIiwxXQ.k3Jd8sLq0ZxV5bNm2WcE7rTyU1iOpAsDfGhJkLzXcVb"  # noqa: S105  not a valid token
CREATED, DECIDED_AT, EXPIRES = "2024-07-06T09:12:33Z", "2024-07-06T10:01:07Z", "2024-07-06T21:12:33Z"
CONTENT = {"text": "I was there, and *nobody* ran.", "name": "Ann", "link": "https://example.org/"}
HTML = "<p>I was there, and <em>nobody</em> ran.</p>\n"

COMMENT = {
    "id": ID,
    "post": POST,
    "parent": None,
    "status": "published",
    "name": "Ann",
    "link": "https://example.org/",
    "avatar": "c41f0e",
    "html": HTML,
    "created": CREATED,
    "published": DECIDED_AT,
    "edited": None,
    "up": 3,
    "down": 0,
    "moderator": False,
    "gone": False,
}
REPLY = {**COMMENT, "id": REPLY_ID, "parent": ID, "name": "Ben", "link": None, "html": "<p>I ran.</p>\n", "up": 0}
PENDING = {**COMMENT, "status": "pending", "published": None, "up": 0}
EDITED_AT = "2024-07-06T09:20:11Z"
EDITED_TEXT, EDITED_HTML = "I was there, and *hardly anybody* ran.", HTML.replace("nobody", "hardly anybody")
EDITED = {**COMMENT, "html": EDITED_HTML, "edited": EDITED_AT, "pending_edit": None}
OWN_EDIT = {**CONTENT, "text": EDITED_TEXT, "html": EDITED_HTML, "at": EDITED_AT}
HELD_EDIT = {**COMMENT, "pending_edit": OWN_EDIT}
OWN = {**PENDING, "pending_edit": None, "text": CONTENT["text"], "edit_until": "2024-07-06T09:27:33Z"}
OWN_EDITED = {**HELD_EDIT, "text": CONTENT["text"], "edit_until": "2024-07-06T09:27:33Z"}
LATEST = {name: COMMENT[name] for name in COMMENT if name not in {"status", "up", "down", "gone"}}
MODERATED = {
    "id": ID,
    "version": 1,
    "status": "pending",
    "post": POST,
    "post_link": "https://blog.example/2024/07/panic.html",
    "parent": None,
    **CONTENT,
    "html": HTML,
    "avatar": "c41f0e",
    "created": CREATED,
    "edited": None,
    "moderator": False,
    "reasons": [
        {
            "rule": "old_post",
            "parameters": {"days": 14},
            "template": "The post is older than {days} days.",
            "detail": "The post is older than 14 days.",
        }
    ],
    "flags": 0,
    "pending_edit": None,
    "author": HASH,
    "network": "Zx1c3Vb5Nm7Qw9Er2Ty4Ui",
    "record": {"approved": 4, "rejected": 0, "since": "2024-05-01T07:30:00Z"},
    "in_reply_to": None,
    "earlier": None,
}
APPROVED = {**MODERATED, "version": 2, "status": "published", "reasons": [], "record": None}
EDIT = {**CONTENT, "text": EDITED_TEXT, "at": EDITED_AT, "reasons": MODERATED["reasons"]}
WITH_EDIT = {**APPROVED, "version": 3, "pending_edit": EDIT}
ACTOR = {"kind": "moderator", "id": MODERATOR_ID, "name": "Ada"}
ENTRY = {
    "id": ROW,
    "action": "approve",
    "actor": ACTOR,
    "at": DECIDED_AT,
    "parameters": {},
    "detail": "Approved the comment.",
    "comment": ID,
    "about": {"name": CONTENT["name"], "excerpt": CONTENT["text"], "status": "published"},
    "post": POST,
    "before": "pending",
    "after": "published",
    "version": 2,
    "note": None,
    "reasons": None,
    "bulk": None,
    "undoes": None,
    "undone": None,
}
JOB = {
    "id": BULK,
    "kind": "decide",
    "actor": ACTOR,
    "at": DECIDED_AT,
    "parameters": {"comments": 40},
    "detail": "40 decisions",
}
MODERATOR = {"id": MODERATOR_ID, "name": "Ada", "role": "owner", "created": "2024-01-02T08:00:00Z", "invited": False}
INVITED = {**MODERATOR, "name": "Bea", "role": "moderator", "invited": True, "invitation": "2030-02-03T12:00:00Z"}
LINK = {"id": HASH, "created": "2030-01-31T12:00:00Z", "expires": "2030-01-31T12:15:00Z"}
TOKEN = {
    "id": HASH,
    "created": CREATED,
    "used": None,
    "expires": EXPIRES,
    "name": None,
    "scopes": ["manage", "moderate", "read"],
    "current": True,
}
API_TOKEN = {**TOKEN, "name": "nightly export", "scopes": ["read"], "current": False}
DECIDED = {
    "id": ID,
    "outcome": "done",
    "decision": ROW,
    "comment": APPROVED,
    "code": None,
    "detail": None,
    "parameters": None,
}
RULES = {
    "every_comment": {"active": False},
    "new_author": {"active": True, "approvals": 2},
    "old_post": {"active": False, "days": 14},
    "links": {"active": False, "allowed": 2},
    "network_rejected": {"active": False, "rejected": 3},
    "honeypot": {"active": True},
    "form": {"active": True, "seconds": 3},
}
MODERATED_POST = {
    "post": POST,
    "link": "https://blog.example/2024/07/panic.html",
    "title": "The panic",
    "proposed_title": "The panic | A blog",
    "count": 2,
    "waiting": 3,
    "closed": False,
    "version": 1,
    "moved_to": None,
}
MOVED_POST = {**MODERATED_POST, "count": 0, "closed": True, "version": 3, "moved_to": "/2024/07/the-panic.html"}
DAY = {
    "day": "2024-07-06",
    "decisions": {"approve": 5, "spam": 1},
    "by": {MODERATOR_ID: 6},
    "waiting": 2,
    "seconds_to_decision": 940,
}
SECRET = f"{MODERATOR_ID}7hYt5RfV3eDc1QaZ9wSx2NbGmKjUiOp4"
SIGN_IN = f"https://comments.example/moderate#aw_link_{SECRET}"

BODIES: dict[str, dict[str, Any]] = {
    "Draft": {
        **CONTENT,
        "post": POST,
        "parent": None,
        "post_title": "The panic",
        "form": FORM_TOKEN,
        "work": "3kx9",
        "trap": "",
    },
    "EditedText": {**CONTENT, "text": EDITED_TEXT},
    "PreviewDraft": {"text": "I was there, and *nobody* ran."},
    "NewVote": {"vote": 1},
    "NewFlag": {"reason": "spam", "note": "The same text was submitted to three posts."},
    "SubmittedForm": {
        **CONTENT,
        "post": POST,
        "parent": "",
        "form": FORM_TOKEN,
        "key": "Kf81x0yQb3TnWm5vLs2JpA",
        "trap": "",
    },
    "Decisions": {"decisions": [{"id": ID, "version": 1, "decision": "approve", "note": ""}]},
    "Undo": {"comment": ID, "decision": ROW, "bulk": None},
    "NewReply": {"post": POST, "text": "Thank you, Ann.", "parent": ID, "approve_parent": 1},
    "ModeratorEdit": {**CONTENT, "text": "I was there, and nobody ran.", "version": 2},
    "PostChange": {"closed": True, "title": None, "version": 1},
    "NewRelocation": {"from": POST, "to": "/2024/07/the-panic.html", "dry_run": False},
    "PolicyChange": {
        "version": 0,
        "rules": {"every_comment": {"active": False}, "new_author": {"active": True, "approvals": 2}},
    },
    "SignIn": {"link": f"aw_link_{SECRET}", "keep": False},
    "NewToken": {"name": "nightly export", "scopes": ["read"]},
    "NewModerator": {"name": "Grace", "role": "moderator"},
}
RESPONSES: dict[str, dict[str, Any]] = {
    "PublicComment": COMMENT,
    "EditedComment": EDITED,
    "CommentPage": {
        "post": POST,
        "title": "The panic",
        "count": 2,
        "closed": False,
        "sorts": ["newest", "oldest", "top"],
        "comments": [COMMENT, REPLY],
        "next": None,
    },
    "CommentInThread": {"post": POST, "id": REPLY_ID, "comments": [COMMENT, REPLY], "next": None},
    "Replies": {"comments": [REPLY], "next": None},
    "CommentCounts": {"counts": {POST: 2, "/2024/05/footpath.html": 17}},
    "Preview": {"html": HTML},
    "Form": {
        "token": FORM_TOKEN,
        "closed": False,
        "holds": True,
        "edit_seconds": 900,
        "limits": {"text": 10_000, "name": 80, "link": 500},
        "work": {"bits": 18},
    },
    "Votes": {"up": 4, "down": 0, "vote": 1},
    "FlagAccepted": {"flagged": True},
    "LatestComments": {"comments": [LATEST]},
    "OwnComments": {"comments": [OWN, OWN_EDITED], "next": None},
    "ErasureResult": {"done": 7, "left": False},
    "JobList": {"jobs": [JOB]},
    "JobResult": {"done": 1, "left": False, "results": [DECIDED]},
    "QueuePage": {"comments": [MODERATED, WITH_EDIT], "scanned": 2, "next": None},
    "DecisionResults": {"bulk": None, "results": [DECIDED], "job": None},
    "ModeratedComment": APPROVED,
    "CommentWithHistory": {"comment": APPROVED, "history": [ENTRY]},
    "AuditPage": {"entries": [ENTRY], "next": None},
    "ModeratedPost": MODERATED_POST,
    "ModeratedPosts": {"posts": [MODERATED_POST, MOVED_POST], "next": None},
    "RelocationResult": {
        "from": {**MODERATED_POST, "count": 0, "closed": True, "version": 2},
        "to": {**MODERATED_POST, "post": "/2024/07/the-panic.html", "proposed_title": None, "closed": True},
        "comments": 3,
        "published": 2,
        "at_least": False,
        "merges": False,
        "job": BULK,
        "row": BULK,
        "moved": 3,
        "left": True,
    },
    "PolicySchema": {"version": 1, "rules": RULES, "rules_schema": rules_schema()},
    "StatsSchema": {
        "waiting": 3,
        "waiting_more": False,
        "oldest_waiting": CREATED,
        "listed": {"count": 3, "more": False},
        "lists": {"pending": {"count": 3, "more": False}, "spam": {"count": 1, "more": False}},
        "spam_share": 0.1667,
        "days": [DAY],
        "names": {MODERATOR_ID: "Ada"},
    },
    "CreatedSession": {"token": f"aw_session_{SECRET}", "session": TOKEN, "moderator": MODERATOR},
    "Tokens": {"tokens": [TOKEN]},
    "CreatedToken": {"token": f"aw_api_{SECRET}", "about": API_TOKEN},
    "Moderators": {"moderators": [MODERATOR, INVITED]},
    "Links": {"links": [LINK]},
    "SignInLink": {"link": SIGN_IN, "expires": "2030-01-31T12:15:00Z"},
    "Invitation": {"moderator": INVITED, "link": SIGN_IN, "expires": "2030-02-03T12:00:00Z"},
    "Health": {"status": "ok"},
}
BY_STATUS: dict[tuple[str, int], dict[str, Any]] = {("PublicComment", 202): PENDING, ("EditedComment", 202): HELD_EDIT}
TEXTS: dict[str, str] = {
    "application/atom+xml; charset=utf-8": '<?xml version="1.0" encoding="utf-8"?>\n'
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Comments</title></feed>',
    "text/html; charset=utf-8": '<!DOCTYPE html>\n<html lang="en"><title>On /2024/07/panic.html</title></html>',
    "text/plain; charset=utf-8": "Contact: mailto:security@blog.example\nExpires: 2030-07-30T00:00:00.000Z\n",
    "text/javascript; charset=utf-8": "import './assets/composer.3f2a91bc.js'\n",
    "*/*": "export const answer = 42\n",
}
