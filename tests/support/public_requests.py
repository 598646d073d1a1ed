"""Requests to all public routes, with arguments that could make them reveal hidden data.

Routes are those of the endpoints: a test fails if one is missing here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode

from chalicelib.store.threads import Sort
from ops.openapi.document import endpoints
from tests.support import non_interference
from tests.support.non_interference import OTHER, POSTS, SECRET
from tests.support.world import POST, key22

RequestArguments = dict[str, Any]  # as World.request takes it
Route = tuple[str, str]
RequestBuilder = Callable[["Known"], Iterable[RequestArguments]]

COMMENT = "/v1/comments/{comment_id}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LIMITS = ("2", "5", "100")
OTHER_AUTHOR = f"aw_author_{key22('stranger')}"
POST_KEYS = (*POSTS, SECRET, "/new", "/never/heard/of")
PUBLIC = {(each.method, each.path): each for each in endpoints() if each.scope is None}


@dataclass(frozen=True)
class Known:
    """What requests contain: public ids, hidden ids, cursors from elsewhere, names of assets, a form's token."""

    public: list[str]
    hidden: list[str]
    cursors: list[str]
    assets: list[str]
    form: str

    @property
    def ids(self) -> list[str]:
        """All ids, and some invalid ones."""
        return [*self.public, *self.hidden, key22("nobody"), "x", "x" * 21 + "="]

    @property
    def forged(self) -> list[str]:
        """Cursors that name each hidden comment, some of them before a public one, and some public comments."""
        last = self.public[0]
        hidden = [f"t{each}" for each in self.hidden] + [f"r{each}.r{last}" for each in self.hidden[-5:]]
        return [*hidden, *(f"t{each}" for each in self.public[-5:]), f"r{last}"]


def for_each_comment(comment_ids: Iterable[str], **more: Any) -> Iterator[RequestArguments]:
    for comment_id in comment_ids:
        yield {"path": {"comment_id": comment_id}, **more}


def list_requests(known: Known) -> Iterator[RequestArguments]:
    for post, sort in product(POST_KEYS, Sort):
        yield {"query": {"post": post, "sort": str(sort)}}
    for sort, limit in product(Sort, LIMITS):
        yield {"query": {"post": POST, "sort": str(sort), "limit": limit}}
    for sort, cursor in product(Sort, known.cursors):
        yield {"query": {"post": POST, "sort": str(sort), "cursor": cursor}}
    yield from ({"query": {"post": POST, "cursor": cursor}} for cursor in known.forged)
    for sort, each in product(Sort, known.hidden[-3:]):
        yield {"query": {"post": POST, "sort": str(sort), "cursor": f"t{each}~0.t{known.public[0]}~0"}}
    yield from (
        {"query": {"post": POST, **wrong}} for wrong in ({"limit": "0"}, {"sort": "best"}, {"status": "pending"})
    )


def reply_requests(known: Known) -> Iterator[RequestArguments]:
    yield from for_each_comment(known.ids)
    for limit, comment_id in product(LIMITS, [*known.public[:5], *known.public[-9:], *known.hidden[:3]]):
        yield {"path": {"comment_id": comment_id}, "query": {"limit": limit}}
    for cursor, comment_id in product(known.cursors, [known.public[0], known.hidden[0]]):
        yield {"path": {"comment_id": comment_id}, "query": {"cursor": cursor}}
    yield from ({"path": {"comment_id": known.public[0]}, "query": {"cursor": cursor}} for cursor in known.forged)


def count_requests(known: Known) -> Iterator[RequestArguments]:
    del known
    yield {"query": {"post": [*POST_KEYS, *(f"/nothing/{number}" for number in range(50 - len(POST_KEYS)))]}}
    yield from ({"query": {"post": [post]}} for post in POST_KEYS)


def page_requests(known: Known) -> Iterator[RequestArguments]:
    for post, sort in product(POST_KEYS, Sort):
        yield {"query": {"post": post, "sort": str(sort)}}
    yield from ({"query": {"post": POST, "cursor": cursor}} for cursor in [*known.cursors, *known.forged[::5]])
    yield {"query": {"post": POST, "status": "pending", "utm_source": "x"}}


def form_requests(known: Known) -> Iterator[RequestArguments]:
    yield from ({"query": {"post": post}} for post in POST_KEYS)
    for comment_id in [*known.public[-9:], *known.hidden, key22("nobody")]:
        yield {"query": {"post": POST, "parent": comment_id}}
    for post, comment_id in product((OTHER, SECRET), [*known.public[:2], *known.hidden[-3:]]):
        yield {"query": {"post": post, "parent": comment_id}}


def submission_requests(known: Known) -> Iterator[RequestArguments]:
    """Submissions below hidden comments, and to posts that have only hidden comments."""
    for number, comment_id in enumerate([*known.hidden, key22("nobody")]):
        headers = {"Idempotency-Key": key22(f"below hidden {number}")}
        yield {"json_body": {"post": POST, "text": "So?", "parent": comment_id}, "headers": headers}
    for post in (SECRET, OTHER, non_interference.CLOSED, "/new"):
        headers = {"Idempotency-Key": key22(f"at {post}")}
        yield {"json_body": {"post": post, "text": "So?"}, "headers": headers}


def form_submission_requests(known: Known) -> Iterator[RequestArguments]:
    for number, comment_id in enumerate([*known.hidden, key22("nobody"), ""]):
        fields = {"post": POST, "text": "So?", "parent": comment_id, "form": known.form, "key": key22(f"form {number}")}
        yield {"body": urlencode(fields), "headers": FORM}


def by_another_author(*bodies: Any) -> RequestBuilder:
    """Requests about comments that this author never wrote."""

    def question(known: Known) -> Iterator[RequestArguments]:
        for body in bodies:
            yield from for_each_comment(
                [*known.hidden, key22("nobody"), *known.public[:3]], json_body=body, token=OTHER_AUTHOR
            )

    return question


def always(*asked: RequestArguments) -> RequestBuilder:
    return lambda _known: [{}, *asked]


# In this order; those that write come last.
PUBLIC_REQUESTS: dict[Route, RequestBuilder] = {
    ("GET", "/v1/comments"): list_requests,
    ("GET", COMMENT): lambda known: for_each_comment(known.ids),
    ("GET", COMMENT + "/replies"): reply_requests,
    ("GET", "/v1/counts"): count_requests,
    ("GET", "/v1/latest"): always(*({"query": {"limit": limit}} for limit in ("1", "10", "50", "51"))),
    ("GET", "/v1/feed.atom"): always(*({"query": {"post": post}} for post in POST_KEYS)),
    ("GET", "/thread"): page_requests,
    ("GET", "/thread/form"): form_requests,
    ("GET", "/v1/form"): always(*({"query": {"post": post}} for post in POST_KEYS)),
    ("GET", "/openapi.json"): always(),
    ("GET", "/healthz"): always(),
    ("GET", "/.well-known/security.txt"): always(),
    ("GET", "/moderate"): always(),
    ("GET", "/widget.js"): always({"query": {"again": "123"}}),
    ("GET", "/count.js"): always({"query": {"again": "123"}}),
    ("GET", "/assets/{name}"): lambda known: ({"path": {"name": name}} for name in [*known.assets, "none.js"]),
    ("POST", "/v1/preview"): always({"json_body": {"text": "*So*"}}),
    ("GET", "/v1/mine"): lambda known: [
        {},
        {"token": OTHER_AUTHOR},
        *({"token": OTHER_AUTHOR, "query": {"id": [each]}} for each in known.hidden),
        *({"token": OTHER_AUTHOR, "query": {"cursor": cursor}} for cursor in known.cursors),
    ],
    ("POST", "/v1/moderation/sessions"): always({"json_body": {"link": f"aw_link_{key22('x')}"}}),
    ("PATCH", COMMENT): by_another_author({"text": "Mine."}),
    ("DELETE", COMMENT): by_another_author(None),
    ("PUT", COMMENT + "/vote"): by_another_author({"vote": 1}, {"vote": 0}),
    ("POST", COMMENT + "/flags"): by_another_author({"reason": "spam"}),
    ("DELETE", "/v1/mine"): always({"token": OTHER_AUTHOR}),
    ("POST", "/v1/comments"): submission_requests,
    ("POST", "/thread"): form_submission_requests,
}
