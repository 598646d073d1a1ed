"""Lambda function URLs: their events become those of REST APIs, their preflights are answered here.

A function URL has no routes: the path is matched against the templates of the API.  Its events (payload 2.0) have a
header's or a parameter's values joined by commas, so the raw query string is parsed here.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl

from .request import CDN_KEY_HEADER, Request


def as_rest_event(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """The event as a REST API sends it, except for its route (``routed``); ``None`` if it is not one of a URL.

    It does not contain the host of the URL, which nobody needs to know.
    """
    if not _is_url_event(event):
        return None
    context, http = event["requestContext"], event["requestContext"]["http"]
    query = _query(str(event.get("rawQueryString") or ""))
    return {
        "resource": "",
        "path": event["rawPath"],
        "httpMethod": http["method"],
        "headers": _headers(event),
        "multiValueHeaders": None,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "",
            "httpMethod": http["method"],
            "requestId": context.get("requestId"),
            "identity": {"sourceIp": http.get("sourceIp")},
        },
        "body": event.get("body"),
        "isBase64Encoded": bool(event.get("isBase64Encoded")),
    }


def _is_url_event(event: Mapping[str, Any]) -> bool:
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, Mapping) else None
    return (
        isinstance(http, Mapping)
        and isinstance(http.get("method"), str)
        and isinstance(event.get("rawPath"), str)
        and isinstance(event.get("rawQueryString"), str | None)
        and isinstance(event.get("headers") or {}, Mapping)
        and isinstance(event.get("cookies") or [], list)
        and isinstance(event.get("body"), str | None)
    )


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    headers = {name: str(value) for name, value in (event.get("headers") or {}).items() if value is not None}
    cookies = "; ".join(map(str, event.get("cookies") or []))
    return {**headers, "cookie": cookies} if cookies else headers


def _query(raw: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


def is_from_cdn(request: Request, hashes: Iterable[str]) -> bool:
    """Whether a request has one of the CDN's keys, given by their hashes: no secret is read for it."""
    sent = request.headers.get(CDN_KEY_HEADER, [])
    digest = sha256(sent[0].encode(errors="replace")).hexdigest() if len(sent) == 1 else ""
    return any(compare_digest(digest, known) for known in hashes)


def routed(event: Mapping[str, Any], route: str) -> dict[str, Any]:
    """The event with its route and the parameters of its path, still percent-encoded."""
    named = zip(route.split("/"), event["path"].split("/"), strict=True)
    parameters = {name[1:-1]: part for name, part in named if name.startswith("{")}
    context = {**event["requestContext"], "resourcePath": route}
    return {**event, "resource": route, "pathParameters": parameters or None, "requestContext": context}


def matching(path: str, routes: Iterable[str]) -> str | None:
    """The route that a path belongs to.  No two routes of the API match the same path."""
    parts = path.split("/")
    return next((route for route in routes if _matches(route.split("/"), parts)), None)


def _matches(names: list[str], parts: list[str]) -> bool:
    return len(names) == len(parts) and all(
        bool(part) if name.startswith("{") else name == part for name, part in zip(names, parts, strict=True)
    )


def as_url_response(response: Mapping[str, Any]) -> dict[str, Any]:
    """A response as a function URL takes it, with one value for each header."""
    several = response.get("multiValueHeaders") or {}
    headers = {**response["headers"], **{name: ", ".join(values) for name, values in several.items()}}
    return {**{name: value for name, value in response.items() if name != "multiValueHeaders"}, "headers": headers}
