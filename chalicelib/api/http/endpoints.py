"""Endpoints: one decorator parses the request, calls the view and turns its result into a response.

It catches everything that a view raises: Chalice would answer with a 500 without CORS headers.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, update_wrapper
from typing import Any, TypeVar

from chalice import Blueprint, Response
from pydantic import BaseModel

from ... import runtime as runtimes
from ...core.accounts import Principal, Scope, bearer
from ...core.comments import Caller
from ...core.errors import Invalid, KeyMissing, NotFound, Refusal
from ...core.ids import ID
from ...core.networks import caller_at
from ...runtime import Runtime
from ...store.engine.deadline import time_limit
from . import caching as caches
from .caching import NO_STORE, PUBLIC
from .parsing import JSON, Query, author_of, parsed_body, parsed_query
from .problems import InternalError, headers_of, problem_of
from .request import Request, current_request
from .service_log import log_exception, log_request, log_unavailable

HTML = "text/html; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=31536000",
}
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
Headers = dict[str, str | list[str]]  # as Chalice takes them


@dataclass
class ViewResponse:
    """The result of a view.  ``media`` is the content type of a text body."""

    body: BaseModel | str | None = None
    status: int = 200
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """The argument of every view: the parsed request and the services that the view may use."""

    runtime: Runtime
    request: Request
    query: Any
    body: Any
    authenticated: Principal | None = None

    @property
    def comment_id(self) -> str:
        """The comment id in the path.

        Raises:
            NotFound: it is not a well-formed id.
        """
        value = self.request.path["comment_id"]
        if not ID.fullmatch(value):
            raise NotFound
        return value

    @property
    def caller(self) -> Caller:
        """The caller as a reader, identified by author key if the request has one.

        Raises:
            Unauthenticated: the token is not an author key.
        """
        return replace(self.anonymous_caller, author=author_of(self.request))

    @property
    def anonymous_caller(self) -> Caller:
        """The caller as a reader, identified by network only."""
        keys, today = self.runtime.keys, self.runtime.clock().date()
        return caller_at(keys.network, self.request.address_by(keys.edge), today)

    @property
    def principal(self) -> Principal:
        """The signed-in moderator or API token.  Only endpoints with a scope have one."""
        if self.authenticated is None:
            raise LookupError("this endpoint declares no scope")
        return self.authenticated

    @property
    def idempotency_key(self) -> str:
        """The value of the ``Idempotency-Key`` header.

        Raises:
            KeyMissing: the header is missing.
            Invalid: it is not 22 base64url characters.
        """
        values = self.request.headers.get("idempotency-key", [])
        if not values:
            raise KeyMissing
        if len(values) > 1 or not ID.fullmatch(values[0]):
            raise Invalid({"Idempotency-Key": "must be 22 base64url characters"})
        return values[0]


View = Callable[[Call], ViewResponse | BaseModel]
ErrorPage = Callable[[Refusal, Request], ViewResponse]
V = TypeVar("V", bound=View)


@dataclass(frozen=True)
class Endpoint:
    """One route and method: its parameters, responses, refusals and required authentication.

    ``cached``: the response is the same for every caller, has an ``ETag`` and may be cached.
    ``scope``: what the moderator's token must allow.  ``author``: an author key is read; it is
    required unless ``author_optional``.  ``key``: an ``Idempotency-Key`` is read.
    ``accepts`` and ``media`` are the content types of the request and the response; the view itself
    parses a body that is not JSON.  ``policy`` is the ``Content-Security-Policy``.  ``caching``
    overrides the default ``Cache-Control``.  ``error_page`` renders refusals; by default they are
    problem documents.
    """

    method: str
    path: str
    view: View
    query: type[Query] | None = None
    body: type[BaseModel] | None = None
    responses: Mapping[int, type[BaseModel] | str | None] = field(default_factory=dict)
    refusals: Sequence[type[Refusal]] = ()
    cached: bool = False
    scope: Scope | None = None
    author: bool = False
    author_optional: bool = False
    key: bool = False
    accepts: str = JSON
    media: str = JSON
    policy: str = DATA_POLICY
    caching: str = ""
    error_page: ErrorPage | None = None

    @cached_property
    def cache_control(self) -> str:
        """The ``Cache-Control`` header of successful responses."""
        return self.caching or (PUBLIC if self.cached else NO_STORE)

    def respond(self, **_path: str) -> Response:
        """Handle the current request.  Chalice passes the parameters of the path, which the request has too."""
        request, runtime, began = current_request.get(), runtimes.current(), time.monotonic()
        try:
            with time_limit(runtime.stopwatch, runtime.settings.deadline):
                response = self._handle(request, runtime)
        except Refusal as refusal:
            log_unavailable(request, refusal)
            response = self._refused(refusal, request)
        except Exception as error:  # noqa: BLE001  the only one of this entry point
            log_exception(request, error)
            response = self._refused(InternalError(), request)
        runtime.flush()
        response.headers = {
            "Content-Security-Policy": self.policy,
            **response.headers,
            **SECURITY_HEADERS,
            **request_id(request),
        }
        if request.method == "HEAD":
            response.body = ""
        log_request(request, self.path, response.status_code, time.monotonic() - began)
        return response

    def _handle(self, request: Request, runtime: Runtime) -> Response:
        principal = _authenticate(self.scope, request, runtime) if self.scope else None
        query = parsed_query(self.query or Query, request)
        if self.cached:
            return self._cached_response(Call(runtime, request, query, None))
        body = parsed_body(self.body, request) if self.body and self.accepts == JSON else None
        return _response(self.view(Call(runtime, request, query, body, principal)), self.cache_control)

    def _refused(self, refusal: Refusal, request: Request) -> Response:
        return _response(self.error_page(refusal, request), NO_STORE) if self.error_page else problem_response(refusal)

    def _cached_response(self, call: Call) -> Response:
        memo, post = call.runtime.memo, getattr(call.query, "post", None)
        post = post if isinstance(post, str) else ""
        cache_key = json.dumps(
            [self.path, dict(call.request.path), call.query and call.query.model_dump(), call.request.base]
        )
        cached, drops = memo.get(post, cache_key), memo.drops
        if cached and cached.refusal:
            raise cached.refusal.with_traceback(None)
        if cached:
            return self._conditional(call, cached.body, cached.etag)
        try:
            body = _body_text(self.view(call))
        except (Invalid, NotFound) as refusal:
            memo.store(post, cache_key, refusal=refusal, drops=drops)
            raise
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
        memo.store(post, cache_key, body=body, etag=etag, drops=drops)
        return self._conditional(call, body, etag)

    def _conditional(self, call: Call, body: str, etag: str) -> Response:
        """Respond with 304 where ``If-None-Match`` fits: it saves bytes, not reads."""
        caching = caches.current(self.cache_control, call.runtime)
        headers: Headers = {"Content-Type": self.media, "Cache-Control": caching, "ETag": etag}
        sent = call.request.headers.get("if-none-match", [""])[-1]
        known = {tag.strip().removeprefix("W/") for tag in sent.split(",")}
        return Response("", headers, 304) if known & {etag, "*"} else Response(body, headers, 200)


def _body_text(result: ViewResponse | BaseModel) -> str:
    body = result.body if isinstance(result, ViewResponse) else result
    return body if isinstance(body, str) else body.model_dump_json() if body else ""


def _response(result: ViewResponse | BaseModel, caching: str) -> Response:
    response = result if isinstance(result, ViewResponse) else ViewResponse(result)
    headers: Headers = {"Content-Type": response.media, "Cache-Control": caching, **response.headers}
    return Response(_body_text(response), headers, response.status)


def problem_response(refusal: Refusal) -> Response:
    """The response to a refusal: a problem document."""
    problem = problem_of(refusal)
    return Response(problem.model_dump_json(exclude_none=True), {**headers_of(problem)}, problem.status)


def request_id(request: Request) -> dict[str, str]:
    """The ``X-Request-Id`` header with the id that the log entry has."""
    return {"X-Request-Id": request.request_id} if request.request_id.isprintable() and request.request_id else {}


def _authenticate(scope: Scope, request: Request, runtime: Runtime) -> Principal:
    principal = runtime.accounts_service.check(bearer(request.headers.get("authorization", [])))
    principal.require(scope)
    return principal


class Router:
    """The endpoints of one resource."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.endpoints: list[Endpoint] = []

    def endpoint(self, method: str, path: str, **options: Any) -> Callable[[V], V]:  # noqa: ANN401  as Endpoint
        """Register a view.  The first line of its docstring is the OpenAPI summary."""

        def register(view: V) -> V:
            self.endpoints.append(Endpoint(method=method, path=path, view=view, **options))
            return view

        return register

    def blueprint(self) -> Blueprint:
        """A new Chalice blueprint with the routes: Chalice registers a blueprint with one application only."""
        made = Blueprint(self.name)
        for endpoint in self.endpoints:
            methods = [endpoint.method, "HEAD"] if endpoint.cached else [endpoint.method]
            respond = update_wrapper(partial(endpoint.respond), endpoint.view)  # Chalice names handlers after views
            types = [endpoint.accepts] if endpoint.body else []  # without a body its content type does not matter
            made.route(endpoint.path, methods=methods, content_types=types)(respond)
        return made
