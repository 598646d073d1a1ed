"""The simulated cloud: an account to deploy to, and what is deployed in operation."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from dev.cloud.aws import HOST, Aws, Document
from dev.cloud.functions import Functions
from dev.cloud.gateway import Gateway
from dev.engine_process import Engine, is_installed
from dev.server import LocalServer, serve_in_thread


@dataclass(frozen=True)
class Cloud:
    """An account and its gateway.  ``url`` is the gateway's."""

    aws: Aws
    functions: Functions
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that make programs use this account."""
        return self.aws.environment

    def client(self, service: Any) -> Any:  # noqa: ANN401  as Aws
        """An SDK client of a service."""
        return self.aws.client(service)

    def invoke(self, function: str, event: Any) -> Any:  # noqa: ANN401  JSON
        """Invoke a function, by its name or ARN, and return its result.

        Raises:
            LookupError: there is no such function.
            FunctionFailed: it failed.
        """
        return self.functions.invoke(function, event)

    def output(self, function: str) -> str:
        """A function's log."""
        return self.functions.output(function)

    def address(self, name: str, stage: str) -> str:
        """The URL of an API, deployed or not."""
        return f"{self.url}/{name}/{stage}"

    @property
    def urls(self) -> list[str]:
        """The URLs of all deployed APIs, with their stages."""
        return [f"{self.url}/{api}/{stage}" for api, stage in self.aws.served]

    def document(self, url: str) -> Document:
        """The Swagger document that an API was deployed with.

        Raises:
            KeyError: no API has this URL.
        """
        api, stage = url.removeprefix(f"{self.url}/").split("/")[:2]
        return self.aws.served[api, stage].document


@contextmanager
def running_cloud(*, aws_port: int = 0, port: int = 0, engine: bool = True) -> Iterator[Cloud]:
    """Start a simulated cloud; DynamoDB is the engine's if that is wanted and installed, otherwise moto's."""
    with ExitStack() as stack:
        dynamodb = stack.enter_context(Engine()).url if engine and is_installed() else ""
        aws = stack.enter_context(Aws(dynamodb, port=aws_port))
        functions = stack.enter_context(Functions(aws))
        url = stack.enter_context(serve_in_thread(LocalServer((HOST, port), Gateway(aws, functions))))
        yield Cloud(aws, functions, url)
