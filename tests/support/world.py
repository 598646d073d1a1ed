"""The whole service on an empty table, with a clock under the test's control and helpers for its users.

The clock moves by 10 ms with each request, and by more only when told; the stopwatch of deadlines only when told.

Requests go through ``app.app(event, context)`` with events as API Gateway sends them.
"""

import base64
import functools
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import app as service
from chalicelib import runtime as runtimes
from chalicelib.core.accounts import Role
from chalicelib.runtime import Runtime
from chalicelib.settings import Settings
from chalicelib.store.engine.clients import new_client
from chalicelib.store.engine.schema import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

POST = "/2024/07/panic.html"
SECRET = "correct-horse-battery-staple-0123456789"
START = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
NO_LIMITS = {
    "limit_minute": 10**6,
    "limit_day": 10**6,
    "limit_post_held": 10**6,
    "limit_post_published": 10**6,
    "limit_site": 10**6,
    "limit_edits": 10**6,
    "limit_previews": 10**6,
    "limit_reactions": 10**6,
}


@functools.cache
def shared_client() -> "DynamoDBClient":
    """One client for all tests on moto, because creating one is slow."""
    return new_client()


class Clock:
    """A clock that only moves when advanced."""

    def __init__(self, time: datetime = START) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        """Advance the clock by ``timedelta``'s arguments."""
        self.time += timedelta(**by)


class Stopwatch:
    """A stopwatch that only moves when advanced, so that nothing runs out of time on a busy machine."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        """Advance the stopwatch."""
        self.seconds += seconds


class Entropy:
    """Unique bytes in a deterministic sequence."""

    def __init__(self) -> None:
        self.numbers = itertools.count()

    def __call__(self, size: int) -> bytes:
        return hashlib.sha256(str(next(self.numbers)).encode()).digest()[:size]


def key22(name: str) -> str:
    """An author key or idempotency key (22 base64url characters) for a name."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:16]).rstrip(b"=").decode()


@dataclass(frozen=True)
class Response:
    """A response of the service."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.text)


class Context:
    """The context that Lambda passes with the event."""

    aws_request_id = "3f1c6a5e-0000-4000-8000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 15_000


def rest_event(
    method: str,
    route: str,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str | list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    address: str = "203.0.113.7",
    prefix: str = "/api",
) -> dict[str, Any]:
    """An event as API Gateway sends it to a Lambda proxy of a REST API."""
    filled = functools.reduce(lambda text, item: text.replace(f"{{{item[0]}}}", item[1]), (path or {}).items(), route)
    many = {name: value if isinstance(value, list) else [value] for name, value in (query or {}).items()}
    sent = {"Accept": "*/*", "Host": "abc.execute-api.eu-central-1.amazonaws.com", **(headers or {})}
    return {
        "resource": route,
        "path": filled,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in many.items()} or None,
        "multiValueQueryStringParameters": many or None,
        "pathParameters": dict(path) if path else None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "a1b2c3",
            "resourcePath": route,
            "httpMethod": method,
            "path": prefix + filled,
            "stage": prefix.strip("/"),
            "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": address, "userAgent": "a browser"},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def send(event: Any) -> Response:
    """Send an event to the app's handler."""
    answer = service.app(event, Context())
    return Response(answer["statusCode"], answer["headers"], answer["body"])


@dataclass
class World:
    """The service, with helpers for everyone who uses it."""

    runtime: Runtime
    clock: Clock
    owner: str = ""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def open(self) -> Iterator["World"]:
        """Make the app's handler use this service."""
        runtimes.use_runtime(self.runtime)
        try:
            yield self
        finally:
            runtimes.use_runtime(None)

    # Everybody

    def request(self, method: str, route: str, *, json_body: Any = None, token: str = "", **more: Any) -> Response:
        """Send a request; ``more`` as ``rest_event``."""
        self.clock.forward(milliseconds=10)
        headers = dict(more.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if json_body is not None:
            headers.setdefault("Content-Type", "application/json")
            more["body"] = json.dumps(json_body)
        return send(rest_event(method, route, headers=headers, **more))

    def get(self, route: str, *, token: str = "", **more: Any) -> Response:
        """Send a GET request."""
        return self.request("GET", route, token=token, **more)

    # Readers

    def submit(
        self,
        text: str = "I was there, and nobody ran.",
        *,
        post: str = POST,
        author: str = "",
        key: str = "",
        headers: Mapping[str, str] | None = None,
        address: str = "203.0.113.7",
        **fields: Any,
    ) -> Response:
        """Submit a comment, with a new idempotency key by default."""
        sent = {"Idempotency-Key": key22(key or f"submission {next(self.numbers)}"), **(headers or {})}
        token = f"aw_author_{key22(author)}" if author else ""
        body = {"post": post, "text": text, **fields}
        return self.request("POST", "/v1/comments", json_body=body, token=token, headers=sent, address=address)

    def listed(self, post: str = POST, **query: Any) -> Any:
        """A page of the public list."""
        response = self.get("/v1/comments", query={"post": post, **query})
        assert response.status == 200, response.text
        return response.json

    def edit(self, comment_id: str, text: str, *, author: str, **fields: Any) -> Response:
        """Edit one's own comment."""
        token, body = f"aw_author_{key22(author)}", {"text": text, **fields}
        return self.request(
            "PATCH", "/v1/comments/{comment_id}", path={"comment_id": comment_id}, json_body=body, token=token
        )

    def withdraw(self, comment_id: str, *, author: str) -> Response:
        """Withdraw one's own comment."""
        token = f"aw_author_{key22(author)}"
        return self.request("DELETE", "/v1/comments/{comment_id}", path={"comment_id": comment_id}, token=token)

    def vote(self, comment_id: str, vote: int, *, author: str, address: str = "203.0.113.7") -> Response:
        """Vote on a comment."""
        token, path = f"aw_author_{key22(author)}", {"comment_id": comment_id}
        route = "/v1/comments/{comment_id}/vote"
        return self.request("PUT", route, path=path, json_body={"vote": vote}, token=token, address=address)

    def flag(
        self, comment_id: str, reason: str = "spam", *, author: str, note: str = "", address: str = "203.0.113.7"
    ) -> Response:
        """Flag a comment."""
        token, path = f"aw_author_{key22(author)}", {"comment_id": comment_id}
        route, body = "/v1/comments/{comment_id}/flags", {"reason": reason, "note": note}
        return self.request("POST", route, path=path, json_body=body, token=token, address=address)

    # Moderators

    def moderator(self, name: str = "Ada", role: Role = Role.OWNER) -> str:
        """An API token of a new moderator, with all that the role allows."""
        moderator, _ = self.runtime.accounts_service.invite(name, role)
        _, token = self.runtime.accounts_service.api_token(moderator, "tests", moderator.scopes)
        return token

    @property
    def token(self) -> str:
        """The owner's API token."""
        self.owner = self.owner or self.moderator()
        return self.owner

    def queue(self, status: str = "pending", **query: Any) -> list[dict[str, Any]]:
        """A page of the queue."""
        response = self.get("/v1/moderation/queue", query={"status": status, **query}, token=self.token)
        assert response.status == 200, response.text
        return cast("list[dict[str, Any]]", response.json["comments"])

    def comment(self, comment_id: str) -> dict[str, Any]:
        """A moderator's view of a comment."""
        response = self.get("/v1/moderation/comments/{comment_id}", path={"comment_id": comment_id}, token=self.token)
        assert response.status == 200, response.text
        return cast("dict[str, Any]", response.json)

    def decide(
        self, decision: str, *comment_ids: str, versions: Mapping[str, int] | None = None, note: str = ""
    ) -> Any:
        """Decide on comments in their current versions, or in the given ones."""
        known = versions or {each: self.comment(each)["comment"]["version"] for each in comment_ids}
        decisions = [{"id": each, "version": known[each], "decision": decision, "note": note} for each in comment_ids]
        response = self.request(
            "POST", "/v1/moderation/decisions", json_body={"decisions": decisions}, token=self.token
        )
        assert response.status == 200, response.text
        return response.json

    def undo(self, **what: str) -> Response:
        """Undo a decision or a bulk."""
        return self.request("POST", "/v1/moderation/undo", json_body=what, token=self.token)

    def policy(self, **rules: bool | Mapping[str, Any]) -> Any:
        """Change the policy: ``every_comment=False`` switches a rule, ``old_post={"days": 7}`` changes its settings."""
        now = self.get("/v1/moderation/policy", token=self.token).json
        changes = {name: {"active": rule} if isinstance(rule, bool) else rule for name, rule in rules.items()}
        body = {"rules": changes, "version": now["version"]}
        response = self.request("PUT", "/v1/moderation/policy", json_body=body, token=self.token)
        assert response.status == 200, response.text
        return response.json

    def form(self, post: str = POST) -> str:
        """A form token, old enough that a person could have written."""
        token: str = self.get("/v1/form", query={"post": post}).json["token"]
        self.clock.forward(seconds=30)
        return token

    def published(self, text: str = "I was there, and nobody ran.", **fields: Any) -> str:
        """Submit and approve a comment; returns its id."""
        comment_id: str = self.submit(text, **fields).json["id"]
        [result] = self.decide("approve", comment_id)["results"]
        assert result["outcome"] == "done", result
        return comment_id


def new_world(client: "DynamoDBClient", **settings: Any) -> World:
    """A service on its own empty table, with wide limits by default."""
    name = f"afterword-{next(_tables)}"
    definition = {**table_definition(), "DeletionProtectionEnabled": False}
    client.create_table(TableName=name, **definition)
    chosen = Settings(**{"table": name, "secret": SECRET, "site": "https://blog.example", **NO_LIMITS, **settings})
    clock = Clock()
    return World(Runtime(chosen, lambda: client, clock, Entropy(), stopwatch=Stopwatch()), clock)


def sibling(world: World) -> World:
    """Another process on the same table, which shares nothing in memory."""
    return replace(world, runtime=replace(world.runtime))


_tables = itertools.count()
