"""Every question that anybody may ask: all public routes, with what could make them tell what is hidden.

Routes are those of the endpoints: a test fails if one is missing here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode

from chalicelib.store.threads import Sort
from ops.openapi.document import endpoints
from tests import twins
from tests.twins import OTHER, POSTS, SECRET
from tests.world import POST, key22

Asked = dict[str, Any]  # as World.request takes it
Route = tuple[str, str]
Question = Callable[["Known"], Iterable[Asked]]

COMMENT = "/v1/comments/{comment_id}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LIMITS = ("2", "5", "100")
STRANGER = f"aw_author_{key22('stranger')}"
NAMED = (*POSTS, SECRET, "/new", "/never/heard/of")
PUBLIC = {(each.method, each.path): each for each in endpoints() if each.scope is None}


@dataclass(frozen=True)
class Known:
    """What somebody asks about: ids that are public, ids that are not, and cursors from elsewhere."""

    public: list[str]
    hidden: list[str]
    cursors: list[str]
    assets: list[str]

    @property
    def ids(self) -> list[str]:
        """All of them, and what is no id of a comment."""
        return [*self.public, *self.hidden, key22("nobody"), "x", "x" * 21 + "="]


def about(comment_ids: Iterable[str], **more: Any) -> Iterator[Asked]:
    for comment_id in comment_ids:
        yield {"path": {"comment_id": comment_id}, **more}


def asked_lists(known: Known) -> Iterator[Asked]:
    for post, sort in product(NAMED, Sort):
        yield {"query": {"post": post, "sort": str(sort)}}
    for sort, limit in product(Sort, LIMITS):
        yield {"query": {"post": POST, "sort": str(sort), "limit": limit}}
    for sort, cursor in product(Sort, known.cursors):
        yield {"query": {"post": POST, "sort": str(sort), "cursor": cursor}}
    yield from (
        {"query": {"post": POST, **wrong}} for wrong in ({"limit": "0"}, {"sort": "best"}, {"status": "pending"})
    )


def asked_replies(known: Known) -> Iterator[Asked]:
    yield from about(known.ids)
    for limit, comment_id in product(LIMITS, [*known.public[:5], *known.public[-9:], *known.hidden[:3]]):
        yield {"path": {"comment_id": comment_id}, "query": {"limit": limit}}
    for cursor, comment_id in product(known.cursors, [known.public[0], known.hidden[0]]):
        yield {"path": {"comment_id": comment_id}, "query": {"cursor": cursor}}


def asked_counts(known: Known) -> Iterator[Asked]:
    del known
    yield {"query": {"post": [*NAMED, *(f"/nothing/{number}" for number in range(50 - len(NAMED)))]}}
    yield from ({"query": {"post": [post]}} for post in NAMED)


def asked_pages(known: Known) -> Iterator[Asked]:
    for post, sort in product(NAMED, Sort):
        yield {"query": {"post": post, "sort": str(sort)}}
    yield from ({"query": {"post": POST, "cursor": cursor}} for cursor in known.cursors)
    yield {"query": {"post": POST, "status": "pending", "utm_source": "x"}}


def asked_forms(known: Known) -> Iterator[Asked]:
    yield from ({"query": {"post": post}} for post in NAMED)
    for comment_id in [*known.public[-9:], *known.hidden, key22("nobody")]:
        yield {"query": {"post": POST, "parent": comment_id}}
    for post, comment_id in product((OTHER, SECRET), [*known.public[:2], *known.hidden[-3:]]):
        yield {"query": {"post": post, "parent": comment_id}}


def asked_submissions(known: Known) -> Iterator[Asked]:
    """Below what is hidden, and where only hidden comments are."""
    for number, comment_id in enumerate([*known.hidden, key22("nobody")]):
        headers = {"Idempotency-Key": key22(f"below hidden {number}")}
        yield {"json_body": {"post": POST, "text": "So?", "parent": comment_id}, "headers": headers}
    for post in (SECRET, OTHER, twins.CLOSED, "/new"):
        headers = {"Idempotency-Key": key22(f"at {post}")}
        yield {"json_body": {"post": post, "text": "So?"}, "headers": headers}


def asked_sent_forms(known: Known) -> Iterator[Asked]:
    for number, comment_id in enumerate([*known.hidden, key22("nobody"), ""]):
        fields = {"post": POST, "text": "So?", "parent": comment_id, "key": key22(f"form {number}")}
        yield {"body": urlencode(fields), "headers": FORM}


def by_a_stranger(*bodies: Any) -> Question:
    """About comments that this author never wrote, public or not."""

    def question(known: Known) -> Iterator[Asked]:
        for body in bodies:
            yield from about([*known.hidden, key22("nobody"), *known.public[:3]], json_body=body, token=STRANGER)

    return question


def once(*asked: Asked) -> Question:
    return lambda _known: [{}, *asked]


# In this order; those that write come last.
QUESTIONS: dict[Route, Question] = {
    ("GET", "/v1/comments"): asked_lists,
    ("GET", COMMENT): lambda known: about(known.ids),
    ("GET", COMMENT + "/replies"): asked_replies,
    ("GET", "/v1/counts"): asked_counts,
    ("GET", "/v1/latest"): once(*({"query": {"limit": limit}} for limit in ("1", "10", "50", "51"))),
    ("GET", "/v1/feed.atom"): once(*({"query": {"post": post}} for post in NAMED)),
    ("GET", "/thread"): asked_pages,
    ("GET", "/thread/form"): asked_forms,
    ("GET", "/v1/form"): once(*({"query": {"post": post}} for post in NAMED)),
    ("GET", "/openapi.json"): once(),
    ("GET", "/healthz"): once(),
    ("GET", "/moderate"): once(),
    ("GET", "/widget.js"): once({"query": {"again": "123"}}),
    ("GET", "/count.js"): once({"query": {"again": "123"}}),
    ("GET", "/assets/{name}"): lambda known: ({"path": {"name": name}} for name in [*known.assets, "none.js"]),
    ("POST", "/v1/preview"): once({"json_body": {"text": "*So*"}}),
    ("GET", "/v1/mine"): lambda known: [
        {},
        {"token": STRANGER},
        *({"token": STRANGER, "query": {"id": [each]}} for each in known.hidden),
        *({"token": STRANGER, "query": {"cursor": cursor}} for cursor in known.cursors),
    ],
    ("POST", "/v1/moderation/sessions"): once({"json_body": {"link": f"aw_link_{key22('x')}"}}),
    ("PATCH", COMMENT): by_a_stranger({"text": "Mine."}),
    ("DELETE", COMMENT): by_a_stranger(None),
    ("PUT", COMMENT + "/vote"): by_a_stranger({"vote": 1}, {"vote": 0}),
    ("POST", COMMENT + "/flags"): by_a_stranger({"reason": "spam"}),
    ("DELETE", "/v1/mine"): once({"token": STRANGER}),
    ("POST", "/v1/comments"): asked_submissions,
    ("POST", "/thread"): asked_sent_forms,
}
