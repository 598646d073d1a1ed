"""Simulates people who use a running service over HTTP, and records the responses."""

import http.client
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from benchmarks.stage import text_of
from tests.support.world import key22

NETWORK = "X-Benchmark-Network"  # the benchmark's gateway takes the caller's address from it
POSTS = tuple(f"/2024/07/post-{number}.html" for number in range(8))
AUTHORS = 3_000  # many come only once, so about half of the comments are held
NETWORKS = 64  # at a time
MOVE = 600  # seconds until all addresses change, because the limits are 60 submissions a day and 5 a minute
KNOWN = 400  # comments that are remembered, for votes and so on
PAGE = 20  # comments of the queue
DECISIONS = ("approve",) * 7 + ("reject", "spam", "delete")
READS = (
    "/v1/comments?post={post}&sort=newest",
    "/v1/comments?post={post}&sort=oldest",
    "/v1/comments?post={post}&sort=top",
    "/v1/comments?post={post}&limit=100",
    "/v1/comments/{comment}",
    "/v1/comments/{comment}/replies",
    "/v1/latest",
    "/v1/feed.atom",
    "/v1/feed.atom?post={post}",
    "/thread?post={post}",
    "/thread/form?post={post}",
    "/v1/form?post={post}",
)

Headers = Mapping[str, str]


@dataclass
class Seen:
    """What happened, for all visitors together.  ``stored`` has the ids of comments with status 201 or 202."""

    replies: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)
    published: list[str] = field(default_factory=list)
    own: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, status: int, seconds: float) -> None:
        """Record a response."""
        with self.lock:
            self.replies[kind, status] += 1
            self.seconds[kind].append(seconds)

    def failed(self, words: str) -> None:
        """Record a failure."""
        with self.lock:
            self.failures.append(words)

    def show(self, comment_id: str) -> None:
        """Remember a public comment."""
        with self.lock:
            self.published.append(comment_id)
            del self.published[:-KNOWN]

    def store(self, comment_id: str, author: str, *, public: bool) -> None:
        """Remember an accepted comment."""
        with self.lock:
            self.stored.add(comment_id)
            self.own.append((comment_id, author))
            del self.own[:-KNOWN]
        if public:
            self.show(comment_id)


@dataclass(frozen=True)
class Response:
    """A response of the service."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  JSON
        """The parsed body."""
        return json.loads(self.body)


class Visitor:
    """One connection, on which different people do one thing after the other."""

    def __init__(self, url: str, token: str, seen: Seen, number: int) -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self.prefix, self.token, self.seen = parts.path, token, seen
        self.chance, self.number, self.sent = Random(number), number, 0  # noqa: S311  not a secret
        self.forms: dict[str, tuple[str, float]] = {}
        operations = {self.read: 42, self.submit: 28, self.vote: 12, self.decide: 8, self.flag: 2, self.edit: 3}
        self.operations = operations | {self.withdraw: 1, self.mine: 2, self.counts: 2, self.erase: 1}

    def act(self) -> None:
        """Do a random operation."""
        [operation] = self.chance.choices(list(self.operations), list(self.operations.values()))
        self.tried(operation)

    def tried(self, operation: Callable[[], None]) -> None:
        """Do an operation, and record a failure."""
        try:
            operation()
        except (OSError, http.client.HTTPException, ValueError, KeyError) as wrong:
            self.seen.failed(f"{operation.__name__}: {wrong!r}")
            self.connection.close()

    # Readers

    def read(self) -> None:
        """Read something public."""
        route = self.chance.choice(READS)
        if "{comment}" in route and not self.seen.published:
            return
        comment = self.chance.choice(self.seen.published) if "{comment}" in route else ""
        address = route.format(post=quote(self.post()), comment=comment)
        self.ask(f"read {route.partition('?')[0]}", "GET", address, well=(200, 404, 422))

    def counts(self) -> None:
        """Read counts, as a list of posts does."""
        self.ask("read /v1/counts", "GET", f"/v1/counts?{urlencode([('post', post) for post in POSTS])}")

    def mine(self) -> None:
        """Read one's own comment, as the widget does."""
        if self.seen.own:
            comment, author = self.chance.choice(self.seen.own)
            headers = {"Authorization": f"Bearer aw_author_{author}"}
            self.ask("mine", "GET", f"/v1/mine?id={comment}", headers=headers)

    def submit(self) -> None:
        """Submit a comment, sometimes twice."""
        post, author = self.post(), self.author()
        self.sent += 1
        headers = {
            "Idempotency-Key": key22(f"{self.number} {self.sent}"),
            "Authorization": f"Bearer aw_author_{author}",
        }
        body: dict[str, Any] = {"post": post, "text": text_of(self.chance.randrange(20, 1_500)), "name": author[:8]}
        if form := self.form(post):
            body["form"] = form
        headers[NETWORK] = self.network()
        well = (201, 202, 429)
        answer = self.ask("submit", "POST", "/v1/comments", body, headers=headers, well=well)
        if answer.status in {201, 202}:
            self.seen.store(answer.json["id"], author, public=answer.status == 201)  # noqa: PLR2004  created
            if self.chance.random() < 0.1:  # noqa: PLR2004  one in ten
                again = self.ask("submit again", "POST", "/v1/comments", body, headers=headers, well=(201, 202))
                if again.json["id"] != answer.json["id"]:
                    self.seen.failed("a repeat became another comment")

    def form(self, post: str) -> str:
        """A form token that is some seconds old, or none."""
        token, since = self.forms.get(post, ("", 0.0))
        if not token:
            answer = self.ask("read /v1/form", "GET", f"/v1/form?post={quote(post)}")
            self.forms[post] = (answer.json["token"], time.monotonic())
        return token if time.monotonic() - since > 5 else ""  # noqa: PLR2004  seconds

    def vote(self) -> None:
        """Vote up or down, or take a vote back."""
        body = {"vote": self.chance.choice((1, 1, -1, 0))}
        self.react("vote", "PUT", "vote", body)

    def flag(self) -> None:
        """Flag a comment."""
        self.react("flag", "POST", "flags", {"reason": "spam"})

    def react(self, kind: str, method: str, what: str, body: object) -> None:
        """Vote on or flag a comment that is or was public; one's own are refused."""
        if self.seen.published:
            path = f"/v1/comments/{self.chance.choice(self.seen.published)}/{what}"
            headers = {"Authorization": f"Bearer aw_author_{self.author()}", NETWORK: self.network()}
            self.ask(kind, method, path, body, headers=headers, well=(200, 202, 403, 404, 429))

    def edit(self) -> None:
        """Edit one's own comment."""
        if self.seen.own:
            comment, author = self.chance.choice(self.seen.own)
            headers = {"Authorization": f"Bearer aw_author_{author}", NETWORK: self.network()}
            body = {"text": text_of(self.chance.randrange(20, 1_500))}
            self.ask("edit", "PATCH", f"/v1/comments/{comment}", body, headers=headers, well=(200, 202, 403, 404, 429))

    def withdraw(self) -> None:
        """Withdraw one's own comment."""
        if self.seen.own:
            comment, author = self.chance.choice(self.seen.own)
            headers = {"Authorization": f"Bearer aw_author_{author}"}
            self.ask("withdraw", "DELETE", f"/v1/comments/{comment}", headers=headers, well=(204, 404))

    def erase(self) -> None:
        """Erase an author: comments, votes and flags."""
        headers = {"Authorization": f"Bearer aw_author_{self.author()}"}
        self.ask("erase", "DELETE", "/v1/mine", headers=headers)

    # Moderators

    def decide(self) -> None:
        """Decide on a page of the queue, and sometimes undo the first decision."""
        headers = {"Authorization": f"Bearer {self.token}"}
        page = self.ask("queue", "GET", f"/v1/moderation/queue?limit={PAGE}", headers=headers).json["comments"]
        requests = [
            {"id": each["id"], "version": each["version"], "decision": self.chance.choice(DECISIONS)} for each in page
        ]
        if not requests:
            return
        body = {"decisions": requests}
        results = self.ask("decide", "POST", "/v1/moderation/decisions", body, headers=headers).json["results"]
        for request, result in zip(requests, results, strict=True):
            self.seen.note(f"decision: {result['outcome']}", 200, 0)
            if (request["decision"], result["outcome"]) == ("approve", "done"):
                self.seen.show(request["id"])
        if self.chance.random() < 0.1 and results[0]["outcome"] == "done" and requests[0]["decision"] != "delete":  # noqa: PLR2004  one in ten
            undo = {"comment": requests[0]["id"], "decision": results[0]["decision"]}
            self.ask("undo", "POST", "/v1/moderation/undo", undo, headers=headers, well=(200, 409))

    # Everybody

    def post(self) -> str:
        """A post; the first one half of the time."""
        return self.chance.choice(POSTS) if self.chance.random() < 0.5 else POSTS[0]  # noqa: PLR2004  every other one

    def author(self) -> str:
        """One of many author keys."""
        return key22(f"author {self.chance.randrange(AUTHORS)}")

    def network(self) -> str:
        """A current IP address."""
        return f"10.{int(time.monotonic()) // MOVE % 256}.0.{self.chance.randrange(NETWORKS)}"

    def ask(
        self,
        kind: str,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Headers | None = None,
        well: tuple[int, ...] = (200,),
    ) -> Response:
        """Send a request; a status that is not in ``well`` is a failure."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        began = time.perf_counter()
        content = json.dumps(body) if body is not None else None
        self.connection.request(method, self.prefix + path, content, {**sent, **(headers or {})})
        reply = self.connection.getresponse()
        answer = Response(reply.status, reply.read())
        self.seen.note(kind, answer.status, time.perf_counter() - began)
        if answer.status not in well:
            self.seen.failed(f"{method} {path} {answer.status} {answer.body[:200]!r}")
        return answer
