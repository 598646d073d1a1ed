"""A simulated AWS, with small functions deployed to it."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from chalice.app import Chalice
from chalice.deploy.swagger import SwaggerGenerator

from dev.cloud.cloud import Cloud, running_cloud
from dev.cloud.functions import HERE

ECHO = "def handler(event, context):\n    return {'statusCode': 200, 'body': __import__('json').dumps(event)}\n"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """An account of this module's own."""
    with running_cloud() as running:
        yield running


def bundled(code: str) -> bytes:
    """A bundle with one module, ``tried``."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as bundle:
        bundle.writestr("tried.py", code)
    return made.getvalue()


def swagger(app: Chalice, function: str, plain: bool) -> dict[str, Any]:
    """What Chalice would deploy of an app; ``plain``: without what is added to it."""
    generator: Any = SwaggerGenerator("eu-central-1", {"api_handler_arn": function})
    method = getattr(generator, "plain_swagger", generator.generate_swagger) if plain else generator.generate_swagger
    document: dict[str, Any] = method(app)
    return document


@dataclass
class Deployed:
    """A function and an API of its own."""

    cloud: Cloud
    api: str
    function: str

    @property
    def url(self) -> str:
        return f"{self.cloud.url}/{self.api}/api"

    def ask(self, path: str, method: str = "GET", **more: Any) -> requests.Response:
        return requests.request(method, self.url + path, timeout=60, **more)

    def change(self, code: str) -> None:
        """Deploy other code."""
        self.cloud.client("lambda").update_function_code(FunctionName=self.function, ZipFile=bundled(code))

    def put(self, document: Mapping[str, Any]) -> None:
        """Give the API another document, without deploying it."""
        gateways = self.cloud.client("apigateway")
        gateways.put_rest_api(restApiId=self.api, mode="overwrite", body=json.dumps(document))

    def deploy(self) -> None:
        """Let the stage serve what the API is now."""
        self.cloud.client("apigateway").create_deployment(restApiId=self.api, stageName="api")


@pytest.fixture(scope="module")
def deploy(cloud: Cloud) -> Callable[..., Deployed]:
    """Deploys an app's routes, and code that answers to them."""
    role = cloud.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")["Role"]["Arn"]

    def deployed(app: Chalice, code: str = ECHO, *, plain: bool = False, name: str = "tried", **more: Any) -> Deployed:
        about = {"Runtime": "python3.11", "Architectures": [HERE], "Timeout": 15, **more}
        function = cloud.client("lambda").create_function(
            FunctionName=name, Role=role, Handler="tried.handler", Code={"ZipFile": bundled(code)}, **about
        )["FunctionArn"]
        gateways = cloud.client("apigateway")
        api = gateways.import_rest_api(body=json.dumps(swagger(app, function, plain)))["id"]
        least = {"op": "replace", "path": "/minimumCompressionSize", "value": "1024"}
        gateways.update_rest_api(restApiId=api, patchOperations=[least])
        made = Deployed(cloud, api, name)
        made.deploy()
        return made

    return deployed
