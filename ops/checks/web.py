"""What the doctor looks at from outside, as readers' browsers do."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ..findings import Check, Finding, Patient, deploy_again, ill, well

ORIGIN = "https://another-origin.example"
PATIENCE = 15  # seconds
SKEW = timedelta(minutes=2)
ASKED = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
}


@dataclass(frozen=True)
class Got:
    """An answer; its headers' names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_open(self) -> bool:
        """A page of another origin may read it."""
        return self.headers.get("access-control-allow-origin") == "*"


def ask(url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Got:
    """One request; every status is an answer.

    Raises:
        OSError: there was none.
    """
    request = Request(url, method=method, headers={"Origin": ORIGIN, **(headers or {})})  # noqa: S310  the owner's own
    try:
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  likewise
            return _got(answer.status, answer.headers, answer.read())
    except HTTPError as refusal:
        with refusal:
            return _got(refusal.code, refusal.headers, refusal.read())


def _got(status: int, headers: Any, body: bytes) -> Got:  # noqa: ANN401  a message, by either way
    return Got(status, {name.lower(): value for name, value in headers.items()}, body)


def address(patient: Patient) -> Iterator[Finding]:
    """It answers, and a list can be read."""
    if not patient.url:
        cure = f"`make deploy STAGE={patient.stage.name}`, or name it by --url."
        yield ill("address", "where the service answers is not known", cure)
        return
    alive = ask(f"{patient.url}/healthz")
    if alive.status != 200:  # noqa: PLR2004  as HTTP has it
        yield ill("address", f"{patient.url}/healthz answers {alive.status}", "Its log says why, in CloudWatch.")
        return
    listed = ask(f"{patient.url}/v1/comments?post=/")
    if listed.status == 200 and "comments" in json.loads(listed.body):  # noqa: PLR2004  likewise
        yield well("address", f"{patient.url} answers, and lists comments")
    else:
        cure = "If the table is well, the log says why, in CloudWatch."
        yield ill("address", f"a list of comments answers {listed.status}", cure)


def cors(patient: Patient) -> Iterator[Finding]:
    """Pages of other origins may ask, and may read every refusal, the gateway's own too."""
    if not patient.url:
        return
    preflight = ask(f"{patient.url}/v1/comments", "OPTIONS", ASKED)
    allowed = preflight.headers.get("access-control-allow-headers", "").lower()
    if not (preflight.is_open and "idempotency-key" in allowed):
        yield ill("cors", "a page of another origin may not submit", deploy_again(patient.stage))
        return
    unknown = ask(f"{patient.url}/no-such-address")
    if unknown.is_open and unknown.headers.get("content-type", "").startswith("application/problem+json"):
        yield well("cors", "open to pages of other origins, refusals too")
    else:
        yield ill("cors", "API Gateway's own refusals can't be read by a page", deploy_again(patient.stage))


def widget(patient: Patient) -> Iterator[Finding]:
    """A page of another origin can load it."""
    if not patient.url:
        return
    script = ask(f"{patient.url}/widget.js")
    media = script.headers.get("content-type", "")
    if script.status == 200 and script.is_open and "javascript" in media:  # noqa: PLR2004  as HTTP has it
        yield well("widget", f"{patient.url}/widget.js, {len(script.body):,} bytes before compression")
    else:
        yield ill("widget", f"/widget.js answers {script.status}, {media or 'nothing'}", deploy_again(patient.stage))


def clock(patient: Patient) -> Iterator[Finding]:
    """This machine's: AWS refuses requests that are signed minutes off."""
    if not patient.url:
        return
    told = ask(f"{patient.url}/healthz").headers.get("date")
    if not told:
        return
    off = abs(datetime.now(UTC) - parsedate_to_datetime(told))
    if off > SKEW:
        yield ill("clock", f"this machine is {off.total_seconds():.0f} seconds off", "Set it right.")
    else:
        yield well("clock", "right")


CHECKS: tuple[Check, ...] = (address, cors, widget, clock)
