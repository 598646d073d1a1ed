"""CloudFront and Lambda function URLs on localhost.

A distribution is at `/cloudfront/<its id>/…`.  It forwards to the origin of the first cache behaviour that matches,
with the headers that its policies name and those of the origin.  No cache is simulated: every request reaches its
origin.
A function URL is at `/lambda-url/<its id>/…`, for whoever calls it without CloudFront.
"""

import base64
import time
import uuid
from collections.abc import Mapping
from email.message import Message
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from moto.awslambda.models import LambdaFunction, lambda_backends

from dev.cloud.cloudformation import Distribution
from dev.cloud.functions import Functions
from dev.cloud.worker import ACCOUNT, FunctionFailed
from dev.gateway import Headers, Response, response_from
from dev.server import Site

CLOUDFRONT, FUNCTION_URL = "/cloudfront/", "/lambda-url/"
ALIAS = "live"  # of all function URLs: moto does not know their qualifiers
TEXTUAL = ("application/json", "application/xml", "application/javascript", "text/")
VIEWER = "127.0.0.1:46532"
OWN_ADDRESS = "64.252.66.9"  # CloudFront's, as a function URL sees it
MANAGED_SIMPLE_CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"


def url_event(
    domain: str, method: str, target: str, headers: Mapping[str, str], body: bytes, address: str
) -> dict[str, Any]:
    """The event (payload 2.0) of a request to a function URL.  ``target``: the path, and the query if there is one."""
    path, _, query = target.partition("?")
    coded = not headers.get("content-type", "").startswith(TEXTUAL)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {**headers, "host": domain},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": domain.partition(".")[0],
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": address, "userAgent": "-"},
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()),
            "timeEpoch": round(time.time() * 1000),
        },
        "isBase64Encoded": bool(body) and coded,
    }
    if body:
        event["body"] = base64.b64encode(body).decode() if coded else body.decode(errors="replace")
    return event


def with_url(domain: str) -> LambdaFunction | None:
    """The function with this host name, or its first part."""
    for functions in lambda_backends[ACCOUNT].values():
        for function in functions.list_functions():
            host = function.url_config.url.removeprefix("https://") if function.url_config else ""
            if domain and domain in (host, host.partition(".")[0]):
                return function
    return None


class Edge:
    """Serves all distributions and function URLs; ``gateway`` serves REST APIs."""

    def __init__(self, gateway: Site, functions: Functions) -> None:
        self.gateway, self.functions = gateway, functions

    def serves(self, path: str) -> bool:
        """Whether a path belongs to a distribution or to a function URL."""
        return path.startswith((CLOUDFRONT, FUNCTION_URL))

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Response:
        """The response to a request of a reader."""
        _, kind, name, rest = path.split("/", 3) if path.count("/") > 2 else (*path.split("/", 2), "")  # noqa: PLR2004
        target = f"/{rest}"
        if f"/{kind}/" == FUNCTION_URL:
            joined = {name: headers.all(name) for name in headers}
            return self._call(name, method, target, joined, body, VIEWER.partition(":")[0])
        config = Distribution.configs.get(name)
        return self._forward(config, method, target, headers, body) if config else not_found()

    def _forward(self, config: Mapping[str, Any], method: str, target: str, headers: Headers, body: bytes) -> Response:
        behaviour = behaviour_of(config, target.partition("?")[0])
        origin = next(each for each in config["Origins"] if each["Id"] == behaviour["TargetOriginId"])
        own = {each["HeaderName"].lower(): each["HeaderValue"] for each in origin["OriginCustomHeaders"]}
        sent = {**forwarded(behaviour, headers), **own}
        host = origin["DomainName"]
        if ".lambda-url." in host:
            response = self._call(host, method, target, sent, body, OWN_ADDRESS)
        else:
            api = f"/{host.partition('.')[0]}{origin.get('OriginPath', '')}"
            response = self.gateway.respond(method, api + target, as_headers(sent), body)
        return with_cors(response) if behaviour.get("ResponseHeadersPolicyId") == MANAGED_SIMPLE_CORS else response

    def _call(
        self, name: str, method: str, target: str, headers: Mapping[str, str], body: bytes, address: str
    ) -> Response:
        function = with_url(name)
        if function is None:
            return not_found()
        domain = function.url_config.url.removeprefix("https://") if function.url_config else ""
        try:
            result = self.functions.invoke(
                f"{function.function_arn}:{ALIAS}", url_event(domain, method, target, headers, body, address)
            )
            return response_from({name: each for name, each in result.items() if name != "multiValueHeaders"})
        except FunctionFailed:
            return Response.message(HTTPStatus.BAD_GATEWAY, "Internal Server Error")


def behaviour_of(config: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The cache behaviour of a path: the first whose pattern matches, or the default one."""
    found: Mapping[str, Any] = next(
        (each for each in config.get("CacheBehaviors") or [] if fnmatchcase(path, each["PathPattern"])),
        config["DefaultCacheBehavior"],
    )
    return found


def forwarded(behaviour: Mapping[str, Any], headers: Headers) -> dict[str, str]:
    """The headers that reach the origin, each with its values joined."""
    names = {name.lower() for each in Distribution.headers_of(behaviour) for name in each}
    sent = {name: headers.all(name) for name in headers if name in names}
    return {**sent, "user-agent": "Amazon CloudFront", "cloudfront-viewer-address": VIEWER}


def as_headers(sent: Mapping[str, str]) -> Headers:
    """Headers as a server reads them."""
    message = Message()
    for name, value in sent.items():
        message[name] = value
    return Headers(message)


def with_cors(response: Response) -> Response:
    """The response with the header of the managed policy SimpleCORS, if it lacks that."""
    if any(name.lower() == "access-control-allow-origin" for name, _ in response.headers):
        return response
    return Response(response.status, (*response.headers, ("Access-Control-Allow-Origin", "*")), response.body)


def not_found() -> Response:
    """The response where nothing is deployed."""
    return Response.message(HTTPStatus.FORBIDDEN, "Forbidden")
