"""The Lambda function that CloudFront calls by its URL, for everything that readers do (docs/decisions/cdn.md).

It has no routes for moderators, whose requests go through API Gateway to the other function: so a flood of readers
can't stop moderation.  Whoever calls it without CloudFront's key is refused before anything is read.
"""

import gc

gc.disable()  # as in app.py

import time  # noqa: E402
from collections.abc import Iterable, Mapping  # noqa: E402
from typing import Any  # noqa: E402

from chalice import Blueprint, Response  # noqa: E402

from ..core.errors import Forbidden, NotFound  # noqa: E402
from ..settings import edge_key_hashes  # noqa: E402
from .app import CORS, App, log_to_stdout, refused  # noqa: E402
from .cold_start import LOADED_AT_START, warm_up  # noqa: E402
from .http.endpoints import SECURITY_HEADERS, Router, request_id  # noqa: E402
from .http.function_urls import as_rest_event, as_url_response, is_from_cdn, matching, routed  # noqa: E402
from .http.problems import BadRequest  # noqa: E402
from .http.request import Request, parse_event  # noqa: E402
from .http.service_log import log_request  # noqa: E402

PUBLIC = "public"  # Chalice's name of the function
NOT_OURS = Forbidden("This address is for CloudFront only.")


def _routers() -> Iterable[Router]:
    from .public_routers import PUBLIC_ROUTERS  # noqa: PLC0415  as slow to import as they are rarely needed

    return PUBLIC_ROUTERS


log_to_stdout()
functions = Blueprint(__name__)
app = App("afterword", _routers)
app.api.cors = CORS


@functions.lambda_function(name=PUBLIC)
def public(event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401  whatever Lambda sends
    """Handle an event of the function's URL."""
    return as_url_response(_respond(event, context))


def _respond(event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401  likewise
    began = time.monotonic()
    converted = as_rest_event(event) if isinstance(event, Mapping) else None
    request = parse_event(converted) if converted else None
    if not converted or not request:
        return refused(BadRequest("This is not an event of a function URL."), None, began)
    if not is_from_cdn(request, edge_key_hashes()):
        return refused(NOT_OURS, request, began)
    route = _route(converted["path"])
    if route is None:
        return refused(NotFound(), request, began)
    if request.method == "OPTIONS":
        return _preflight(request, route, began)
    return app(routed(converted, route), context)


def _route(path: str) -> str | None:
    found = matching(path, app.routes)
    if found is None:
        app.register_all()
        found = matching(path, app.routes)
    return found


def _preflight(request: Request, route: str, began: float) -> dict[str, Any]:
    """The response that API Gateway gives by itself."""
    methods = ",".join([*app.routes[route], "OPTIONS"])
    headers = {**CORS.get_access_control_headers(), "Access-Control-Allow-Methods": methods}
    response = Response("", {**headers, **SECURITY_HEADERS, "Cache-Control": "no-store", **request_id(request)}, 200)
    log_request(request, route, response.status_code, time.monotonic() - began)
    answer: dict[str, Any] = response.to_dict()
    return answer


app.register(LOADED_AT_START)
warm_up()

gc.freeze()
gc.enable()
