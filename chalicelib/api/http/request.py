"""HTTP requests, parsed once from events of API Gateway.  Missing parts of an event are tolerated."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from hmac import compare_digest
from itertools import chain
from typing import Any
from urllib.parse import unquote

from .problems import MAX_BODY, BadRequest, ContentTooLarge

CDN_KEY_HEADER = "afterword-edge"  # the header with the secret of the CDN
VIEWER_HEADER = "cloudfront-viewer-address"  # set by the CDN: address of the viewer, colon, port
TABLES = (
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
)


@dataclass(frozen=True)
class Request:
    """A parsed request.  Header names are in lower case; every header and parameter has a list of values."""

    method: str
    route: str
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, list[str]]
    address: str | None
    request_id: str
    base: str
    raw_body: str | bytes | None
    is_base64: bool

    def header(self, name: str) -> str:
        """The last value of a header, or an empty string."""
        return self.headers.get(name, [""])[-1]

    def address_by(self, cdn_keys: Sequence[str]) -> str | None:
        """The address of the caller: the viewer's if the request came through our CDN, else the gateway's peer."""
        secret, viewer = self.headers.get(CDN_KEY_HEADER, []), self.headers.get(VIEWER_HEADER, [])
        if len(secret) != 1 or len(viewer) != 1:
            return self.address
        known = [compare_digest(secret[0].encode(errors="replace"), key.encode()) for key in cdn_keys]
        return viewer[0].rpartition(":")[0].strip("[]") if any(known) else self.address

    @property
    def body(self) -> bytes:
        """The body as bytes.

        Raises:
            ContentTooLarge: checked before the body is parsed.
            BadRequest: the body is declared as base64 but is not.
        """
        raw = self.raw_body or b""
        if len(raw) > MAX_BODY * (2 if self.is_base64 else 1):
            raise ContentTooLarge
        data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
        if self.is_base64:
            data = _decoded(data)
        if len(data) > MAX_BODY:
            raise ContentTooLarge
        return data


def _decoded(data: bytes) -> bytes:
    try:
        return b64decode(data, validate=True)
    except binascii.Error:
        raise BadRequest("The body is not valid base64.") from None


current_request: ContextVar[Request] = ContextVar("current_request")


def parse_event(event: Mapping[str, Any]) -> Request | None:
    """Parse an event; ``None`` if it is not a request to a REST API."""
    if not _is_request(event):
        return None
    context = event["requestContext"]
    identity = context.get("identity")
    return Request(
        method=context["httpMethod"],
        route=context["resourcePath"],
        path={name: unquote(str(value)) for name, value in (event.get("pathParameters") or {}).items()},
        query=_many(event, "queryStringParameters", "multiValueQueryStringParameters"),
        headers=_many(event, "headers", "multiValueHeaders", spelling=str.lower),
        address=identity.get("sourceIp") if isinstance(identity, Mapping) else None,
        request_id=str(context.get("requestId") or ""),
        base=_base(event, context),
        raw_body=event.get("body"),
        is_base64=bool(event.get("isBase64Encoded")),
    )


def _is_request(event: Mapping[str, Any]) -> bool:
    context = event.get("requestContext")
    if not isinstance(context, Mapping) or not isinstance(event.get("body"), str | bytes | None):
        return False
    named = all(isinstance(context.get(name), str) for name in ("resourcePath", "httpMethod"))
    return named and all(_is_table(event.get(name) or {}, several=name.startswith("multi")) for name in TABLES)


def _is_table(table: object, *, several: bool) -> bool:
    """Whether it maps names to text, or to lists of text if a name may have ``several`` values; or to nothing."""
    if not isinstance(table, Mapping):
        return False
    if several:
        lists = [values for values in table.values() if values is not None]
        return all(isinstance(values, list) for values in lists) and all(map(_is_scalar, chain.from_iterable(lists)))
    return all(map(_is_scalar, table.values()))


def _is_scalar(value: object) -> bool:
    return not isinstance(value, Mapping | list)


def _many(
    event: Mapping[str, Any], single: str, multiple: str, *, spelling: Callable[[str], str] = str
) -> dict[str, list[str]]:
    """All values of each name, ignoring case where names are lowered.  Single values may be in ``single`` only."""
    once = {spelling(name): [str(value)] for name, value in (event.get(single) or {}).items() if value is not None}
    often: dict[str, list[str]] = {}
    for name, several in (event.get(multiple) or {}).items():
        often.setdefault(spelling(name), []).extend(str(value) for value in several or [])
    return {name: each for name, each in (once | often).items() if each}


def _base(event: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """The base URL of the service as the caller sees it: scheme, host and stage of the gateway."""
    path, own = str(context.get("path") or ""), str(event.get("path") or "")
    prefix = path.removesuffix(own) if own and path.endswith(own) else ""
    domain = str(context.get("domainName") or "")
    return f"https://{domain}{prefix}" if domain else ""
