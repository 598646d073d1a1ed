"""Injects faults between the service and its table, at a chosen call.

``Faults`` replaces the sending of botocore's requests, over moto and over a real engine.  botocore's own
hook (``before-send``) can't fake a response over moto: botocore calls *every* handler, so moto would execute
the request all the same.  So moto's handler is unregistered meanwhile, and ``Faults`` forwards to it.
"""

import json
import socket
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.retries.quota import RetryQuota
from moto.core.models import botocore_stubber

from chalicelib.runtime import Runtime

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.lagging_indexes import Lag

ALWAYS = 10**6  # times
TRANSACTION = "TransactWriteItems"
BATCH = "BatchGetItem"
STORE_OPERATIONS = frozenset({"PutItem", TRANSACTION})  # how what lasts is mostly written; limits are updated
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", TRANSACTION})
ERROR = "com.amazonaws.dynamodb.v20120810#"


class Killed(BaseException):
    """The function was killed: no handler of an ``Exception`` runs."""


class FaultKind(StrEnum):
    """Kinds of faults.  Everything before ``LOST_REPLY`` leaves the table unchanged."""

    LOST_REQUEST = "request lost"
    CLOSED = "connection closed"
    THROTTLED = "throttled"
    LIMITED = "limited"
    FAILED = "failed"
    CONFLICT = "in conflict"
    CROWDED = "crowded out"
    NONE_READ = "nothing read"
    HALF_READ = "half read"
    KILLED_BEFORE = "killed before"
    LOST_REPLY = "reply lost"
    KILLED_AFTER = "killed after"
    DAMAGED_REPLY = "reply damaged"
    EMPTY_REPLY = "reply empty"


# The operations to which a kind of fault is limited: it is impossible, or no different, elsewhere.
POSSIBLE_OPERATIONS = {
    FaultKind.LOST_REPLY: WRITES,
    FaultKind.KILLED_AFTER: WRITES,
    FaultKind.CONFLICT: WRITES,
    FaultKind.CROWDED: frozenset({TRANSACTION}),
    FaultKind.NONE_READ: frozenset({BATCH}),
    FaultKind.HALF_READ: frozenset({BATCH}),
}
UNREADABLE = {FaultKind.DAMAGED_REPLY, FaultKind.EMPTY_REPLY}
KILLING = {FaultKind.KILLED_BEFORE, FaultKind.KILLED_AFTER}


@dataclass(frozen=True)
class Moment:
    """The ``call``-th call from 0, including the SDK's own retries; counted from the first of ``since``, if given."""

    call: int = 0
    since: frozenset[str] = frozenset()

    def distance(self, operations: Sequence[str]) -> int:
        """How many calls after this moment the last of the operations is; negative before it."""
        first = next((number for number, name in enumerate(operations) if not self.since or name in self.since), None)
        return -1 if first is None else len(operations) - 1 - first - self.call


@dataclass(frozen=True)
class Fault:
    """A fault of this ``kind`` in so many calls in a row from a moment on."""

    kind: FaultKind
    moment: Moment = Moment()
    times: int = 1

    def applies_to(self, operations: Sequence[str]) -> bool:
        """Whether it applies to the last of these calls."""
        possible = POSSIBLE_OPERATIONS.get(self.kind, set(operations))
        return 0 <= self.moment.distance(operations) < self.times and operations[-1] in possible


@dataclass(frozen=True)
class RecordedCall:
    """One recorded call, and the fault injected into it."""

    operation: str
    kind: FaultKind | None

    @property
    def writes(self) -> bool:
        """Whether it would change the table."""
        return self.operation in WRITES


class Faults(AbstractContextManager["Faults"]):
    """Sends a client's requests, with the planned faults injected.

    ``calls`` are those since the last plan began, ``pauses`` the seconds that the SDK would have slept,
    ``injected`` counts all faults by kind.  Faults apply only to the thread that made the plan.
    ``lag``, if set, simulates lagging indexes for all threads.
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self.client = client
        self.calls: list[RecordedCall] = []
        self.pauses: list[float] = []
        self.lag: Lag | None = None
        self.injected: Counter[FaultKind] = Counter()
        self._plan: tuple[Fault, ...] = ()
        self._meanwhile: tuple[Moment, Callable[[], object]] | None = None
        self._thread: int | None = None
        undelayed: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        self._wire = URLLib3Session(timeout=10, socket_options=undelayed)
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        """Take moto's place; make retries instant and unlimited."""
        events = events_of(self.client)
        events.unregister("before-send", botocore_stubber)
        events.register("before-send", self._send)
        self._undo.callback(events.register, "before-send", botocore_stubber)
        self._undo.callback(events.unregister, "before-send", self._send)
        self._undo.enter_context(patch("botocore.endpoint.time", SimpleNamespace(sleep=self.pauses.append)))
        self._undo.enter_context(patch.object(RetryQuota, "acquire", lambda _quota, _amount: True))
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave everything as it was."""
        self._undo.close()

    @contextmanager
    def plan(self, *faults: Fault, meanwhile: tuple[Moment, Callable[[], object]] | None = None) -> Iterator[Self]:
        """Start counting calls, and inject these faults.

        ``meanwhile`` is what somebody else does, from beginning to end, right before a call is call.
        """
        self.calls, self._plan, self._meanwhile = [], faults, meanwhile
        self._thread = threading.get_ident()
        try:
            yield self
        finally:
            self._plan, self._meanwhile, self._thread = (), None, None

    @property
    def any_injected(self) -> bool:
        """Whether any fault was injected."""
        return any(call.kind for call in self.calls)

    def _send(self, request: AWSPreparedRequest, event_name: str, **_event: object) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        if threading.get_ident() != self._thread:
            return self._forward(request, operation)
        operations = [*(call.operation for call in self.calls), operation]
        kind = next((fault.kind for fault in self._plan if fault.applies_to(operations)), None)
        self.calls.append(RecordedCall(operation, kind))
        self._run_meanwhile(operations)
        if kind is None:
            return self._forward(request, operation)
        self.injected[kind] += 1
        if kind in UNREADABLE:
            return unreadable_response(kind, request, self._forward(request, operation))
        return self._inject(kind, request, operation)

    def _run_meanwhile(self, operations: Sequence[str]) -> None:
        if self._meanwhile and self._meanwhile[0].distance(operations) == 0:
            run_in_thread(self._meanwhile[1])

    def _forward(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        if self.lag and (late := self.lag.answer(operation, request)):
            return late
        response = botocore_stubber("before-send", request) or self._wire.send(request)
        if self.lag and operation in WRITES:
            self.lag.wrote()
        return response

    def _inject(self, kind: FaultKind, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        if kind in {FaultKind.LOST_REPLY, FaultKind.KILLED_AFTER}:
            self._forward(request, operation)
        if kind in KILLING:
            raise Killed(operation)
        if kind in {FaultKind.LOST_REQUEST, FaultKind.LOST_REPLY}:
            raise ReadTimeoutError(endpoint_url=request.url)
        if kind is FaultKind.CLOSED:
            raise ConnectionClosedError(endpoint_url=request.url)
        if kind is FaultKind.NONE_READ:
            return aws_response(
                request, 200, {"Responses": {}, "UnprocessedKeys": request_body(request)["RequestItems"]}
            )
        if kind is FaultKind.HALF_READ:
            return half_batch_response(request, self._forward(request, operation))
        return error_response(kind, request, operation)


def events_of(client: "DynamoDBClient") -> Any:
    """The client's event hooks, whose stubs only know handlers that return nothing."""
    return client.meta.events


def run_in_thread(operation: Callable[[], object]) -> None:
    """Run something in another thread, so that it shares no context; wait for it and raise its error."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            operation()
        except BaseException as error:  # noqa: BLE001  handed on below
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


# Answers as DynamoDB gives them


class Stream(BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_how: object) -> Iterator[bytes]:
        """The whole body at once."""
        yield self.read()


def aws_response(request: AWSPreparedRequest, status: int, body: Mapping[str, Any]) -> AWSResponse:
    """A response as DynamoDB sends it."""
    data = json.dumps(body).encode()
    headers: Any = {
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(data)),
        "x-amzn-RequestId": "FAULT",
        "x-amz-crc32": str(zlib.crc32(data)),
    }
    return AWSResponse(request.url, status, headers, Stream(data))


def request_body(request: AWSPreparedRequest) -> dict[str, Any]:
    """The JSON body of a request."""
    data: Any = request.body
    body: dict[str, Any] = json.loads(data)
    return body


def error_response(kind: FaultKind, request: AWSPreparedRequest, operation: str) -> AWSResponse:
    """An error response; nothing was done."""
    if kind is FaultKind.FAILED:
        return aws_response(
            request, 500, {"__type": f"{ERROR}InternalServerError", "message": "An error of the server's."}
        )
    code = {
        FaultKind.THROTTLED: "ProvisionedThroughputExceededException",
        FaultKind.LIMITED: "ThrottlingException",
        FaultKind.CONFLICT: "TransactionConflictException",
        FaultKind.CROWDED: "",
    }[kind]
    if operation == TRANSACTION and kind in {FaultKind.CONFLICT, FaultKind.CROWDED}:
        return canceled_response(request, "TransactionConflict" if kind is FaultKind.CONFLICT else "ThrottlingError")
    return aws_response(request, 400, {"__type": ERROR + code, "message": "Not now."})


def canceled_response(request: AWSPreparedRequest, code: str) -> AWSResponse:
    """A cancelled transaction whose last item failed."""
    others = len(request_body(request)["TransactItems"]) - 1
    reasons = [*({"Code": "None"} for _ in range(others)), {"Code": code, "Message": "Not now."}]
    body = {"__type": f"{ERROR}TransactionCanceledException", "Message": "Canceled.", "CancellationReasons": reasons}
    return aws_response(request, 400, body)


def unreadable_response(kind: FaultKind, request: AWSPreparedRequest, response: AWSResponse) -> AWSResponse:
    """The first half of a response, with the checksum of the whole one; or nothing at all, without a checksum."""
    if kind is FaultKind.EMPTY_REPLY:
        return AWSResponse(request.url, response.status_code, {}, Stream(b"{}"))  # type: ignore[arg-type]
    whole, headers = response.content, {"x-amz-crc32": str(zlib.crc32(response.content))}
    return AWSResponse(request.url, response.status_code, headers, Stream(whole[: len(whole) // 2]))  # type: ignore[arg-type]


def half_batch_response(request: AWSPreparedRequest, response: AWSResponse) -> AWSResponse:
    """A response to a batch read without every second key."""
    [(table, wanted)] = request_body(request)["RequestItems"].items()
    read, left = wanted["Keys"][1::2], wanted["Keys"][::2]
    whole = json.loads(response.content)["Responses"].get(table, [])
    items = [item for item in whole if {"pk": item["pk"], "sk": item["sk"]} in read]
    body = {"Responses": {table: items}, "UnprocessedKeys": {table: {**wanted, "Keys": left}}}
    return aws_response(request, 200, body)


# What has no response of its own


def without_retry_delays(runtime: Runtime) -> Runtime:
    """Make the table's own retries take no time."""
    runtime.table._pause = lambda _seconds: None  # noqa: SLF001  the runtime builds its table itself
    return runtime
