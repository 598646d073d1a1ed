"""Lets a function do what its role allows, and nothing else: what a deployed policy lacks is missed here already.

A function's calls go to a `Guard` of its own, which finds out what each is (`wishes`), asks the role's policies as
they are now, and hands on what is allowed.  Known are the calls that the service makes; any other is refused.
"""

import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

import urllib3
from moto.iam.models import Role, iam_backends

from dev.cloud.aws import ACCOUNT, HOST, REGION, Aws

HOP = {"connection", "content-length", "host", "transfer-encoding"}  # headers of one connection alone

log = logging.getLogger(__name__)

Wish = tuple[str, str]  # an action, and the resource that it is about


def wishes(headers: Mapping[str, str], path: str, body: bytes) -> Iterator[Wish]:
    """What a call needs to be allowed.

    Raises:
        LookupError: a call that is not known here.
    """
    service, _, operation = headers.get("X-Amz-Target", "").partition(".")
    if service == "DynamoDB_20120810":
        yield from wishes_of_dynamodb(operation, json.loads(body))
    elif service == "AmazonSSM":
        name = json.loads(body)["Name"].lstrip("/")
        yield f"ssm:{operation}", arn("ssm", f"parameter/{name}")
    elif path.startswith("/2020-05-31/distribution/") and path.endswith("/invalidation"):
        yield "cloudfront:CreateInvalidation", f"arn:aws:cloudfront::{ACCOUNT}:distribution/{path.split('/')[3]}"
    else:
        yield wish_of_query({name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()})


def wishes_of_dynamodb(operation: str, sent: Mapping[str, Any]) -> Iterator[Wish]:
    """A transaction needs what its parts need."""
    if "TransactItems" in sent:
        for part in sent["TransactItems"]:
            [(kind, about)] = part.items()
            yield f"dynamodb:{kind}Item", arn("dynamodb", f"table/{about['TableName']}")
    elif "RequestItems" in sent:
        for table in sent["RequestItems"]:
            yield f"dynamodb:{operation}", arn("dynamodb", f"table/{table}")
    else:
        index = f"/index/{sent['IndexName']}" if "IndexName" in sent else ""
        yield f"dynamodb:{operation}", arn("dynamodb", f"table/{sent['TableName']}{index}")


def wish_of_query(sent: Mapping[str, str]) -> Wish:
    """Of the older services, whose calls are forms."""
    if sent.get("Action") == "Publish":
        return "sns:Publish", sent["TopicArn"]
    raise LookupError(f"{sent.get('Action') or 'a call of an unknown kind'} is not known to the guard")


def arn(service: str, name: str) -> str:
    """A resource of this account."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def allows(role: Role, wish: Wish) -> bool:
    """Whether one of the policies that stand in the role allows it.  Conditions and denials are not known here."""
    statements = [statement for document in role.policies.values() for statement in json.loads(document)["Statement"]]
    return any(
        statement["Effect"] == "Allow"
        and any(fnmatchcase(wish[0], each) for each in listed(statement["Action"]))
        and any(fnmatchcase(wish[1], each) for each in listed(statement["Resource"]))
        for statement in statements
    )


def listed(value: str | list[str]) -> list[str]:
    """Policies write a single value as it is."""
    return [value] if isinstance(value, str) else value


def refused(why: str, *, as_json: bool) -> tuple[int, Mapping[str, str], bytes]:
    """AWS's answer to what is not allowed: status, headers, body."""
    if as_json:
        told = {"__type": "com.amazon.coral.service#AccessDeniedException", "message": why}
        return 400, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(told).encode()
    error = f"<Error><Code>AccessDenied</Code><Message>{escape(why)}</Message></Error>"
    return 403, {"Content-Type": "text/xml"}, f"<ErrorResponse>{error}</ErrorResponse>".encode()


class Guard(ThreadingHTTPServer, AbstractContextManager["Guard"]):
    """The address that a function takes for AWS, at which its role counts."""

    daemon_threads = True

    def __init__(self, aws: Aws, role: str) -> None:
        super().__init__((HOST, 0), GuardHandler)
        self.aws = aws
        self.role = role
        self.pool = urllib3.PoolManager()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        """Answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Answer no more."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        self.pool.clear()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.server_port}"

    def refusal(self, headers: Mapping[str, str], path: str, body: bytes) -> str:
        """Why a call is not let through; empty if it is."""
        try:
            wished = [*wishes(headers, path, body)]
        except LookupError as unknown:
            return str(unknown)
        role = iam_backends[ACCOUNT]["aws"].get_role_by_arn(self.role)
        missing = [f"{action} on {resource}" for action, resource in wished if not allows(role, (action, resource))]
        return f"User: {self.role} is not authorized to perform: {', '.join(missing)}" if missing else ""

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  the signature is inherited
        """Pass over a function that was stopped; print anything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class GuardHandler(BaseHTTPRequestHandler):
    """Hands calls on, and answers back."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Guard

    def do_POST(self) -> None:
        """One call."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        why = self.server.refusal(dict(self.headers), self.path, body)
        if why:
            log.error(why)
            self._answer(*refused(why, as_json="X-Amz-Target" in self.headers))
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
        """Say nothing."""
