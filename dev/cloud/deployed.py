"""A REST API as its deployed Swagger document has it: its routes, its preflights, what the gateway says by itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dev.cloud.aws import Served
from dev.gateway import Answer, static_headers

INTEGRATION = "x-amazon-apigateway-integration"
RESPONSES = "x-amazon-apigateway-gateway-responses"
BINARY = "x-amazon-apigateway-binary-media-types"
FUNCTION = re.compile("/functions/(.*)/invocations")
ERRORS = {  # what the gateway says where the document doesn't
    "BAD_REQUEST_BODY": (400, "Invalid request body"),
    "DEFAULT_4XX": (400, "Bad Request"),
    "DEFAULT_5XX": (502, "Internal server error"),
    "INTEGRATION_FAILURE": (504, "Network error communicating with endpoint"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "REQUEST_TOO_LARGE": (413, "Request Too Long"),
    "THROTTLED": (429, "Too Many Requests"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported Media Type"),
}
LARGEST_CLIENT_ERROR = 499


@dataclass(frozen=True)
class Found:
    """A method of a route, and the parameters of the path as they were sent: percent-encoded."""

    route: str
    operation: Mapping[str, Any]
    parameters: Mapping[str, str]

    @property
    def function(self) -> str:
        """The ARN of the function that answers; empty where the gateway itself does."""
        uri = FUNCTION.search(self.operation[INTEGRATION].get("uri") or "")
        return uri[1] if uri else ""

    @property
    def mock(self) -> Answer:
        """What the gateway answers without a function: a preflight."""
        answer = self.operation[INTEGRATION]["responses"]["default"]
        return Answer(int(answer["statusCode"]), static_headers(answer, "method.response.header."))


class Api:
    """One stage of one API, at the prefix by which it was asked."""

    def __init__(self, served: Served, prefix: str) -> None:
        self.served = served
        self.document = served.document
        self.prefix = prefix

    def find(self, method: str, path: str) -> Found | None:
        """The method that a path leads to; where several do, static parts come first."""
        parts = path.split("/")
        found = [each for each in self._split if len(each) == len(parts) and all(map(fits, each, parts))]
        best = min(found, key=lambda each: [is_variable(part) for part in each], default=None)
        operation = self.document["paths"]["/".join(best)].get(method.lower()) if best else None
        if not best or not operation:
            return None
        parameters = {name[1:-1]: part for name, part in zip(best, parts, strict=True) if is_variable(name)}
        return Found("/".join(best), operation, parameters)

    @cached_property
    def _split(self) -> list[list[str]]:
        return [route.split("/") for route in self.document["paths"]]

    def is_binary(self, media: str) -> bool:
        """Whether a body of this type travels as base64."""
        kind = media.partition(";")[0].strip().lower()
        return any(kind == each or each == f"{kind.partition('/')[0]}/*" for each in self.document.get(BINARY, ()))

    def says(self, kind: str) -> Answer:
        """What the gateway says by itself, as the document has it or else AWS."""
        status, message = ERRORS[kind]
        default = "DEFAULT_4XX" if status <= LARGEST_CLIENT_ERROR else "DEFAULT_5XX"
        told = self.document.get(RESPONSES, {})
        chosen: Mapping[str, Any] = told.get(kind) or told.get(default, {})
        headers = static_headers(chosen, "gatewayresponse.header.")
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers = (("Content-Type", "application/json"), *headers)
        template = chosen.get("responseTemplates", {}).get(
            "application/json", '{"message":$context.error.messageString}'
        )
        body = template.replace("$context.error.messageString", json.dumps(message))
        return Answer(int(chosen.get("statusCode") or status), headers, body.encode())


def is_variable(part: str) -> bool:
    """Whether a part of a route stands for any text."""
    return part.startswith("{")


def fits(part: str, sent: str) -> bool:
    """Whether a part of a route can be what was sent."""
    return bool(sent) if is_variable(part) else part == sent
