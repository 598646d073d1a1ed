"""Faults between the service and its table: what befalls a call on a bad day, at the call that one names.

``Faults`` stands where botocore sends a request, over moto as over a real engine.  botocore's own
hook (``before-send``) can't fake an answer over moto: botocore asks *every* handler, so that moto would
carry out the request all the same.  So moto's handler leaves while ``Faults`` is there, which forwards.
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

    from tests.lagging import Lag

FOR_EVER = 10**6  # times
TRANSACTION = "TransactWriteItems"
BATCH = "BatchGetItem"
STORED = frozenset({"PutItem", TRANSACTION})  # how what lasts is mostly written; limits are updated
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", TRANSACTION})
ERROR = "com.amazonaws.dynamodb.v20120810#"


class Killed(BaseException):
    """The function was stopped where it stood: no handler of an ``Exception`` runs."""


class Kind(StrEnum):
    """What can befall one call.  Everything before ``LOST_REPLY`` leaves the table as it was."""

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


ONLY = {  # the operations that a kind can befall, where it can't befall all, or is no other than one before
    Kind.LOST_REPLY: WRITES,
    Kind.KILLED_AFTER: WRITES,
    Kind.CONFLICT: WRITES,
    Kind.CROWDED: frozenset({TRANSACTION}),
    Kind.NONE_READ: frozenset({BATCH}),
    Kind.HALF_READ: frozenset({BATCH}),
}
DEADLY = {Kind.KILLED_BEFORE, Kind.KILLED_AFTER}


@dataclass(frozen=True)
class Moment:
    """The ``call``-th call from 0, the SDK's own tries included; from the first of ``since``, if it names any."""

    call: int = 0
    since: frozenset[str] = frozenset()

    def distance(self, operations: Sequence[str]) -> int:
        """How many calls after this moment the last of the operations is; negative before it."""
        first = next((number for number, name in enumerate(operations) if not self.since or name in self.since), None)
        return -1 if first is None else len(operations) - 1 - first - self.call


@dataclass(frozen=True)
class Fault:
    """``kind`` befalls so many calls in a row from a moment on."""

    kind: Kind
    moment: Moment = Moment()
    times: int = 1

    def befalls(self, operations: Sequence[str]) -> bool:
        """Tell whether it befalls the last of these calls."""
        possible = ONLY.get(self.kind, set(operations))
        return 0 <= self.moment.distance(operations) < self.times and operations[-1] in possible


@dataclass(frozen=True)
class Sent:
    """One call, and what befell it."""

    operation: str
    kind: Kind | None

    @property
    def writes(self) -> bool:
        """It would change the table."""
        return self.operation in WRITES


class Faults(AbstractContextManager["Faults"]):
    """Sends a client's requests, or does to them what was planned.

    ``calls`` are those since the last plan began, ``pauses`` the seconds that the SDK would have slept,
    ``counted`` the faults of its whole life by kind.  Only the thread that made the plan meets its faults.
    ``lag`` answers for indexes, if there is one, whoever asks.
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self.client = client
        self.calls: list[Sent] = []
        self.pauses: list[float] = []
        self.lag: Lag | None = None
        self.counted: Counter[Kind] = Counter()
        self._plan: tuple[Fault, ...] = ()
        self._meanwhile: tuple[Moment, Callable[[], object]] | None = None
        self._thread: int | None = None
        undelayed: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        self._wire = URLLib3Session(timeout=10, socket_options=undelayed)
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        """Take moto's place; let retries take no time, and never run out of quota."""
        events = hooks(self.client)
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
        """Begin to count calls, and let the faults befall them.

        ``meanwhile`` is what somebody else does, from beginning to end, right before a call is sent.
        """
        self.calls, self._plan, self._meanwhile = [], faults, meanwhile
        self._thread = threading.get_ident()
        try:
            yield self
        finally:
            self._plan, self._meanwhile, self._thread = (), None, None

    @property
    def befell(self) -> bool:
        """Something befell one of the calls."""
        return any(sent.kind for sent in self.calls)

    def _send(self, request: AWSPreparedRequest, event_name: str, **_event: object) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        if threading.get_ident() != self._thread:
            return self._forward(request, operation)
        operations = [*(sent.operation for sent in self.calls), operation]
        kind = next((fault.kind for fault in self._plan if fault.befalls(operations)), None)
        self.calls.append(Sent(operation, kind))
        self._let_somebody(operations)
        if kind is None:
            return self._forward(request, operation)
        self.counted[kind] += 1
        return self._befall(kind, request, operation)

    def _let_somebody(self, operations: Sequence[str]) -> None:
        if self._meanwhile and self._meanwhile[0].distance(operations) == 0:
            elsewhere(self._meanwhile[1])

    def _forward(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        if self.lag and (late := self.lag.answer(operation, request)):
            return late
        answer = botocore_stubber("before-send", request) or self._wire.send(request)
        if self.lag and operation in WRITES:
            self.lag.wrote()
        return answer

    def _befall(self, kind: Kind, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        if kind in {Kind.LOST_REPLY, Kind.KILLED_AFTER}:
            self._forward(request, operation)
        if kind in DEADLY:
            raise Killed(operation)
        if kind in {Kind.LOST_REQUEST, Kind.LOST_REPLY}:
            raise ReadTimeoutError(endpoint_url=request.url)
        if kind is Kind.CLOSED:
            raise ConnectionClosedError(endpoint_url=request.url)
        if kind is Kind.NONE_READ:
            return answered(request, 200, {"Responses": {}, "UnprocessedKeys": body_of(request)["RequestItems"]})
        if kind is Kind.HALF_READ:
            return half_read(request, self._forward(request, operation))
        return refused(kind, request, operation)


def hooks(client: "DynamoDBClient") -> Any:
    """The client's events; their stubs know only handlers that return nothing."""
    return client.meta.events


def elsewhere(deed: Callable[[], object]) -> None:
    """Do something in a thread of its own, so that it shares no context, and wait for it; its error is ours."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            deed()
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
        """All at once."""
        yield self.read()


def answered(request: AWSPreparedRequest, status: int, body: Mapping[str, Any]) -> AWSResponse:
    """An answer of DynamoDB's."""
    data = json.dumps(body).encode()
    headers: Any = {
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(data)),
        "x-amzn-RequestId": "FAULT",
        "x-amz-crc32": str(zlib.crc32(data)),
    }
    return AWSResponse(request.url, status, headers, Stream(data))


def body_of(request: AWSPreparedRequest) -> dict[str, Any]:
    """What was asked."""
    sent: Any = request.body
    body: dict[str, Any] = json.loads(sent)
    return body


def refused(kind: Kind, request: AWSPreparedRequest, operation: str) -> AWSResponse:
    """An answer that says that nothing was done."""
    if kind is Kind.FAILED:
        return answered(request, 500, {"__type": f"{ERROR}InternalServerError", "message": "An error of the server's."})
    code = {
        Kind.THROTTLED: "ProvisionedThroughputExceededException",
        Kind.LIMITED: "ThrottlingException",
        Kind.CONFLICT: "TransactionConflictException",
        Kind.CROWDED: "",
    }[kind]
    if operation == TRANSACTION and kind in {Kind.CONFLICT, Kind.CROWDED}:
        return canceled(request, "TransactionConflict" if kind is Kind.CONFLICT else "ThrottlingError")
    return answered(request, 400, {"__type": ERROR + code, "message": "Not now."})


def canceled(request: AWSPreparedRequest, code: str) -> AWSResponse:
    """A transaction whose last item met something; the others are as they should be."""
    others = len(body_of(request)["TransactItems"]) - 1
    reasons = [*({"Code": "None"} for _ in range(others)), {"Code": code, "Message": "Not now."}]
    body = {"__type": f"{ERROR}TransactionCanceledException", "Message": "Canceled.", "CancellationReasons": reasons}
    return answered(request, 400, body)


def half_read(request: AWSPreparedRequest, answer: AWSResponse) -> AWSResponse:
    """An answer to a batch of keys that leaves out every second one."""
    [(table, wanted)] = body_of(request)["RequestItems"].items()
    read, left = wanted["Keys"][1::2], wanted["Keys"][::2]
    whole = json.loads(answer.content)["Responses"].get(table, [])
    items = [item for item in whole if {"pk": item["pk"], "sk": item["sk"]} in read]
    body = {"Responses": {table: items}, "UnprocessedKeys": {table: {**wanted, "Keys": left}}}
    return answered(request, 200, body)


# What has no answer of its own


def without_pauses(runtime: Runtime) -> Runtime:
    """Let the table's own retries take no time."""
    runtime.table._pause = lambda _seconds: None  # noqa: SLF001  the runtime builds its table itself
    return runtime
