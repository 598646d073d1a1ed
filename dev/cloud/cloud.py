"""All of it together: an account to deploy to, and what is deployed at work."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from dev.cloud.aws import HOST, Aws, Document
from dev.cloud.functions import Functions
from dev.cloud.gateway import Gateway
from dev.engine_process import Engine, available
from dev.server import LocalServer, in_a_thread


@dataclass(frozen=True)
class Cloud:
    """An account and a gateway, at work.  ``url`` is the gateway's; ``environment`` leads programs to the account."""

    aws: Aws
    functions: Functions
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables for programs that are to take this for AWS."""
        return self.aws.environment

    def client(self, service: Any) -> Any:  # noqa: ANN401  as Aws
        """An SDK's client."""
        return self.aws.client(service)

    def invoke(self, function: str, event: Any) -> Any:  # noqa: ANN401  JSON
        """Give a function, by its name or ARN, an event, as a timer does, and return its answer.

        Raises:
            LookupError: there is no such function.
            FunctionFailed: it failed.
        """
        return self.functions.invoke(function, event)

    def output(self, function: str) -> str:
        """What a function printed: its log."""
        return self.functions.output(function)

    def address(self, name: str, stage: str) -> str:
        """Where an API of that name answers, or will."""
        return f"{self.url}/{name}/{stage}"

    @property
    def urls(self) -> list[str]:
        """Where the deployed APIs answer, with their stages."""
        return [f"{self.url}/{api}/{stage}" for api, stage in self.aws.served]

    def document(self, url: str) -> Document:
        """The Swagger document that an API was deployed with.

        Raises:
            KeyError: nothing is deployed there.
        """
        api, stage = url.removeprefix(f"{self.url}/").split("/")[:2]
        return self.aws.served[api, stage].document


@contextmanager
def running_cloud(*, aws_port: int = 0, port: int = 0) -> Iterator[Cloud]:
    """Start it; DynamoDB is the engine's where that is installed, and else moto's."""
    with ExitStack() as stack:
        dynamodb = stack.enter_context(Engine()).url if available() else ""
        aws = stack.enter_context(Aws(dynamodb, port=aws_port))
        functions = stack.enter_context(Functions(aws))
        url = stack.enter_context(in_a_thread(LocalServer((HOST, port), Gateway(aws, functions))))
        yield Cloud(aws, functions, url)
