"""API Gateway on loopback: every API that is deployed, as its Swagger document says.

It answers at `/<its id>/<stage>/…`, and at `/<its name>/<stage>/…` as behind a domain of one's own: that address is
known before anything is deployed.  Of several APIs of one name the last that was deployed has it.

A request goes: `dev.server.Handler` (framing) → `Gateway` (route, preflight, what the gateway says by itself) →
`Functions` (the code that is deployed now, in a worker).  Not simulated: authorizers, API keys, limits of single
routes, and routes that stand for several parts of a path.
"""

import logging
import threading
import time
from dataclasses import replace
from http import HTTPStatus

from dev.cloud.aws import Aws
from dev.cloud.deployed import Api, Found
from dev.cloud.events import Request, event_of, sent_on
from dev.cloud.functions import Functions
from dev.cloud.worker import FunctionFailed
from dev.gateway import Answer, Headers, compressed

log = logging.getLogger(__name__)


class Bucket:
    """Lets so many requests a second through, and so many at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self.limits = (rate, burst)
        self._left = float(burst)
        self._filled = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether one more may pass."""
        rate, burst = self.limits
        with self._lock:
            now = time.monotonic()
            self._left = min(burst, self._left + (now - self._filled) * rate)
            self._filled = now
            passes = self._left >= 1
            self._left -= passes
            return passes


class Gateway:
    """Answers requests to every deployed API."""

    prefix = ""

    def __init__(self, aws: Aws, functions: Functions) -> None:
        self.aws = aws
        self.functions = functions
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """Find the API and let it answer."""
        api = self._api(path)
        if api is None:
            return Answer.message(HTTPStatus.FORBIDDEN, "Forbidden")
        plain, _, query = path.removeprefix(api.prefix).partition("?")
        request = Request(method, plain or "/", query, headers, body)
        answer = self._answer(api, request)
        answer = replace(answer, headers=(*answer.headers, ("x-amzn-RequestId", request.id)))
        least = api.served.least_compressed
        return answer if least is None else compressed(answer, headers.all("accept-encoding"), least)

    def too_long(self, path: str) -> Answer:
        """Say that no body of this size is taken."""
        api = self._api(path)
        return api.says("REQUEST_TOO_LARGE") if api else Answer.message(HTTPStatus.FORBIDDEN, "Forbidden")

    def _api(self, path: str) -> Api | None:
        _, api, stage, *_ = [*path.partition("?")[0].split("/"), "", ""]
        found = [each for each in self.aws.served.values() if api in (each.api, each.name) and stage == each.stage]
        return Api(found[-1], f"/{api}/{stage}") if found else None

    def _passes(self, api: Api) -> bool:
        limits, key = self.aws.limits(api.served), (api.served.api, api.served.stage)
        if limits and (key not in self._buckets or self._buckets[key].limits != limits):
            self._buckets[key] = Bucket(*limits)
        return not limits or self._buckets[key].take()

    def _answer(self, api: Api, request: Request) -> Answer:
        if not self._passes(api):
            return api.says("THROTTLED")
        found = api.find(request.method, request.path)
        if found is None:
            return api.says("MISSING_AUTHENTICATION_TOKEN")
        return self._invoked(api, found, request) if found.function else found.mock

    def _invoked(self, api: Api, found: Found, request: Request) -> Answer:
        try:
            answered = self.functions.invoke(found.function, event_of(api, found, request))
            return sent_on(api, answered, request.headers)
        except (FunctionFailed, LookupError, ValueError) as failure:
            log.error("%s %s: %s", request.method, found.route, failure)  # noqa: TRY400  the function's trace, not ours
            return api.says("DEFAULT_5XX")
