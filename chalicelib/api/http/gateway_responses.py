"""Error responses of API Gateway itself, as problem documents with CORS headers.

API Gateway responds to some requests without calling the function: unknown routes, bodies that are too
large, too many requests.  By default such responses have no CORS headers, so that scripts of other
sites see a network error.  Chalice has no setting for them: they are added where it generates the
description of the API (deploy, package).  `install` has no effect locally and is not loaded in Lambda.
"""

import sys
from collections.abc import Mapping
from typing import Any

from ...core.errors import Forbidden, NotFound, Refusal, TooManyRequests, Unavailable
from ..app import CORS
from .endpoints import DATA_POLICY, SECURITY_HEADERS
from .problems import BadRequest, ContentTooLarge, InternalError, UnsupportedMediaType, headers_of, problem_of

QUOTA_RETRY = 3_600  # seconds; quotas are daily or longer
# A value must not contain quotes; a directive without sources allows as little as one with 'none'.
POLICY = {"Content-Security-Policy": DATA_POLICY.replace(" 'none'", "")}
ACCESS_DENIED = Forbidden("Access from your network is not allowed.")
REFUSALS: Mapping[str, Refusal] = {
    "ACCESS_DENIED": ACCESS_DENIED,
    "BAD_REQUEST_BODY": BadRequest(),
    "BAD_REQUEST_PARAMETERS": BadRequest(),
    "DEFAULT_4XX": BadRequest(),
    "DEFAULT_5XX": InternalError(),
    "INTEGRATION_FAILURE": Unavailable(),
    "INTEGRATION_TIMEOUT": Unavailable(),
    "INVALID_SIGNATURE": NotFound(),  # an unknown route and a bearer token, taken for an AWS signature
    "MISSING_AUTHENTICATION_TOKEN": NotFound(),  # an unknown route
    "QUOTA_EXCEEDED": TooManyRequests(retry_after=QUOTA_RETRY),
    "REQUEST_TOO_LARGE": ContentTooLarge(),
    "RESOURCE_NOT_FOUND": NotFound(),
    "THROTTLED": TooManyRequests(retry_after=1),
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType(),
    "WAF_FILTERED": ACCESS_DENIED,
}


def gateway_responses() -> dict[str, Any]:
    """The value of ``x-amazon-apigateway-gateway-responses`` in the description of the API."""
    return {kind: _response(refusal) for kind, refusal in REFUSALS.items()}


def _response(refusal: Refusal) -> dict[str, Any]:
    """The template is registered under the gateway's default type; the header gives the real one."""
    problem = problem_of(refusal)
    headers = {**CORS.get_access_control_headers(), **headers_of(problem), **SECURITY_HEADERS, **POLICY}
    return {
        "statusCode": str(problem.status),
        "responseParameters": {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
        "responseTemplates": {"application/json": problem.model_dump_json(exclude_none=True)},
    }


def install() -> None:
    """Add the gateway responses to what Chalice deploys.  Only its command line loads the module to patch."""
    generator: Any = getattr(sys.modules.get("chalice.deploy.swagger"), "SwaggerGenerator", None)
    if generator is None or hasattr(generator, "plain_swagger"):
        return

    def generate_swagger(self: Any, app: Any, rest_api: Any = None) -> dict[str, Any]:  # noqa: ANN401  Chalice's types
        document: dict[str, Any] = self.plain_swagger(app, rest_api)
        return {**document, "x-amazon-apigateway-gateway-responses": gateway_responses()}

    generator.plain_swagger = generator.generate_swagger
    generator.generate_swagger = generate_swagger
