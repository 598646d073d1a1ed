"""Events of Lambda function URLs (payload 2.0), and the function that they are sent to."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote, urlencode

from chalicelib.api.public_function import public
from chalicelib.core.crypto.keys import Keys
from tests.support.world import SECRET, Context, Response

KEY = Keys(SECRET).edge[-1]
HASHES = ",".join(Keys(SECRET).edge_hashes)
HOST = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws"
EDGE = "64.252.66.9"  # CloudFront's own address


def url_event(event: dict[str, Any], *, key: str = KEY) -> dict[str, Any]:
    """The event with which CloudFront passes a request on to a function URL; the request is given as a REST event."""
    query = [
        (name, value) for name, values in (event["multiValueQueryStringParameters"] or {}).items() for value in values
    ]
    headers = {name.lower(): value for name, value in event["headers"].items()} | {"host": HOST}
    if key:
        viewer = f"{event['requestContext']['identity']['sourceIp']}:46532"
        headers |= {"afterword-edge": key, "cloudfront-viewer-address": viewer}
    path = event["resource"]
    for name, value in (event["pathParameters"] or {}).items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return plain_event(event["httpMethod"], path, urlencode(query), headers, event["body"])


def plain_event(
    method: str, path: str, query: str, headers: dict[str, str], body: str | None = None, address: str = EDGE
) -> dict[str, Any]:
    """An event of a function URL.  As on Lambda, a body that is neither JSON nor plain text is in base64."""
    textual = headers.get("content-type", "").startswith(("application/json", "text/"))
    coded = bool(body) and not textual
    about: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": HOST.partition(".")[0],
            "domainName": HOST,
            "domainPrefix": HOST.partition(".")[0],
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": address, "userAgent": "-"},
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2030:12:00:00 +0000",
            "timeEpoch": 1_893_499_200_000,
        },
        "isBase64Encoded": coded,
    }
    if query:
        about["queryStringParameters"] = {}  # nobody reads it
    return about if body is None else {**about, "body": b64encode(body.encode()).decode() if coded else body}


def send_to_url(event: Any) -> Response:
    """Send an event to the function behind CloudFront."""
    answer = public(event, Context())
    assert "multiValueHeaders" not in answer, "a function URL does not know it"
    assert all(isinstance(value, str) for value in answer["headers"].values())
    return Response(answer["statusCode"], answer["headers"], answer["body"])
