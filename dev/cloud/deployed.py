"""A deployed REST API, read from its Swagger document: routes, preflights, and the gateway's own responses."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dev.cloud.aws import Served
from dev.gateway import Response, static_headers

INTEGRATION = "x-amazon-apigateway-integration"
RESPONSES = "x-amazon-apigateway-gateway-responses"
BINARY = "x-amazon-apigateway-binary-media-types"
FUNCTION = re.compile("/functions/(.*)/invocations")
ERRORS = {  # the gateway's own errors, unless the document defines them
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
class RouteMatch:
    """The operation that a request matches, with the path's parameters, still percent-encoded."""

    route: str
    operation: Mapping[str, Any]
    parameters: Mapping[str, str]

    @property
    def function(self) -> str:
        """The ARN of the function to invoke; empty where the gateway itself responds."""
        uri = FUNCTION.search(self.operation[INTEGRATION].get("uri") or "")
        return uri[1] if uri else ""

    @property
    def mock(self) -> Response:
        """The gateway's response without a function: a preflight."""
        response = self.operation[INTEGRATION]["responses"]["default"]
        return Response(int(response["statusCode"]), static_headers(response, "method.response.header."))


class Api:
    """One stage of an API, at the prefix of the request."""

    def __init__(self, served: Served, prefix: str) -> None:
        self.served = served
        self.document = served.document
        self.prefix = prefix

    def find(self, method: str, path: str) -> RouteMatch | None:
        """The operation of a method and path; static parts of a route take precedence over variables."""
        parts = path.split("/")
        found = [each for each in self._route_parts if len(each) == len(parts) and all(map(part_matches, each, parts))]
        best = min(found, key=lambda each: [is_variable(part) for part in each], default=None)
        operation = self.document["paths"]["/".join(best)].get(method.lower()) if best else None
        if not best or not operation:
            return None
        parameters = {name[1:-1]: part for name, part in zip(best, parts, strict=True) if is_variable(name)}
        return RouteMatch("/".join(best), operation, parameters)

    @cached_property
    def _route_parts(self) -> list[list[str]]:
        return [route.split("/") for route in self.document["paths"]]

    def is_binary(self, media: str) -> bool:
        """Whether a body of this media type is base64-encoded in events."""
        kind = media.partition(";")[0].strip().lower()
        return any(kind == each or each == f"{kind.partition('/')[0]}/*" for each in self.document.get(BINARY, ()))

    def gateway_response(self, kind: str) -> Response:
        """The gateway's own response to an error, from the document or AWS's default."""
        status, message = ERRORS[kind]
        default = "DEFAULT_4XX" if status <= LARGEST_CLIENT_ERROR else "DEFAULT_5XX"
        defined = self.document.get(RESPONSES, {})
        chosen: Mapping[str, Any] = defined.get(kind) or defined.get(default, {})
        headers = static_headers(chosen, "gatewayresponse.header.")
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers = (("Content-Type", "application/json"), *headers)
        template = chosen.get("responseTemplates", {}).get(
            "application/json", '{"message":$context.error.messageString}'
        )
        body = template.replace("$context.error.messageString", json.dumps(message))
        return Response(int(chosen.get("statusCode") or status), headers, body.encode())


def is_variable(part: str) -> bool:
    """Whether a part of a route is a variable."""
    return part.startswith("{")


def part_matches(part: str, sent: str) -> bool:
    """Whether a part of a route matches a part of a path."""
    return bool(sent) if is_variable(part) else part == sent
