"""Endpoints: one decorator parses what comes in, calls the view, and turns what it returns into a response.

Nothing that a view raises gets past it, because Chalice would make a 500 without CORS headers of it.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from traceback import extract_tb
from typing import Any, TypeVar

from chalice import Blueprint, Response
from pydantic import BaseModel

from ... import runtime as runtimes
from ...core.accounts import Scope, Signed, author_hash, bearer
from ...core.comments import Caller
from ...core.errors import Invalid, KeyMissing, NotFound, Refusal, Unauthenticated
from ...core.ids import ID, base64url
from ...core.networks import limit_hash, network_hash, network_of
from ...runtime import Runtime
from ...store.engine.table import deadline
from .parsing import JSON, Query, parsed_body, parsed_query
from .problems import Failure, headers_of, problem_of
from .request import Incoming, incoming

log = logging.getLogger("afterword")

FORM = "application/x-www-form-urlencoded"
PUBLIC = "public, max-age=10, s-maxage=60, stale-while-revalidate=60"
NO_STORE = "no-store"
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=31536000",
}
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


@dataclass
class Answer:
    """What a view returns.  A text body is of type ``media``."""

    body: BaseModel | str | None = None
    status: int = 200
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request to a view: parsed, with everything that it may need to answer."""

    runtime: Runtime
    incoming: Incoming
    query: Any
    body: Any
    moderator: Signed | None = None

    @property
    def comment_id(self) -> str:
        """From the path.

        Raises:
            NotFound: nothing that could be an id.
        """
        value = self.incoming.path["comment_id"]
        if not ID.fullmatch(value):
            raise NotFound
        return value

    @property
    def caller(self) -> Caller:
        """Who asks, as a reader.

        Raises:
            Unauthenticated: with a token that is no author key.
        """
        return replace(self.stranger, author=_author(self.incoming))

    @property
    def stranger(self) -> Caller:
        """Who asks, by the address alone."""
        keys, now = self.runtime.keys, self.runtime.clock()
        network = network_of(self.incoming.address_by(keys.edge))
        return Caller(network=network_hash(keys.network, network), limit=limit_hash(keys.network, network, now.date()))

    @property
    def signed(self) -> Signed:
        """Who asks, as a moderator; only where the endpoint names a scope."""
        if self.moderator is None:
            raise LookupError("the endpoint names no scope")
        return self.moderator

    @property
    def idempotency_key(self) -> str:
        """From its header.

        Raises:
            KeyMissing: there is none.
            Invalid: it is not 22 base64url characters.
        """
        values = self.incoming.headers.get("idempotency-key", [])
        if not values:
            raise KeyMissing
        if len(values) > 1 or not ID.fullmatch(values[0]):
            raise Invalid({"Idempotency-Key": "must be 22 base64url characters"})
        return values[0]


def _author(request: Incoming) -> str:
    values = request.headers.get("authorization", [])
    if not values:
        return ""
    token = bearer(values)
    if author := author_hash(token):
        return author
    if values[-1][:17].lower() == "bearer aw_author_":
        raise Invalid({"Authorization": "an author key is 22 base64url characters"})
    raise Unauthenticated


View = Callable[[Call], Answer | BaseModel]
Apology = Callable[[Refusal, Incoming], Answer]
V = TypeVar("V", bound=View)


@dataclass(frozen=True)
class Endpoint:
    """One route and method: what it takes, what it may answer, and who may ask.

    ``memo``: the answer is the same for everybody, so that it has an entity tag and may be kept.
    ``scope``: what a moderator's token must allow; ``author``: an author key is read; ``anybody``: who has
    none may ask too; ``key``: an ``Idempotency-Key`` is read.  ``accepts`` and ``media`` are the bodies'
    types; a body that is no JSON is read by the view.  ``caching``: how long an answer may be kept, if not as
    long as any of its kind.  ``apology``: how a refusal is answered, if not as a problem.
    """

    method: str
    path: str
    view: View
    query: type[Query] | None = None
    body: type[BaseModel] | None = None
    answers: Mapping[int, type[BaseModel] | str | None] = field(default_factory=dict)
    refusals: Sequence[type[Refusal]] = ()
    memo: bool = False
    scope: Scope | None = None
    author: bool = False
    anybody: bool = False
    key: bool = False
    accepts: str = JSON
    media: str = JSON
    policy: str = DATA_POLICY
    caching: str = ""
    apology: Apology | None = None

    @property
    def kept(self) -> str:
        """How long an answer may be kept, as its ``Cache-Control`` says."""
        return self.caching or (PUBLIC if self.memo else NO_STORE)

    def respond(self) -> Response:
        """Answer the request at hand."""
        request, runtime, began = incoming.get(), runtimes.current(), time.monotonic()
        token = deadline.set(began + runtime.settings.deadline)
        try:
            response = self._answer(request, runtime)
        except Refusal as refusal:
            response = self._refused(refusal, request)
        except Exception as mistake:  # noqa: BLE001  the one of this door
            log_mistake(request, mistake)
            response = self._refused(Failure(), request)
        finally:
            deadline.reset(token)
        runtime.flush()
        response.headers = {"Content-Security-Policy": self.policy, **response.headers, **SAFE, **request_id(request)}
        if request.method == "HEAD":
            response.body = ""
        log_request(request, self.path, response.status_code, time.monotonic() - began)
        return response

    def _answer(self, request: Incoming, runtime: Runtime) -> Response:
        moderator = _moderator(self.scope, request, runtime) if self.scope else None
        query = parsed_query(self.query or Query, request)
        if self.memo:
            return self._same_for_everybody(Call(runtime, request, query, None))
        body = parsed_body(self.body, request) if self.body and self.accepts == JSON else None
        return _response(self.view(Call(runtime, request, query, body, moderator)), self.kept)

    def _refused(self, refusal: Refusal, request: Incoming) -> Response:
        return _response(self.apology(refusal, request), NO_STORE) if self.apology else refused(refusal)

    def _same_for_everybody(self, call: Call) -> Response:
        memo, post = call.runtime.memo, getattr(call.query, "post", None)
        post = post if isinstance(post, str) else ""
        asked = json.dumps(
            [self.path, dict(call.incoming.path), call.query and call.query.model_dump(), call.incoming.base]
        )
        kept, drops = memo.get(post, asked), memo.drops
        if kept:
            return self._conditional(call.incoming, kept.body, kept.etag)
        body = _text(self.view(call))
        etag = f'"{base64url(hashlib.sha256(body.encode()).digest()[:16])}"'
        memo.keep(post, asked, body=body, etag=etag, drops=drops)
        return self._conditional(call.incoming, body, etag)

    def _conditional(self, request: Incoming, body: str, etag: str) -> Response:
        """``If-None-Match`` saves bytes, not the reading."""
        headers = {"Content-Type": self.media, "Cache-Control": self.kept, "ETag": etag}
        known = {tag.strip().removeprefix("W/") for tag in request.header("if-none-match").split(",")}
        return _made("", headers, 304) if known & {etag, "*"} else _made(body, headers, 200)


def _text(answered: Answer | BaseModel) -> str:
    body = answered.body if isinstance(answered, Answer) else answered
    return body if isinstance(body, str) else body.model_dump_json() if body else ""


def _response(answered: Answer | BaseModel, caching: str) -> Response:
    answer = answered if isinstance(answered, Answer) else Answer(answered)
    headers = {"Content-Type": answer.media, "Cache-Control": caching, **answer.headers}
    return _made(_text(answer), headers, answer.status)


def _made(body: str, headers: Mapping[str, str], status: int) -> Response:
    return Response(body, dict(headers), status)


def refused(refusal: Refusal) -> Response:
    """The response to a refusal."""
    problem = problem_of(refusal)
    return _made(problem.model_dump_json(exclude_none=True), headers_of(problem), problem.status)


def request_id(request: Incoming) -> dict[str, str]:
    """The header that says under which id the request is logged."""
    return {"X-Request-Id": request.request_id} if request.request_id.isprintable() and request.request_id else {}


def _moderator(scope: Scope, request: Incoming, runtime: Runtime) -> Signed:
    signed = runtime.signing_in.check(bearer(request.headers.get("authorization", [])))
    signed.need(scope)
    return signed


def log_request(request: Incoming | None, route: str, status: int, took: float) -> None:
    """One line a request, with its facts and no word of a person."""
    facts = {
        "method": request.method if request else "",
        "route": route,
        "status": status,
        "ms": round(took * 1_000, 1),
        "request": request.request_id if request else "",
    }
    log.info(json.dumps(facts))


def log_mistake(request: Incoming, mistake: Exception) -> None:
    """Where it happened, in one line; not its message, which may hold a person's words."""
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in extract_tb(mistake.__traceback__)]
    log.error(json.dumps({"mistake": type(mistake).__name__, "where": where, "request": request.request_id}))


class Topic:
    """The endpoints of one topic, and the blueprint that carries them."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name)
        self.endpoints: list[Endpoint] = []

    def endpoint(self, method: str, path: str, **about: Any) -> Callable[[V], V]:  # noqa: ANN401  as Endpoint
        """Register a view.  Its docstring's first line is the summary in OpenAPI."""

        def register(view: V) -> V:
            endpoint = Endpoint(method=method, path=path, view=view, **about)
            self.endpoints.append(endpoint)
            methods = [method, "HEAD"] if endpoint.memo else [method]

            def respond(**_path: str) -> Response:
                return endpoint.respond()

            respond.__name__ = view.__name__
            respond.__doc__ = view.__doc__
            types = [endpoint.accepts] if endpoint.body else []  # without a body its type is nobody's business
            self.blueprint.route(path, methods=methods, content_types=types)(respond)
            return view

        return register
