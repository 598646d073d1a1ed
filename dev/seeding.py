"""Fills the local service with a table, a moderator and the demo's comments.

The comments are submitted and decided through the HTTP API.  Meanwhile the clock is set back, so that the thread seems
to have grown over days.
"""

import base64
import hashlib
import itertools
import json
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import runtime as runtimes
from chalicelib.core.accounts import Moderator, Role, Scope
from chalicelib.core.crypto.proof_of_work import is_valid_proof
from chalicelib.core.errors import Refusal, Unauthenticated
from chalicelib.settings import BadSettingError
from chalicelib.stores import now
from ops import table

POST = "/2024/05/footpath.html"
THREAD = Path(__file__).with_name("demo") / "thread.json"
MODERATOR = "Demo moderator"
PROGRAM = "make run"  # the name of the moderator's token

Entry = Mapping[str, Any]


class Clock:
    """The current time, which can be set back."""

    def __init__(self) -> None:
        self.behind = timedelta()

    def __call__(self) -> datetime:
        """The time."""
        return now() - self.behind


def use_clock(clock: Clock) -> None:
    """Make the service use this clock."""
    usual = runtimes.current()
    runtimes.use_runtime(runtimes.Runtime(usual.settings, usual.client, clock))


def create_table() -> None:
    """Create the table if it does not exist.

    Raises:
        SystemExit: it cannot be created, or was written under another secret; its message says why.
    """
    try:
        table.prepare(runtimes.current())
    except Refusal as refusal:
        sys.exit(refusal.message)
    except (BadSettingError, BotoCoreError, ClientError) as error:
        sys.exit(str(error))


def moderator_token(saved: str) -> str:
    """An API token with all scopes: the saved one if it is still valid, otherwise a new one."""
    signing_in = runtimes.current().accounts_service
    try:
        signing_in.check(saved)
    except Unauthenticated:
        return signing_in.api_token(_moderator(), PROGRAM, frozenset(Scope))[1]
    return saved


def sign_in_link() -> str:
    """The demo moderator's sign-in link, which works once, within 15 minutes."""
    runtime = runtimes.current()
    return f"{runtime.settings.url}/moderate#{runtime.accounts_service.link(_moderator().id)}"


def _moderator() -> Moderator:
    runtime = runtimes.current()
    owners = [each for each in runtime.accounts.moderators() if each.role is Role.OWNER]
    return owners[0] if owners else runtime.accounts_service.invite(MODERATOR, Role.OWNER)[0]


def seed(url: str, token: str, clock: Clock) -> int:
    """Submit the demo's comments unless their post has some; returns how many."""
    service = ServiceClient(url, token)
    if service.get(f"/v1/comments?post={quote(POST)}")["comments"]:
        return 0
    entries: Sequence[Entry] = json.loads(THREAD.read_text(encoding="utf-8"))
    last = max(entry["minutes"] for entry in entries)
    ids: dict[str, str] = {}
    try:
        for entry in entries:
            clock.behind = timedelta(minutes=1 + last - entry["minutes"])
            ids[entry["ref"]] = service.submit(entry, parent=ids.get(entry["reply_to"]))
            service.decide(ids[entry["ref"]], entry["decision"])
    finally:
        clock.behind = timedelta()
    return len(ids)


class ServiceClient:
    """A client of the running service, for its readers and its moderator."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.moderator = url, {"Authorization": f"Bearer {token}"}

    def submit(self, entry: Entry, parent: str | None) -> str:
        """Submit a comment and return its id; a repeated call changes nothing."""
        draft = {"post": POST, "parent": parent, **{name: entry.get(name) for name in ("text", "name", "link")}}
        key, author = key_from(entry["ref"]), f"Bearer aw_author_{key_from(str(entry.get('name')))}"
        headers = {"Idempotency-Key": key, "Authorization": author}
        form = self.get(f"/v1/form?post={quote(POST)}", {"Authorization": author})
        if form["work"]:
            draft |= {"form": form["token"], "work": proof_of_work(form["work"]["bits"], form["token"], key)}
        comment_id: str = self.post("/v1/comments", draft, headers)["id"]
        return comment_id

    def decide(self, comment_id: str, decision: str) -> None:
        """Make a decision on a pending comment, unless it is to stay pending."""
        for waiting in self.queue():
            if waiting["id"] == comment_id and decision != "wait":
                request = {"id": comment_id, "version": waiting["version"], "decision": decision}
                self.post("/v1/moderation/decisions", {"decisions": [request]}, self.moderator)

    def queue(self) -> Iterator[Entry]:
        """All pending comments."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(f"/v1/moderation/queue?limit=100&cursor={quote(cursor)}", self.moderator)
            yield from page["comments"]
            cursor = page["next"]

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401  JSON
        """The JSON response to a GET request."""
        return self._send(urllib.request.Request(self.url + path, headers=dict(headers or {})))  # noqa: S310  our own

    def post(self, path: str, body: Any, headers: Mapping[str, str]) -> Any:  # noqa: ANN401  JSON
        """The JSON response to a POST request."""
        headers = {"Content-Type": "application/json", **headers}
        return self._send(urllib.request.Request(self.url + path, json.dumps(body).encode(), headers))  # noqa: S310

    def _send(self, request: urllib.request.Request) -> Any:  # noqa: ANN401  JSON
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310  our own
            return json.load(response)


def proof_of_work(bits: int, token: str, key: str) -> str:
    """A solution of a form's proof of work."""
    return next(work for work in map(str, itertools.count()) if is_valid_proof(bits, token, key, work))


def key_from(name: str) -> str:
    """22 base64url characters derived from a name."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:16]).rstrip(b"=").decode()
