"""What API Gateway says by itself, in the service's words and where scripts of other sites can read it.

A request that no function sees (unknown, too large, too many) is answered by the gateway: without CORS headers,
so that a script is told of a broken network, and in a shape of its own.  Chalice has no words for this: they are
added where it writes the gateway's description (deploy, package).  Locally `install` changes nothing, and a Lambda
does not even load this.
"""

import sys
from collections.abc import Mapping
from typing import Any

from ...core.errors import Forbidden, NotFound, Refusal, TooManyRequests, Unavailable
from ..app import CORS
from .endpoints import SAFE
from .problems import BadRequest, Failure, TooLarge, WrongType, headers_of, problem_of

QUOTA_PAUSE = 3_600  # seconds: quotas are by the day at least
ELSEWHERE = Forbidden("This can't be asked from where you are.")
REFUSALS: Mapping[str, Refusal] = {
    "ACCESS_DENIED": ELSEWHERE,
    "BAD_REQUEST_BODY": BadRequest(),
    "BAD_REQUEST_PARAMETERS": BadRequest(),
    "DEFAULT_4XX": BadRequest(),
    "DEFAULT_5XX": Failure(),
    "INTEGRATION_FAILURE": Unavailable(),
    "INTEGRATION_TIMEOUT": Unavailable(),
    "INVALID_SIGNATURE": NotFound(),  # an unknown route with a bearer: the gateway looks for a signature of AWS's
    "MISSING_AUTHENTICATION_TOKEN": NotFound(),  # an unknown route
    "QUOTA_EXCEEDED": TooManyRequests(retry_after=QUOTA_PAUSE),
    "REQUEST_TOO_LARGE": TooLarge(),
    "RESOURCE_NOT_FOUND": NotFound(),
    "THROTTLED": TooManyRequests(retry_after=1),
    "UNSUPPORTED_MEDIA_TYPE": WrongType(),
    "WAF_FILTERED": ELSEWHERE,
}


def gateway_responses() -> dict[str, Any]:
    """All of them, as ``x-amazon-apigateway-gateway-responses`` has them."""
    return {kind: _response(refusal) for kind, refusal in REFUSALS.items()}


def _response(refusal: Refusal) -> dict[str, Any]:
    """The template is of the type that the gateway takes by itself; the header says what it is."""
    problem = problem_of(refusal)
    headers = {**CORS.get_access_control_headers(), **headers_of(problem), **SAFE}
    return {
        "statusCode": str(problem.status),
        "responseParameters": {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
        "responseTemplates": {"application/json": problem.model_dump_json(exclude_none=True)},
    }


def install() -> None:
    """Add them to what Chalice deploys: only its command line loads the module that writes it."""
    generator: Any = getattr(sys.modules.get("chalice.deploy.swagger"), "SwaggerGenerator", None)
    if generator is None or hasattr(generator, "plain_swagger"):
        return

    def generate_swagger(self: Any, app: Any, rest_api: Any = None) -> dict[str, Any]:  # noqa: ANN401  Chalice's own
        document: dict[str, Any] = self.plain_swagger(app, rest_api)
        return {**document, "x-amazon-apigateway-gateway-responses": gateway_responses()}

    generator.plain_swagger = generator.generate_swagger
    generator.generate_swagger = generate_swagger
