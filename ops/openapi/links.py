"""OpenAPI links: which requests can follow a response.

Only values that every such response contains are linked: lists may be empty.

LINKS maps operation → status → name → link; ``parameters`` and ``body`` are as in OpenAPI.
"""

from typing import Any

Link = dict[str, Any]


def _to(operation: str, body: object = None, **parameters: str) -> Link:
    link = {"operationId": operation, "parameters": parameters, "requestBody": body}
    return {name: value for name, value in link.items() if value}


BODY = "$response.body#"
BY_ID = {"comment_id": f"{BODY}/id"}
SAME_COMMENT = {"comment_id": "$request.path.comment_id"}
NEW = {"id": f"{BODY}/id", "version": 1, "decision": "approve"}
OWN = {
    "edit": _to("edit", **BY_ID),
    "withdraw": _to("withdraw", **BY_ID),
    "approve": _to("decisions", {"decisions": [NEW]}),
    "history": _to("comment_with_history", **BY_ID),
    "mine": _to("mine"),
}
PUBLIC = {
    "thread": _to("comment_in_thread", **BY_ID),
    "replies": _to("replies", **BY_ID),
    "vote": _to("vote", **BY_ID),
    "flag": _to("flag", **BY_ID),
}
DECIDED = {"comment_id": f"{BODY}/results/0/id"}
UNDO = {"comment": f"{BODY}/results/0/id", "decision": f"{BODY}/results/0/decision"}

LINKS: dict[str, dict[int, dict[str, Link]]] = {
    "submit": {201: {**OWN, **PUBLIC}, 202: OWN},
    "edit": {200: PUBLIC, 202: {"withdraw": _to("withdraw", **SAME_COMMENT)}},
    "form": {
        200: {"submit": _to("submit", {"post": "$request.query.post", "text": "I was there.", "form": f"{BODY}/token"})}
    },
    "comments": {
        200: {
            "next": _to("comments", post="$request.query.post", cursor=f"{BODY}/next"),
        }
    },
    "replies": {200: {"next": _to("replies", **SAME_COMMENT, cursor=f"{BODY}/next")}},
    "queue": {200: {"next": _to("queue", cursor=f"{BODY}/next")}},
    "decisions": {
        200: {
            "undo": _to("undo", UNDO),
            "undo_all": _to("undo", {"bulk": f"{BODY}/bulk"}),
            "vote": _to("vote", **DECIDED),
            "flag": _to("flag", **DECIDED),
            "history": _to("comment_with_history", **DECIDED),
        }
    },
    "reply": {201: {**PUBLIC, "edit": _to("edit_as_moderator", **BY_ID), "approve": OWN["approve"]}},
    "audit": {200: {"next": _to("audit", cursor=f"{BODY}/next")}},
    "posts": {200: {"next": _to("posts", cursor=f"{BODY}/next")}},
    "make_token": {201: {"revoke": _to("revoke_token", id=f"{BODY}/about/id")}},
    "invite": {201: {"dismiss": _to("dismiss", id=f"{BODY}/moderator/id")}},
}
