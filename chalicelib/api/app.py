"""The Chalice application.  Errors that Chalice answers itself become problem documents."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalice import Chalice, CORSConfig

from ..core.errors import NotFound, Refusal
from .http.endpoints import DATA_POLICY, SECURITY_HEADERS, Router, problem_response, request_id
from .http.problems import BadRequest, InternalError, MethodNotAllowed, UnsupportedMediaType
from .http.request import Request, current_request, parse_event
from .http.service_log import log_request

CORS = CORSConfig(
    allow_origin="*",
    allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
    expose_headers=["ETag", "Retry-After", "Location"],
    max_age=7200,
)
LAMBDA_HANDLERS = {"LambdaLoggerHandler", "LambdaLoggerHandlerWithFrameType"}  # they would log each line twice
CHALICE_ERRORS: dict[int, type[Refusal]] = {
    400: BadRequest,
    404: NotFound,
    405: MethodNotAllowed,
    415: UnsupportedMediaType,
}


def all_routers() -> Iterable[Router]:
    """All routers of the API."""
    from .registry import ROUTERS  # noqa: PLC0415  the routers for moderators are slow to import

    return ROUTERS


class App(Chalice):
    """A Chalice application that validates each event before Chalice sees it.

    ``routers`` loads all its routers; it is called when a request names a route that is not registered yet.
    """

    def __init__(self, app_name: str, routers: Callable[[], Iterable[Router]] = all_routers) -> None:
        super().__init__(app_name)
        self._routers = routers
        self._registered: list[Router] = []

    def register(self, routers: Iterable[Router]) -> None:
        """Add the routes of these routers, unless they are registered already."""
        for router in routers:
            if router not in self._registered:
                self.register_blueprint(router.blueprint())
                self._registered.append(router)

    def register_all(self) -> None:
        """Add the routes of all routers."""
        self.register(self._routers())

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401  whatever Lambda sends
        """Handle an event of Lambda."""
        request, began = parse_event(event) if isinstance(event, Mapping) else None, time.monotonic()
        if request is None:
            return refused(BadRequest("This is not an API Gateway event."), None, began)
        if not self._has_route(request):
            return refused(NotFound(), request, began)
        token = current_request.set(request)
        try:
            response: dict[str, Any] = super().__call__(_with_defaults(event), context)
        finally:
            current_request.reset(token)
        return response if _is_from_view(response) else _as_problem(response, request, began)

    def _has_route(self, request: Request) -> bool:
        """Whether the route exists and the event has exactly its path parameters."""
        named = all(f"{{{name}}}" in request.route for name in request.path)
        if request.route not in self.routes:
            self.register_all()
        return request.route in self.routes and named and request.route.count("{") == len(request.path)


def _with_defaults(event: Mapping[str, Any]) -> dict[str, Any]:
    """Add the keys that Chalice requires; views use the parsed request instead."""
    empty: dict[str, Any] = {
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "stageVariables": None,
        "body": None,
    }
    present = {name: value for name, value in event.items() if value is not None}
    headers = {name: value for name, value in (event.get("headers") or {}).items() if value is not None}
    return {**empty, **present, "headers": headers}


def _is_from_view(response: Mapping[str, Any]) -> bool:
    """Whether an endpoint made this response: those of Chalice lack the security headers."""
    return "X-Content-Type-Options" in response["headers"]


def _as_problem(response: Mapping[str, Any], request: Request, began: float) -> dict[str, Any]:
    problem = refused(CHALICE_ERRORS.get(response["statusCode"], InternalError)(), request, began)
    if "Allow" in response["headers"]:
        problem["headers"]["Allow"] = response["headers"]["Allow"]
    return problem


def refused(refusal: Refusal, request: Request | None, began: float) -> dict[str, Any]:
    """A problem response with the headers of every endpoint.  An unknown route is left out of the log entry."""
    response = problem_response(refusal)
    response.headers |= {
        **CORS.get_access_control_headers(),
        **SECURITY_HEADERS,
        "Content-Security-Policy": DATA_POLICY,
    }
    response.headers |= request_id(request) if request else {}
    route = request.route if request and not isinstance(refusal, NotFound) else ""
    log_request(request, route, response.status_code, time.monotonic() - began)
    serialized: dict[str, Any] = response.to_dict()
    return serialized


def log_to_stdout() -> None:
    """Write log lines to standard output, which CloudWatch collects."""
    log = logging.getLogger("afterword")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
    log.propagate = not any(type(each).__name__ in LAMBDA_HANDLERS for each in logging.getLogger().handlers)
    log.setLevel(logging.INFO)
