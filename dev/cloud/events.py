"""A request as API Gateway's REST APIs tell a function of it, and the function's answer as they send it on."""

import base64
import hashlib
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from dev.cloud.aws import ACCOUNT
from dev.cloud.deployed import Api, Found
from dev.gateway import Answer, Headers, answer_of

REMAPPED = {  # headers that the gateway keeps for itself: a function's own come out under another name
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
    """What was asked of an API.  The path is below the stage, percent-encoded as it was sent."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def event_of(api: Api, found: Found, request: Request) -> dict[str, Any]:
    """The event of a request."""
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
        "multiValueQueryStringParameters": many(pairs) or None,
        "pathParameters": dict(found.parameters) or None,
        "stageVariables": None,
        "requestContext": context_of(api, found, request),
        "body": text or None,
        "isBase64Encoded": binary,
    }


def many(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def context_of(api: Api, found: Found, request: Request) -> dict[str, Any]:
    """What the gateway knows of a request beside the request."""
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


def sent_on(api: Api, answered: Any, headers: Headers) -> Answer:  # noqa: ANN401  whatever a function returns
    """A function's answer as it goes out.

    Raises:
        ValueError: it is none that the gateway understands.
    """
    if not isinstance(answered, Mapping) or not isinstance(answered.get("statusCode"), int):
        raise ValueError("the answer has no statusCode")  # noqa: TRY004  its value is wrong, whatever its type
    first = headers.get("accept", "").partition(",")[0]
    decoded = bool(answered.get("isBase64Encoded")) and api.is_binary(first)
    answer = answer_of({**answered, "isBase64Encoded": decoded})
    renamed = [(f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, text) for name, text in answer.headers]
    return Answer(answer.status, tuple(renamed), answer.body)
