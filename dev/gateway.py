"""Chalice's local gateway, made more like API Gateway.

The events have what the real ones have (stage, every value of a header, text bodies, null for what is
empty), an unknown method is refused as an unknown path is, what is large goes out compressed, and the app
can serve many threads at once: what holds here holds there.
"""

import base64
import gzip
import json
import logging
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import Message
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import LocalChalice, LocalGateway, LocalGatewayException

from chalicelib.api.http.gateway_responses import gateway_responses

CONFIG = Path(__file__).parent.parent / ".chalice" / "config.json"
STATIC = re.compile("'(.*)'", re.DOTALL)  # a value that stands for itself
NO_WEIGHT = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @classmethod
    def message(cls, status: int, text: str) -> "Answer":
        """Make an answer as the gateway itself makes them."""
        return cls(status, (("Content-Type", "application/json"),), b'{"message":"%s"}' % text.encode())


class Headers(dict[str, str]):
    """The last value of each header, as the gateway's ``headers`` has it; ``every`` has them all."""

    def __init__(self, message: Message) -> None:
        super().__init__((name.lower(), value) for name, value in message.items())
        self.every = {name: message.get_all(name) for name in self}

    def all(self, name: str) -> str:
        """All values of a header, as one; nothing without it."""
        return ",".join(self.every.get(name) or ())


class Gateway(LocalGateway):
    """Chalice's gateway, with the events and refusals of the real one.

    ``prefix`` is the stage as it stands in the address, "/api"; empty behind a domain of one's own.
    """

    def __init__(self, app: Chalice, prefix: str) -> None:
        super().__init__(app, Config.create(lambda_timeout=29, lambda_memory_size=512))
        self.prefix = prefix

    def _generate_lambda_event(self, method: str, path: str, headers: Any, body: bytes | None) -> dict[str, Any]:  # noqa: ANN401  Chalice's signature is narrower
        plain = path.replace(";", "%3B").replace("#", "%23")  # Chalice would cut the path there
        event: dict[str, Any] = super()._generate_lambda_event(method, plain, headers, body)
        context = event["requestContext"]
        if method not in (*self._app_object.routes[context["resourcePath"]], "OPTIONS"):
            raise ValueError(method)  # Chalice makes of it what the real gateway says of an unknown method
        self._complete(event, headers)
        return event

    def _complete(self, event: dict[str, Any], headers: Headers) -> None:
        context, query, body = event["requestContext"], event["multiValueQueryStringParameters"], event["body"]
        event |= {
            "path": context["path"],
            "resource": context["resourcePath"],
            "httpMethod": context["httpMethod"],
            "multiValueHeaders": headers.every,
            "queryStringParameters": query and {name: values[-1] for name, values in query.items()},
            "pathParameters": event["pathParameters"] or None,
            "stageVariables": None,
            "body": body.decode(errors="replace") if isinstance(body, bytes) else body,
        }
        context |= {
            "path": self.prefix + context["path"],
            "stage": self.prefix.strip("/") or "local",
            "requestId": str(uuid.uuid4()),
            "domainName": headers.get("host", ""),
        }

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """Let the app answer, or say what the gateway says in its place."""
        try:
            return answer_of(self.handle_request(method, path, headers, body or None))
        except LocalGatewayException:
            return said("MISSING_AUTHENTICATION_TOKEN")
        except Exception:  # the one broad door
            log.exception("The gateway failed.")
            return said("DEFAULT_5XX")


def said(kind: str) -> Answer:
    """What the gateway says by itself, as it is deployed."""
    response = gateway_responses()[kind]
    headers = static_headers(response, "gatewayresponse.header.")
    return Answer(int(response["statusCode"]), headers, response["responseTemplates"]["application/json"].encode())


def static_headers(response: Mapping[str, Any], prefix: str) -> tuple[tuple[str, str], ...]:
    """The headers among the parameters of a gateway's response.

    Raises:
        ValueError: one is no static value.  Only those are known here.
    """
    found = []
    for name, value in response.get("responseParameters", {}).items():
        static = STATIC.fullmatch(value)
        if not static:
            raise ValueError(f"{name}: {value} is no static value")
        found.append((name.removeprefix(prefix), static[1]))
    return tuple(found)


@cache
def least_compressed() -> int:
    """Tell how many bytes a body must have to be compressed, as it is deployed."""
    size: int = json.loads(CONFIG.read_text(encoding="utf-8"))["minimum_compression_size"]
    return size


def takes_gzip(accepted: str) -> bool:
    """Tell whether an ``Accept-Encoding`` names gzip; ``*``, or no header at all, is no wish."""
    codings = [coding.partition(";") for coding in accepted.lower().split(",")]
    return any(name.strip() == "gzip" and not NO_WEIGHT.fullmatch(weight) for name, _, weight in codings)


def compressed(answer: Answer, accepted: str, least: int) -> Answer:
    """Compress a large body for who takes gzip, as API Gateway does: no other header comes or changes."""
    names = {name.lower() for name, _ in answer.headers}
    if len(answer.body) < least or "content-encoding" in names or not takes_gzip(accepted):
        return answer
    headers = (*answer.headers, ("Content-Encoding", "gzip"))
    return replace(answer, headers=headers, body=gzip.compress(answer.body, mtime=0))


def answer_of(response: Mapping[str, Any]) -> Answer:
    """Turn the answer of a Lambda function into the gateway's."""
    headers = [*(response.get("headers") or {}).items()]
    headers += [(name, value) for name, values in (response.get("multiValueHeaders") or {}).items() for value in values]
    body = response.get("body") or b""
    if response.get("isBase64Encoded"):
        body = base64.b64decode(body)
    return Answer(response["statusCode"], tuple(headers), body.encode() if isinstance(body, str) else body)


class ConcurrentChalice(LocalChalice):
    """An app whose current request and Lambda context belong to the thread that serves them."""

    _CONTEXT = threading.local()

    @property
    def lambda_context(self) -> Any:  # noqa: ANN401
        """The context of this thread's request."""
        return getattr(self._CONTEXT, "value", None)

    @lambda_context.setter
    def lambda_context(self, value: Any) -> None:  # noqa: ANN401
        self._CONTEXT.value = value


def concurrent(app: Chalice) -> None:
    """Make an app fit to serve several threads."""
    if not isinstance(app, ConcurrentChalice):
        app.__class__ = type("Concurrent", (ConcurrentChalice, app.__class__), {})
