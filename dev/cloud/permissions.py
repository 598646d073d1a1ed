"""Enforces the role of a function, so that a missing permission is found before a deployment to AWS.

Every function calls AWS through a `PermissionProxy`, which finds the permissions that a call needs
(`required_permissions`), checks the role's current policies, and forwards what they allow.  Calls that the service
never makes are refused.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs

import urllib3
from moto.iam.models import Role, iam_backends

from dev.cloud.aws import HOST, REGION, Aws
from dev.cloud.worker import ACCOUNT

HOP = {"connection", "content-length", "host", "transfer-encoding"}  # headers that are not forwarded

log = logging.getLogger(__name__)

PARTITION = re.compile(r"(?P<name>#?\w+) = (?P<value>:\w+)")  # the first part of a query's key condition
LEADING_KEYS = {"ForAllValues:StringLike": "dynamodb:LeadingKeys"}  # the only condition that is simulated


class Permission(NamedTuple):
    """An action on a resource.  ``partitions``: of the table's items, or the index's entries, that it concerns."""

    action: str
    resource: str
    partitions: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As it is named where it is missing, without ids."""
        return f"{self.action} on {self.resource}"


def required_permissions(headers: Mapping[str, str], path: str, body: bytes) -> Iterator[Permission]:
    """The permissions that a call needs.

    Raises:
        LookupError: the call is not simulated.
    """
    service, _, operation = headers.get("X-Amz-Target", "").partition(".")
    if service == "DynamoDB_20120810":
        yield from dynamodb_permissions(operation, json.loads(body))
    elif service == "AmazonSSM":
        name = json.loads(body)["Name"].lstrip("/")
        yield Permission(f"ssm:{operation}", arn("ssm", f"parameter/{name}"))
    elif path.startswith("/2020-05-31/distribution/") and path.endswith("/invalidation"):
        resource = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{path.split('/')[3]}"
        yield Permission("cloudfront:CreateInvalidation", resource)
    else:
        yield query_permission({name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()})


def dynamodb_permissions(operation: str, sent: Mapping[str, Any]) -> Iterator[Permission]:
    """The permissions of a call to DynamoDB; a transaction needs those of all its parts."""
    if "TransactItems" in sent:
        for part in sent["TransactItems"]:
            [(kind, about)] = part.items()
            yield Permission(
                f"dynamodb:{kind}Item", arn("dynamodb", f"table/{about['TableName']}"), (partition(about),)
            )
    elif "RequestItems" in sent:
        for table, about in sent["RequestItems"].items():
            yield Permission(f"dynamodb:{operation}", arn("dynamodb", f"table/{table}"), batch_partitions(about))
    elif "IndexName" in sent:
        index = arn("dynamodb", f"table/{sent['TableName']}/index/{sent['IndexName']}")
        yield Permission(f"dynamodb:{operation}", index, (partition(sent),))
    else:
        yield Permission(f"dynamodb:{operation}", arn("dynamodb", f"table/{sent['TableName']}"), (partition(sent),))


def batch_partitions(about: Any) -> tuple[str, ...]:  # noqa: ANN401  two shapes
    """The partitions of a batch of reads or of writes."""
    if isinstance(about, Mapping):
        return tuple(partition({"Key": key}) for key in about["Keys"])
    return tuple(partition(request) for each in about for request in each.values())


def partition(about: Mapping[str, Any]) -> str:
    """The partition that an operation concerns; empty if it is not found."""
    item = about.get("Key") or about.get("Item")
    if item:
        return str(item["pk"]["S"])
    found = PARTITION.search(about.get("KeyConditionExpression", ""))
    return str(about["ExpressionAttributeValues"][found["value"]]["S"]) if found else ""


def query_permission(sent: Mapping[str, str]) -> Permission:
    """The permission of a call to an older service, whose calls are forms."""
    if sent.get("Action") == "Publish":
        return Permission("sns:Publish", sent["TopicArn"])
    raise LookupError(f"{sent.get('Action') or 'a call of an unknown kind'} is not simulated")


def arn(service: str, name: str) -> str:
    """The ARN of a resource in this account."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def allows(role: Role, permission: Permission) -> bool:
    """Whether a policy of the role allows an action.  Denials and most conditions are not simulated."""
    statements = [statement for document in role.policies.values() for statement in json.loads(document)["Statement"]]
    return any(
        statement["Effect"] == "Allow"
        and any(fnmatchcase(permission.action, each) for each in as_list(statement["Action"]))
        and any(fnmatchcase(permission.resource, each) for each in as_list(statement["Resource"]))
        and meets(permission, statement.get("Condition", {}))
        for statement in statements
    )


def meets(permission: Permission, condition: Mapping[str, Any]) -> bool:
    """Whether all partitions match the patterns of a condition.

    Raises:
        LookupError: the condition is not simulated.
    """
    for operator, about in condition.items():
        [(key, patterns)] = about.items()
        if LEADING_KEYS.get(operator) != key:
            raise LookupError(f"the condition {operator} of {key} is not simulated")
        if not all(any(fnmatchcase(each, pattern) for pattern in patterns) for each in permission.partitions):
            return False
    return True


def as_list(value: str | list[str]) -> list[str]:
    """The value as a list: policies can have a single string instead."""
    return [value] if isinstance(value, str) else value


def access_denied(why: str, *, as_json: bool) -> tuple[int, Mapping[str, str], bytes]:
    """AWS's response to a call that is not allowed: status, headers, body."""
    if as_json:
        error = {"__type": "com.amazon.coral.service#AccessDeniedException", "message": why}
        return 400, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(error).encode()
    xml = f"<Error><Code>AccessDenied</Code><Message>{escape(why)}</Message></Error>"
    return 403, {"Content-Type": "text/xml"}, f"<ErrorResponse>{xml}</ErrorResponse>".encode()


class PermissionProxy(ThreadingHTTPServer, AbstractContextManager["PermissionProxy"]):
    """The endpoint that a function uses as AWS, with the permissions of its role."""

    daemon_threads = True

    def __init__(self, aws: Aws, role: str) -> None:
        super().__init__((HOST, 0), ProxyHandler)
        self.aws = aws
        self.role = role
        self.pool = urllib3.PoolManager()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        """Start the server."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        self.pool.clear()

    @property
    def url(self) -> str:
        """The endpoint's URL."""
        return f"http://{HOST}:{self.server_port}"

    def denial(self, headers: Mapping[str, str], path: str, body: bytes) -> str:
        """Why a call is denied; empty if it is allowed."""
        try:
            role = iam_backends[ACCOUNT]["aws"].get_role_by_arn(self.role)
            missing = [str(each) for each in required_permissions(headers, path, body) if not allows(role, each)]
        except LookupError as unknown:
            return str(unknown)
        return f"User: {self.role} is not authorized to perform: {', '.join(missing)}" if missing else ""

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  the signature is inherited
        """Ignore connections of stopped functions; print other errors."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class ProxyHandler(BaseHTTPRequestHandler):
    """Forwards calls and their responses."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: PermissionProxy

    def do_POST(self) -> None:
        """Forward one call, if it is allowed."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        why = self.server.denial(dict(self.headers), self.path, body)
        if why:
            log.error(why)
            self._answer(*access_denied(why, as_json="X-Amz-Target" in self.headers))
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        url = self.server.aws.address(self.headers.get("X-Amz-Target", "")) + self.path
        answer = self.server.pool.request("POST", url, body=body, headers=headers, retries=False, decode_content=False)
        self._answer(answer.status, answer.headers, answer.data)

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:  # noqa: ANN401  the signature is inherited
        """Log nothing."""
