"""Chalice's local gateway, made to behave like API Gateway.

Its events have the fields of the real ones (stage, every value of a header, text bodies, null for empty values), an
unknown method is refused like an unknown path, large responses are compressed, and the app can serve many threads.
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
STATIC = re.compile("'(.*)'", re.DOTALL)  # a literal value
NO_WEIGHT = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @classmethod
    def message(cls, status: int, text: str) -> "Response":
        """A response of the gateway itself."""
        return cls(status, (("Content-Type", "application/json"),), b'{"message":"%s"}' % text.encode())


class Headers(dict[str, str]):
    """The last value of each header, as in the gateway's ``headers``; ``every`` has all values."""

    def __init__(self, message: Message) -> None:
        super().__init__((name.lower(), value) for name, value in message.items())
        self.every = {name: message.get_all(name) for name in self}

    def all(self, name: str) -> str:
        """All values of a header, joined by commas; empty without it."""
        return ",".join(self.every.get(name) or ())


class Gateway(LocalGateway):
    """Chalice's gateway with the events and errors of the real one.

    ``prefix`` is the stage in the URL, such as "/api"; empty behind a custom domain.
    """

    def __init__(self, app: Chalice, prefix: str) -> None:
        super().__init__(app, Config.create(lambda_timeout=29, lambda_memory_size=512))
        self.prefix = prefix

    def _generate_lambda_event(self, method: str, path: str, headers: Any, body: bytes | None) -> dict[str, Any]:  # noqa: ANN401  Chalice's signature is narrower
        plain = path.replace(";", "%3B").replace("#", "%23")  # Chalice would truncate the path there
        event: dict[str, Any] = super()._generate_lambda_event(method, plain, headers, body)
        context = event["requestContext"]
        if method not in (*self._app_object.routes[context["resourcePath"]], "OPTIONS"):
            raise ValueError(method)  # Chalice responds to it as the real gateway does to an unknown method
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

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Response:
        """The app's response, or the gateway's own error."""
        try:
            return response_from(self.handle_request(method, path, headers, body or None))
        except LocalGatewayException:
            return gateway_response("MISSING_AUTHENTICATION_TOKEN")
        except Exception:  # the one broad except
            log.exception("The gateway failed.")
            return gateway_response("DEFAULT_5XX")


def gateway_response(kind: str) -> Response:
    """The gateway's own response to an error, as configured for the deployment."""
    response = gateway_responses()[kind]
    headers = static_headers(response, "gatewayresponse.header.")
    return Response(int(response["statusCode"]), headers, response["responseTemplates"]["application/json"].encode())


def static_headers(response: Mapping[str, Any], prefix: str) -> tuple[tuple[str, str], ...]:
    """The headers in the parameters of a gateway response.

    Raises:
        ValueError: a value is not static.  Other values are not simulated.
    """
    found = []
    for name, value in response.get("responseParameters", {}).items():
        static = STATIC.fullmatch(value)
        if not static:
            raise ValueError(f"{name}: {value} is not a static value")
        found.append((name.removeprefix(prefix), static[1]))
    return tuple(found)


@cache
def min_compressed() -> int:
    """The size in bytes from which a body is compressed, as configured for the deployment."""
    size: int = json.loads(CONFIG.read_text(encoding="utf-8"))["minimum_compression_size"]
    return size


def accepts_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` names gzip; ``*`` or a missing header does not count."""
    codings = [coding.partition(";") for coding in accepted.lower().split(",")]
    return any(name.strip() == "gzip" and not NO_WEIGHT.fullmatch(weight) for name, _, weight in codings)


def compressed(response: Response, accepted: str, least: int) -> Response:
    """Compress a large body if the client accepts gzip; as on API Gateway, no other header changes."""
    names = {name.lower() for name, _ in response.headers}
    if len(response.body) < least or "content-encoding" in names or not accepts_gzip(accepted):
        return response
    headers = (*response.headers, ("Content-Encoding", "gzip"))
    return replace(response, headers=headers, body=gzip.compress(response.body, mtime=0))


def response_from(response: Mapping[str, Any]) -> Response:
    """The HTTP response for the result of a Lambda function."""
    headers = [*(response.get("headers") or {}).items()]
    headers += [(name, value) for name, values in (response.get("multiValueHeaders") or {}).items() for value in values]
    body = response.get("body") or b""
    if response.get("isBase64Encoded"):
        body = base64.b64decode(body)
    return Response(response["statusCode"], tuple(headers), body.encode() if isinstance(body, str) else body)


class ConcurrentChalice(LocalChalice):
    """An app with a current request and Lambda context for each thread."""

    _CONTEXT = threading.local()

    @property
    def lambda_context(self) -> Any:  # noqa: ANN401
        """The context of this thread's request."""
        return getattr(self._CONTEXT, "value", None)

    @lambda_context.setter
    def lambda_context(self, value: Any) -> None:  # noqa: ANN401
        self._CONTEXT.value = value


def make_concurrent(app: Chalice) -> None:
    """Make an app safe for several threads."""
    if not isinstance(app, ConcurrentChalice):
        app.__class__ = type("Concurrent", (ConcurrentChalice, app.__class__), {})
