"""The door: Chalice, with every answer that it makes by itself turned into the house's problems."""

import logging
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

from chalice import Chalice, CORSConfig

from ..core.errors import NotFound, Refusal
from .http.endpoints import DATA_POLICY, SAFE, Topic, log_request, refused, request_id
from .http.problems import BadRequest, Failure, NotAllowed, WrongType
from .http.request import Incoming, incoming, read

CORS = CORSConfig(
    allow_origin="*",
    allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
    expose_headers=["ETag", "Retry-After", "Location"],
    max_age=7200,
)
LAMBDAS_OWN = {"LambdaLoggerHandler", "LambdaLoggerHandlerWithFrameType"}  # they would say each line once more
OWN_ANSWERS: dict[int, type[Refusal]] = {400: BadRequest, 404: NotFound, 405: NotAllowed, 415: WrongType}


class Service(Chalice):
    """Refuses what is no request before Chalice stumbles over it.

    Topics that it doesn't carry yet are loaded when a request names a route that it doesn't know.
    """

    def __init__(self, app_name: str) -> None:
        super().__init__(app_name)
        self._carried: list[Topic] = []

    def carry(self, topics: Iterable[Topic]) -> None:
        """Answer what these topics answer, besides those before."""
        for topic in topics:
            if topic not in self._carried:
                self.register_blueprint(topic.blueprint)
                self._carried.append(topic)

    def carry_the_rest(self) -> None:
        """Answer all there is."""
        from .registry import TOPICS  # noqa: PLC0415  moderators' topics take a while to load

        self.carry(TOPICS)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401  whatever Lambda sends
        """Answer one event."""
        request, began = read(event) if isinstance(event, Mapping) else None, time.monotonic()
        if request is None:
            return _answer(BadRequest("This is not a request that API Gateway sends."), None, began)
        if not self._leads_somewhere(request):
            return _answer(NotFound(), request, began)
        token = incoming.set(request)
        try:
            answer: dict[str, Any] = super().__call__(_completed(event), context)
        finally:
            incoming.reset(token)
        return answer if _is_ours(answer) else _in_our_words(answer, request, began)

    def _leads_somewhere(self, request: Incoming) -> bool:
        """A known route, with exactly the parameters that its path names."""
        named = all(f"{{{name}}}" in request.route for name in request.path)
        if request.route not in self.routes:
            self.carry_the_rest()
        return request.route in self.routes and named and request.route.count("{") == len(request.path)


def _completed(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with everything that Chalice takes for granted; the views read the request themselves."""
    empty: dict[str, Any] = {
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "stageVariables": None,
        "body": None,
    }
    kept = {name: value for name, value in event.items() if value is not None}
    headers = {name: value for name, value in (event.get("headers") or {}).items() if value is not None}
    return {**empty, **kept, "headers": headers}


def _is_ours(answer: Mapping[str, Any]) -> bool:
    """Chalice's own errors name their kind under ``Code``."""
    return "X-Content-Type-Options" in answer["headers"]


def _in_our_words(answer: Mapping[str, Any], request: Incoming, began: float) -> dict[str, Any]:
    ours = _answer(OWN_ANSWERS.get(answer["statusCode"], Failure)(), request, began)
    if "Allow" in answer["headers"]:
        ours["headers"]["Allow"] = answer["headers"]["Allow"]
    return ours


def _answer(refusal: Refusal, request: Incoming | None, began: float) -> dict[str, Any]:
    """What the door says itself, with all that an endpoint's answers have.  An unknown route is not logged."""
    response = refused(refusal)
    response.headers |= {**CORS.get_access_control_headers(), **SAFE, "Content-Security-Policy": DATA_POLICY}
    response.headers |= request_id(request) if request else {}
    route = request.route if request and not isinstance(refusal, NotFound) else ""
    log_request(request, route, response.status_code, time.monotonic() - began)
    made: dict[str, Any] = response.to_dict()
    return made


def log_to_stdout() -> None:
    """One line a request, where CloudWatch reads it."""
    log = logging.getLogger("afterword")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
    log.propagate = not any(type(each).__name__ in LAMBDAS_OWN for each in logging.getLogger().handlers)
    log.setLevel(logging.INFO)
