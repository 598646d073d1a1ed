"""API Gateway on localhost: serves every deployed API from its Swagger document.

An API is at `/<its id>/<stage>/…` and, as behind a custom domain, at `/<its name>/<stage>/…`, which is known before the
deployment.  If several APIs have the same name, it leads to the one that was deployed last.

A request passes through `dev.server.Handler` (framing), `Gateway` (route, preflight, the gateway's own errors) and
`Functions` (a worker with the current code).  Not simulated: authorizers, API keys, limits of single routes, and greedy
path variables.
"""

import logging
import threading
import time
from dataclasses import replace
from http import HTTPStatus

from dev.cloud.aws import Aws
from dev.cloud.deployed import Api, RouteMatch
from dev.cloud.edge import Edge
from dev.cloud.events import Request, event_from, response_of
from dev.cloud.functions import Functions
from dev.cloud.worker import FunctionFailed
from dev.gateway import Headers, Response, compressed

log = logging.getLogger(__name__)


class Bucket:
    """A token bucket: limits requests a second, and how many can come at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self.limits = (rate, burst)
        self._left = float(burst)
        self._filled = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take a token; false if there is none."""
        rate, burst = self.limits
        with self._lock:
            now = time.monotonic()
            self._left = min(burst, self._left + (now - self._filled) * rate)
            self._filled = now
            passes = self._left >= 1
            self._left -= passes
            return passes


class Gateway:
    """Serves requests to all deployed APIs."""

    prefix = ""

    def __init__(self, aws: Aws, functions: Functions) -> None:
        self.aws = aws
        self.functions = functions
        self.edge = Edge(self, functions)
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Response:
        """Route a request to its API, its distribution or its function URL."""
        if self.edge.serves(path):
            return self.edge.respond(method, path, headers, body)
        api = self._api(path)
        if api is None:
            return Response.message(HTTPStatus.FORBIDDEN, "Forbidden")
        plain, _, query = path.removeprefix(api.prefix).partition("?")
        request = Request(method, plain or "/", query, headers, body)
        response = self._response(api, request)
        response = replace(response, headers=(*response.headers, ("x-amzn-RequestId", request.id)))
        least = api.served.min_compressed
        return response if least is None else compressed(response, headers.all("accept-encoding"), least)

    def body_too_long(self, path: str) -> Response:
        """The response to a body that is too large."""
        api = self._api(path)
        return api.gateway_response("REQUEST_TOO_LARGE") if api else Response.message(HTTPStatus.FORBIDDEN, "Forbidden")

    def _api(self, path: str) -> Api | None:
        _, api, stage, *_ = [*path.partition("?")[0].split("/"), "", ""]
        found = [each for each in self.aws.served.values() if api in (each.api, each.name) and stage == each.stage]
        return Api(found[-1], f"/{api}/{stage}") if found else None

    def _is_within_limits(self, api: Api) -> bool:
        limits, key = self.aws.limits(api.served), (api.served.api, api.served.stage)
        if limits and (key not in self._buckets or self._buckets[key].limits != limits):
            self._buckets[key] = Bucket(*limits)
        return not limits or self._buckets[key].take()

    def _response(self, api: Api, request: Request) -> Response:
        if not self._is_within_limits(api):
            return api.gateway_response("THROTTLED")
        found = api.find(request.method, request.path)
        if found is None:
            return api.gateway_response("MISSING_AUTHENTICATION_TOKEN")
        return self._invoke(api, found, request) if found.function else found.mock

    def _invoke(self, api: Api, found: RouteMatch, request: Request) -> Response:
        try:
            result = self.functions.invoke(found.function, event_from(api, found, request))
            return response_of(api, result, request.headers)
        except (FunctionFailed, LookupError, ValueError) as failure:
            log.error("%s %s: %s", request.method, found.route, failure)  # noqa: TRY400  the message has the function's trace
            return api.gateway_response("DEFAULT_5XX")
