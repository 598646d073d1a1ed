"""AWS's control plane on localhost: moto, with an API Gateway that accepts what Chalice deploys.

Chalice sends Swagger 2.0 without some fields that moto requires.  `ApiGatewayModel` adds them for moto, and keeps the
original documents: a stage serves the one that was current when it was deployed (`served`).  DynamoDB is moto's too,
unless another URL is given.
"""

import copy
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any, Self

import boto3
from moto.apigateway.models import APIGatewayBackend, Deployment, RestAPI, apigateway_backends
from moto.apigatewayv2.models import ApiGatewayV2Backend, apigatewayv2_backends
from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.cloudformation.models import CloudFormationBackend, Stack, cloudformation_backends
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

import dev.cloud.account
import dev.cloud.edge_resources  # noqa: F401  before moto's CloudFormation is first used
from dev.cloud.conditions import without_conditions
from dev.cloud.domains import DomainsModel
from dev.cloud.worker import ACCOUNT

HOST = "127.0.0.1"
REGION = "eu-central-1"
COMPRESSION = "/minimumCompressionSize"

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Served:
    """What a stage serves: a Swagger document, and the size in bytes from which responses are compressed."""

    api: str
    name: str
    stage: str
    document: Document
    min_compressed: int | None


def as_openapi3(document: Document) -> dict[str, Any]:
    """The document as OpenAPI 3, with the fields that moto requires."""
    made = copy.deepcopy({name: value for name, value in document.items() if name != "swagger"})
    for methods in made["paths"].values():
        for operation in methods.values():
            integration = operation["x-amazon-apigateway-integration"]
            for answer in integration["responses"].values():
                answer |= {"responseParameters": {}, "responseTemplates": {}, **answer}
            kind = integration.get("type", "mock").upper()
            integration |= {"uri": "", "httpMethod": "", **integration, "type": kind}
    return {**made, "openapi": "3.0.1"}


class ApiGatewayModel(APIGatewayBackend):
    """moto's model of API Gateway in one region, with the original documents and the deployed ones."""

    __module__ = APIGatewayBackend.__module__  # where moto looks for its URLs

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.documents: dict[str, Document] = {}
        self.compression: dict[str, int] = {}
        self.served: dict[tuple[str, str], Served] = {}

    def import_rest_api(self, api_doc: dict[str, Any], fail_on_warnings: bool) -> RestAPI:
        """Create an API from a document."""
        info = {"description": "", **api_doc["info"]}
        return super().import_rest_api({**api_doc, "info": info}, fail_on_warnings)

    def put_rest_api(
        self, function_id: str, api_doc: dict[str, Any], fail_on_warnings: bool, mode: str = "merge"
    ) -> RestAPI:
        """Replace an API's document, which takes effect with the next deployment."""
        self.documents[function_id] = api_doc
        return super().put_rest_api(function_id, as_openapi3(api_doc), fail_on_warnings, mode)

    def update_rest_api(self, function_id: str, patch_operations: list[dict[str, Any]]) -> RestAPI:
        """Change settings that are not in the document."""
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
        """Deploy the current API to a stage."""
        stages = self.get_rest_api(function_id).stages
        before = stages.get(name)
        deployment = super().create_deployment(function_id, name, description, stage_variables)
        if before:  # moto creates it again, without its settings
            before.deployment_id = deployment.id
            stages[name] = before
        document, least = self.documents[function_id], self.compression.get(function_id)
        named = self.get_rest_api(function_id).name
        self.served.pop((function_id, name), None)  # keep the order of deployment
        self.served[function_id, name] = Served(function_id, named, name, document, least)
        return deployment

    def delete_rest_api(self, function_id: str) -> RestAPI:
        """Delete an API with its stages."""
        self.served = {key: served for key, served in self.served.items() if key[0] != function_id}
        return super().delete_rest_api(function_id)


class Stacks(CloudFormationBackend):
    """moto's model of CloudFormation, in which updates notice changed conditions.

    ``UsePreviousValue`` also works for parameters that were never given.
    """

    __module__ = CloudFormationBackend.__module__  # where moto looks for its URLs

    def create_stack(self, name: str, template: str, parameters: dict[str, Any], *more: Any, **others: Any) -> Stack:  # noqa: ANN401  as moto
        """Create a stack."""
        return super().create_stack(name, without_conditions(template, parameters), parameters, *more, **others)

    def update_stack(
        self,
        name: str,
        template: str,
        role_arn: str | None,
        parameters: list[dict[str, Any]],
        tags: dict[str, str] | None,
    ) -> Stack:
        """Update a stack's template or parameters."""
        known = self.get_stack(name).parameters
        given = [each for each in parameters if "ParameterValue" in each or each["ParameterKey"] in known]
        values = {
            name: str(each.get("ParameterValue", known.get(name))) for each in given for name in [each["ParameterKey"]]
        }
        return super().update_stack(name, without_conditions(template, values), role_arn, given, tags)


class Aws(AbstractContextManager["Aws"]):
    """An empty account while the context is open.  Only one at a time: moto's models are global."""

    def __init__(self, dynamodb: str = "", *, port: int = 0) -> None:
        self._dynamodb = dynamodb
        self._server = ThreadedMotoServer(HOST, port, verbose=False)
        self.url = ""

    def __enter__(self) -> Self:
        """Start the server with an empty account."""
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request otherwise
        apigateway_backends.backend, apigatewayv2_backends.backend = ApiGatewayModel, DomainsModel
        cloudformation_backends.backend = Stacks
        BackendDict.reset()
        reset_model_data()
        self._server.start()
        self.url = "http://{}:{}".format(*self._server.get_host_and_port())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server and reset the account."""
        self._server.stop()
        BackendDict.reset()
        reset_model_data()
        apigateway_backends.backend, apigatewayv2_backends.backend = APIGatewayBackend, ApiGatewayV2Backend
        cloudformation_backends.backend = CloudFormationBackend

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that make programs use this account, and never a real one."""
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
        """The URL for a call with this ``X-Amz-Target``."""
        return self._dynamodb if self._dynamodb and target.startswith("DynamoDB") else self.url

    def client(self, service: Any) -> Any:  # noqa: ANN401  boto3's types need a literal
        """An SDK client of a service, including "dynamodb"."""
        return boto3.client(
            service,
            endpoint_url=self.address("DynamoDB" if service == "dynamodb" else ""),
            region_name=REGION,
            aws_access_key_id="simulated",
            aws_secret_access_key="simulated",  # noqa: S106  it opens nothing
        )

    @property
    def served(self) -> dict[tuple[str, str], Served]:
        """(API id, stage) → what is deployed there."""
        regions = [each for each in apigateway_backends[ACCOUNT].values() if isinstance(each, ApiGatewayModel)]
        return {key: served for gateways in regions for key, served in gateways.served.items()}

    def limits(self, served: Served) -> tuple[float, int] | None:
        """The throttling of a stage: requests a second, and burst; ``None`` without limits."""
        for gateways in apigateway_backends[ACCOUNT].values():
            if served.api in gateways.apis:
                settings = gateways.get_stage(served.api, served.stage).method_settings.get("*/*", {})
                rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
                return None if rate is None or burst is None else (float(rate), int(burst))
        return None

    def function(self, name: str) -> LambdaFunction:
        """The function with a name or ARN; with an alias at its end, the version that this stands for.

        Raises:
            LookupError: it does not exist.
        """
        for region, functions in lambda_backends[ACCOUNT].items():
            if not name.startswith("arn:") or name.split(":")[3] == region:
                with suppress(UnknownFunctionException):
                    return functions.get_function(name)
        raise LookupError(f"there is no function {name}")
