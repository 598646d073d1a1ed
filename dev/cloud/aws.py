"""AWS's control plane on loopback: moto, with an API Gateway that takes what Chalice deploys.

Chalice sends Swagger 2.0 without what moto asks for.  `Gateways` gives moto's model what it can read, and keeps
each document as it came: a stage serves what stood there when it was deployed (`served`).  DynamoDB is moto's
too, unless another's address is given.
"""

import copy
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Self

import boto3
from moto.apigateway.models import APIGatewayBackend, Deployment, RestAPI, apigateway_backends
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.cloudformation.models import CloudFormationBackend, Stack, cloudformation_backends
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

HOST = "127.0.0.1"
REGION = "eu-central-1"
ACCOUNT = "123456789012"  # moto's, for any key
COMPRESSION = "/minimumCompressionSize"

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Served:
    """What a stage serves: a Swagger document, and from how many bytes on answers are compressed."""

    api: str
    name: str
    stage: str
    document: Document
    least_compressed: int | None


def readable(document: Document) -> dict[str, Any]:
    """The document as OpenAPI 3 with all that moto's model takes for granted."""
    made = copy.deepcopy({name: value for name, value in document.items() if name != "swagger"})
    for methods in made["paths"].values():
        for operation in methods.values():
            integration = operation["x-amazon-apigateway-integration"]
            for answer in integration["responses"].values():
                answer |= {"responseParameters": {}, "responseTemplates": {}, **answer}
            kind = integration.get("type", "mock").upper()
            integration |= {"uri": "", "httpMethod": "", **integration, "type": kind}
    return {**made, "openapi": "3.0.1"}


class Gateways(APIGatewayBackend):
    """moto's model of API Gateway in one region, beside it the documents as they came and as they are deployed."""

    __module__ = APIGatewayBackend.__module__  # where moto looks for its addresses

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.documents: dict[str, Document] = {}
        self.compression: dict[str, int] = {}
        self.served: dict[tuple[str, str], Served] = {}

    def import_rest_api(self, api_doc: dict[str, Any], fail_on_warnings: bool) -> RestAPI:
        """Make an API of a document."""
        info = {"description": "", **api_doc["info"]}
        return super().import_rest_api({**api_doc, "info": info}, fail_on_warnings)

    def put_rest_api(
        self, function_id: str, api_doc: dict[str, Any], fail_on_warnings: bool, mode: str = "merge"
    ) -> RestAPI:
        """Give an API another document: it is served from the next deployment on."""
        self.documents[function_id] = api_doc
        return super().put_rest_api(function_id, readable(api_doc), fail_on_warnings, mode)

    def update_rest_api(self, function_id: str, patch_operations: list[dict[str, Any]]) -> RestAPI:
        """Change what no document says."""
        for operation in patch_operations:
            if operation["path"] == COMPRESSION:
                self.compression[function_id] = int(operation["value"])
        return super().update_rest_api(function_id, patch_operations)

    def create_deployment(
        self,
        function_id: str,
        name: str,
        description: str = "",
        stage_variables: Any = None,  # noqa: ANN401  as moto
    ) -> Deployment:
        """Let a stage serve the API as it is now."""
        stages = self.get_rest_api(function_id).stages
        before = stages.get(name)
        deployment = super().create_deployment(function_id, name, description, stage_variables)
        if before:  # moto makes it anew, and forgets its settings
            before.deployment_id = deployment.id
            stages[name] = before
        document, least = self.documents[function_id], self.compression.get(function_id)
        named = self.get_rest_api(function_id).name
        self.served.pop((function_id, name), None)  # the last one that was deployed stands last
        self.served[function_id, name] = Served(function_id, named, name, document, least)
        return deployment

    def delete_rest_api(self, function_id: str) -> RestAPI:
        """Serve it no more."""
        self.served = {key: served for key, served in self.served.items() if key[0] != function_id}
        return super().delete_rest_api(function_id)


class Stacks(CloudFormationBackend):
    """moto's model of CloudFormation, in which a parameter can stay as it was that was never given."""

    __module__ = CloudFormationBackend.__module__  # where moto looks for its addresses

    def update_stack(
        self,
        name: str,
        template: str,
        role_arn: str | None,
        parameters: list[dict[str, Any]],
        tags: dict[str, str] | None,
    ) -> Stack:
        """Give a stack another template or other parameters."""
        known = self.get_stack(name).parameters
        given = [each for each in parameters if "ParameterValue" in each or each["ParameterKey"] in known]
        return super().update_stack(name, template, role_arn, given, tags)


class Aws(AbstractContextManager["Aws"]):
    """An account with nothing in it, for as long as the context lasts.  One at a time: moto's models are global.

    ``environment`` is what a program needs to take it for AWS.
    """

    def __init__(self, dynamodb: str = "", *, port: int = 0) -> None:
        self._dynamodb = dynamodb
        self._server = ThreadedMotoServer(HOST, port, verbose=False)
        self.url = ""

    def __enter__(self) -> Self:
        """Begin with an empty account, and answer."""
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request otherwise
        apigateway_backends.backend, cloudformation_backends.backend = Gateways, Stacks
        BackendDict.reset()
        reset_model_data()
        self._server.start()
        self.url = "http://{}:{}".format(*self._server.get_host_and_port())
        return self

    def __exit__(self, *_: object) -> None:
        """Answer no more, and forget everything."""
        self._server.stop()
        BackendDict.reset()
        reset_model_data()
        apigateway_backends.backend, cloudformation_backends.backend = APIGatewayBackend, CloudFormationBackend

    @property
    def environment(self) -> dict[str, str]:
        """Variables, all of them: nothing of a real account is reached."""
        dynamodb = {"AWS_ENDPOINT_URL_DYNAMODB": self._dynamodb} if self._dynamodb else {}
        return {
            "AWS_ENDPOINT_URL": self.url,
            **dynamodb,
            "AWS_ACCESS_KEY_ID": "simulated",
            "AWS_SECRET_ACCESS_KEY": "simulated",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def address(self, target: str) -> str:
        """Who answers a call with this ``X-Amz-Target``."""
        return self._dynamodb if self._dynamodb and target.startswith("DynamoDB") else self.url

    def client(self, service: Any) -> Any:  # noqa: ANN401  boto3's types need a literal
        """An SDK's client of one service, "dynamodb" included."""
        return boto3.client(
            service,
            endpoint_url=self.address("DynamoDB" if service == "dynamodb" else ""),
            region_name=REGION,
            aws_access_key_id="simulated",
            aws_secret_access_key="simulated",  # noqa: S106  it opens nothing
        )

    @property
    def served(self) -> dict[tuple[str, str], Served]:
        """What is deployed, by API id and stage."""
        regions = [each for each in apigateway_backends[ACCOUNT].values() if isinstance(each, Gateways)]
        return {key: served for gateways in regions for key, served in gateways.served.items()}

    def limits(self, served: Served) -> tuple[float, int] | None:
        """How many requests a second a stage takes, and how many at once; nothing where no limit is set."""
        for gateways in apigateway_backends[ACCOUNT].values():
            if served.api in gateways.apis:
                settings = gateways.get_stage(served.api, served.stage).method_settings.get("*/*", {})
                rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
                return None if rate is None or burst is None else (float(rate), int(burst))
        return None

    def function(self, name: str) -> LambdaFunction:
        """A function by its name or ARN, as it is now.

        Raises:
            LookupError: there is none.
        """
        for functions in lambda_backends[ACCOUNT].values():
            for function in functions.list_functions():
                if name in (function.function_name, function.function_arn):
                    return function
        raise LookupError(f"there is no function {name}")
