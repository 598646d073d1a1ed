"""Checks of the service's URL, with the requests that browsers make."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ..findings import Check, Finding, Target, deploy_again, failed, ok

ORIGIN = "https://another-origin.example"
TIMEOUT = 15  # seconds
MAX_SKEW = timedelta(minutes=2)
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
}


@dataclass(frozen=True)
class Response:
    """A response; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_open(self) -> bool:
        """Whether a page of another origin can read it."""
        return self.headers.get("access-control-allow-origin") == "*"


def fetch(url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Response:
    """The response to a request, whatever its status.

    Raises:
        OSError: there was no response.
    """
    request = Request(url, method=method, headers={"Origin": ORIGIN, **(headers or {})})  # noqa: S310  the owner's own URL
    try:
        with urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310  likewise
            return _response(response.status, response.headers, response.read())
    except HTTPError as error:
        with error:
            return _response(error.code, error.headers, error.read())


def _response(status: int, headers: Any, body: bytes) -> Response:  # noqa: ANN401  two classes of messages
    return Response(status, {name.lower(): value for name, value in headers.items()}, body)


def address(target: Target) -> Iterator[Finding]:
    """The service responds, and lists comments."""
    if not target.url:
        remedy = f"`make deploy STAGE={target.stage.name}`, or pass --url."
        yield failed("address", "the service's URL is not known", remedy)
        return
    alive = fetch(f"{target.url}/healthz")
    if alive.status != 200:  # noqa: PLR2004  as HTTP has it
        yield failed("address", f"{target.url}/healthz returns {alive.status}", "See the function's log in CloudWatch.")
        return
    listed = fetch(f"{target.url}/v1/comments?post=/")
    if listed.status == 200 and "comments" in json.loads(listed.body):  # noqa: PLR2004  likewise
        yield ok("address", f"{target.url} responds, and lists comments")
    else:
        remedy = "If the table is fine, see the function's log in CloudWatch."
        yield failed("address", f"the list of comments returns {listed.status}", remedy)


def cors(target: Target) -> Iterator[Finding]:
    """Pages of other origins can send requests and read errors, including API Gateway's own."""
    if not target.url:
        return
    preflight = fetch(f"{target.url}/v1/comments", "OPTIONS", PREFLIGHT)
    allowed = preflight.headers.get("access-control-allow-headers", "").lower()
    if not (preflight.is_open and "idempotency-key" in allowed):
        yield failed("cors", "a page of another origin cannot submit comments", deploy_again(target.stage))
        return
    unknown = fetch(f"{target.url}/no-such-address")
    if unknown.is_open and unknown.headers.get("content-type", "").startswith("application/problem+json"):
        yield ok("cors", "open to pages of other origins, errors included")
    else:
        yield failed("cors", "pages cannot read API Gateway's own errors", deploy_again(target.stage))


def widget(target: Target) -> Iterator[Finding]:
    """Pages of other origins can load widget.js."""
    if not target.url:
        return
    script = fetch(f"{target.url}/widget.js")
    media = script.headers.get("content-type", "")
    if script.status == 200 and script.is_open and "javascript" in media:  # noqa: PLR2004  as HTTP has it
        yield ok("widget", f"{target.url}/widget.js, {len(script.body):,} bytes before compression")
    else:
        yield failed("widget", f"/widget.js returns {script.status}, {media or 'nothing'}", deploy_again(target.stage))


def clock(target: Target) -> Iterator[Finding]:
    """This machine's clock is right: AWS refuses requests that are signed minutes off."""
    if not target.url:
        return
    date = fetch(f"{target.url}/healthz").headers.get("date")
    if not date:
        return
    off = abs(datetime.now(UTC) - parsedate_to_datetime(date))
    if off > MAX_SKEW:
        yield failed("clock", f"this machine is {off.total_seconds():.0f} seconds off", "Set the clock.")
    else:
        yield ok("clock", "correct")


CHECKS: tuple[Check, ...] = (address, cors, widget, clock)
