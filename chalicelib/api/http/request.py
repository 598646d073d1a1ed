"""A request, read once from API Gateway's event, whatever is missing from it."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import unquote

from .problems import BadRequest, TooLarge

MAX_BODY = 160 * 1_024  # bytes
EDGE = "afterword-edge"  # the header in which a distribution shows its key
VIEWER = "cloudfront-viewer-address"  # and the one in which it says who asks: address, colon, port
TABLES = (
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
)


@dataclass(frozen=True)
class Incoming:
    """Header names are in lower case; every header and parameter has a list of values."""

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
        """The last value of a header, or nothing."""
        return self.headers.get(name, [""])[-1]

    def address_by(self, edge_keys: Sequence[str]) -> str | None:
        """Who asks: whoever reached the gateway, or, if that was a distribution that shows a key, who reached that."""
        shown, viewer = self.headers.get(EDGE, []), self.headers.get(VIEWER, [])
        if len(shown) != 1 or len(viewer) != 1:
            return self.address
        known = [compare_digest(shown[0].encode(errors="replace"), key.encode()) for key in edge_keys]
        return viewer[0].rpartition(":")[0].strip("[]") if any(known) else self.address

    @property
    def body(self) -> bytes:
        """The body's bytes.

        Raises:
            TooLarge: before anything is parsed.
            BadRequest: it is not the base64 that it says.
        """
        raw = self.raw_body or b""
        if len(raw) > MAX_BODY * (2 if self.is_base64 else 1):
            raise TooLarge
        data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
        if self.is_base64:
            data = _decoded(data)
        if len(data) > MAX_BODY:
            raise TooLarge
        return data


def _decoded(data: bytes) -> bytes:
    try:
        return b64decode(data, validate=True)
    except binascii.Error:
        raise BadRequest("The body is not valid base64.") from None


incoming: ContextVar[Incoming] = ContextVar("incoming")


def read(event: Mapping[str, Any]) -> Incoming | None:
    """The request of an event, or nothing where the event is no request of a REST API."""
    if not _is_request(event):
        return None
    context = event["requestContext"]
    identity = context.get("identity")
    return Incoming(
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
    return named and all(isinstance(event.get(name) or {}, Mapping) for name in TABLES)


def _many(
    event: Mapping[str, Any], single: str, multiple: str, *, spelling: Callable[[str], str] = str
) -> dict[str, list[str]]:
    """All values of each name, however it is spelled; what came once may stand in the first table only."""
    once = {spelling(name): [str(value)] for name, value in (event.get(single) or {}).items() if value is not None}
    often: dict[str, list[str]] = {}
    for name, several in (event.get(multiple) or {}).items():
        often.setdefault(spelling(name), []).extend(str(value) for value in several or [])
    return {name: each for name, each in (once | often).items() if each}


def _base(event: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """Where the service is, as this request reached it: scheme, host and the gateway's stage."""
    path, own = str(context.get("path") or ""), str(event.get("path") or "")
    prefix = path.removesuffix(own) if own and path.endswith(own) else ""
    domain = str(context.get("domainName") or "")
    return f"https://{domain}{prefix}" if domain else ""
