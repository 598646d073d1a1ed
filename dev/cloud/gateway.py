"""API Gateway on loopback: every API that is deployed, as its Swagger document says.

It answers at `/<its id>/<stage>/…`, and at `/<its name>/<stage>/…` as behind a domain of one's own: that address is
known before anything is deployed.  Of several APIs of one name the last that was deployed has it.

A request goes: `dev.server.Handler` (framing) → `Gateway` (route, preflight, what the gateway says by itself) →
`Functions` (the code that is deployed now, in a worker).  Not simulated: authorizers, API keys, throttling, and
routes that stand for several parts of a path.
"""

import logging
from dataclasses import replace
from http import HTTPStatus

from dev.cloud.aws import Aws
from dev.cloud.deployed import Api, Found
from dev.cloud.events import Request, event_of, sent_on
from dev.cloud.functions import Functions
from dev.cloud.worker import FunctionFailed
from dev.gateway import Answer, Headers, compressed

log = logging.getLogger(__name__)


class Gateway:
    """Answers requests to every deployed API."""

    prefix = ""

    def __init__(self, aws: Aws, functions: Functions) -> None:
        self.aws = aws
        self.functions = functions

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

    def _answer(self, api: Api, request: Request) -> Answer:
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
