"""Fills the local service: its table, a moderator, and the demo's comments.

The comments go in by the service's own HTTP API, as readers and a moderator would send them.  Only the
clock is turned back meanwhile, for a thread that grew over days.
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

from chalicelib import runtime as runtimes
from chalicelib.cli.main import main as command_line
from chalicelib.core.accounts import Moderator, Role, Scope
from chalicelib.core.crypto.form_tokens import is_done
from chalicelib.core.errors import Unauthenticated
from chalicelib.stores import now

POST = "/2024/05/footpath.html"
THREAD = Path(__file__).with_name("demo") / "thread.json"
MODERATOR = "Demo moderator"
PROGRAM = "make run"  # what the moderator's token is named for

FOUND_OTHERWISE = 1  # the command's status where an existing table is not as it should be: it says how

Entry = Mapping[str, Any]


class Clock:
    """The time, or for a while an earlier one."""

    def __init__(self) -> None:
        self.behind = timedelta()

    def __call__(self) -> datetime:
        """Tell the time."""
        return now() - self.behind


def use_clock(clock: Clock) -> None:
    """Let the service go by this clock."""
    usual = runtimes.current()
    runtimes.use(runtimes.Runtime(usual.settings, usual.client, clock))


def create_table() -> None:
    """Make the table, if it is not there.

    Raises:
        SystemExit: it could not be made; why is printed.
    """
    if command_line(["table", "create"]) not in {0, FOUND_OTHERWISE}:
        sys.exit(1)


def moderator_token(kept: str) -> str:
    """Give a token that may do everything: the one that was kept, if it still counts, or a new one."""
    signing_in = runtimes.current().signing_in
    try:
        signing_in.check(kept)
    except Unauthenticated:
        return signing_in.api_token(_moderator(), PROGRAM, frozenset(Scope))[1]
    return kept


def sign_in_link() -> str:
    """Give the address that signs the demo's moderator in, once, within 15 minutes."""
    runtime = runtimes.current()
    return f"{runtime.settings.url}/moderate#{runtime.signing_in.link(_moderator().id)}"


def _moderator() -> Moderator:
    runtime = runtimes.current()
    owners = [each for each in runtime.access.moderators() if each.role is Role.OWNER]
    return owners[0] if owners else runtime.signing_in.invite(MODERATOR, Role.OWNER)[0]


def seed(url: str, token: str, clock: Clock) -> int:
    """Put the demo's comments under their post, unless it has some; return how many."""
    service = Service(url, token)
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


class Service:
    """The running service, as its readers and its moderator call it."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.moderator = url, {"Authorization": f"Bearer {token}"}

    def submit(self, entry: Entry, parent: str | None) -> str:
        """Send a comment and return its id; a second time changes nothing."""
        draft = {"post": POST, "parent": parent, **{name: entry.get(name) for name in ("text", "name", "link")}}
        key, author = key_of(entry["ref"]), f"Bearer aw_author_{key_of(str(entry.get('name')))}"
        headers = {"Idempotency-Key": key, "Authorization": author}
        form = self.get(f"/v1/form?post={quote(POST)}", {"Authorization": author})
        if form["work"]:
            draft |= {"form": form["token"], "work": worked(form["work"]["bits"], form["token"], key)}
        comment_id: str = self.post("/v1/comments", draft, headers)["id"]
        return comment_id

    def decide(self, comment_id: str, decision: str) -> None:
        """Decide on a comment that waits, unless it is to go on waiting."""
        for waiting in self.queue():
            if waiting["id"] == comment_id and decision != "wait":
                wish = {"id": comment_id, "version": waiting["version"], "decision": decision}
                self.post("/v1/moderation/decisions", {"decisions": [wish]}, self.moderator)

    def queue(self) -> Iterator[Entry]:
        """All comments that wait."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(f"/v1/moderation/queue?limit=100&cursor={quote(cursor)}", self.moderator)
            yield from page["comments"]
            cursor = page["next"]

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401  JSON
        """Ask."""
        return self._answer(urllib.request.Request(self.url + path, headers=dict(headers or {})))  # noqa: S310  our own

    def post(self, path: str, body: Any, headers: Mapping[str, str]) -> Any:  # noqa: ANN401  JSON
        """Send."""
        headers = {"Content-Type": "application/json", **headers}
        return self._answer(urllib.request.Request(self.url + path, json.dumps(body).encode(), headers))  # noqa: S310

    def _answer(self, request: urllib.request.Request) -> Any:  # noqa: ANN401  JSON
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  our own
            return json.load(answer)


def worked(bits: int, token: str, key: str) -> str:
    """Do the work that a form asks for."""
    return next(work for work in map(str, itertools.count()) if is_done(bits, token, key, work))


def key_of(name: str) -> str:
    """Make 22 base64url characters of a name, always the same."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:16]).rstrip(b"=").decode()
