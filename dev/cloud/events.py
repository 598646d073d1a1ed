"""The events that API Gateway's REST APIs send to a function, and the responses that they make of its results."""

import base64
import hashlib
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from dev.cloud.deployed import Api, RouteMatch
from dev.cloud.worker import ACCOUNT
from dev.gateway import Headers, Response, response_from

REMAPPED = {  # headers that the gateway renames in a function's response
    "authorization",
    "connection",
    "content-md5",
    "date",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "www-authenticate",
}


@dataclass(frozen=True)
class Request:
    """A request to an API.  The path is below the stage, and still percent-encoded."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def event_from(api: Api, found: RouteMatch, request: Request) -> dict[str, Any]:
    """The event for a request."""
    headers, pairs = request.headers, parse_qsl(request.query, keep_blank_values=True)
    binary = bool(request.body) and api.is_binary(headers.get("content-type", ""))
    text = base64.b64encode(request.body).decode() if binary else request.body.decode(errors="replace")
    return {
        "resource": found.route,
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": headers.every or None,
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": values_by_name(pairs) or None,
        "pathParameters": dict(found.parameters) or None,
        "stageVariables": None,
        "requestContext": request_context(api, found, request),
        "body": text or None,
        "isBase64Encoded": binary,
    }


def values_by_name(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Name → all of its values."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def request_context(api: Api, found: RouteMatch, request: Request) -> dict[str, Any]:
    """The ``requestContext`` of an event."""
    now = time.time()
    return {
        "accountId": ACCOUNT,
        "apiId": api.served.api,
        "stage": api.served.stage,
        "resourceId": hashlib.sha256(found.route.encode()).hexdigest()[:6],
        "resourcePath": found.route,
        "operationName": None,
        "httpMethod": request.method,
        "path": f"{api.prefix}{request.path}",
        "protocol": "HTTP/1.1",
        "domainName": request.headers.get("host", ""),
        "requestId": request.id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "requestTimeEpoch": round(now * 1000),
        "identity": {"sourceIp": "127.0.0.1", "userAgent": request.headers.get("user-agent"), "user": None},
    }


def response_of(api: Api, result: Any, headers: Headers) -> Response:  # noqa: ANN401  whatever a function returns
    """The response to send for a function's result.

    Raises:
        ValueError: the result is not a response.
    """
    if not isinstance(result, Mapping) or not isinstance(result.get("statusCode"), int):
        raise ValueError("the result has no statusCode")  # noqa: TRY004  its value is wrong, whatever its type
    first = headers.get("accept", "").partition(",")[0]
    decoded = bool(result.get("isBase64Encoded")) and api.is_binary(first)
    response = response_from({**result, "isBase64Encoded": decoded})
    renamed = [
        (f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, text) for name, text in response.headers
    ]
    return Response(response.status, tuple(renamed), response.body)
