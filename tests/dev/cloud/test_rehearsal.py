"""`python -m dev.cloud` prints what is needed to deploy to it, and what is deployed."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest
from chalice.app import Chalice

from dev.engine_process import ROOT
from tests.dev.cloud.conftest import swagger

app = Chalice("tiny")
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:none"


@app.route("/")
def home() -> None: ...


@pytest.fixture
def rehearsal() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "dev.cloud", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own
        yield process
        process.kill()


def output_until(process: "subprocess.Popen[str]", until: str) -> str:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if until in line:
            break
    return "".join(lines)


def test_it_prints_an_environment_that_finds_the_deployment(rehearsal: "subprocess.Popen[str]") -> None:
    chosen = dict(re.findall(r"export (\w+)=(\S+)", output_until(rehearsal, "Ctrl-C")))
    gateways = boto3.client(
        "apigateway", endpoint_url=chosen["AWS_ENDPOINT_URL"], region_name=chosen["AWS_DEFAULT_REGION"]
    )
    api = gateways.import_rest_api(body=json.dumps(swagger(app, FUNCTION, plain=True)))["id"]

    gateways.create_deployment(restApiId=api, stageName="api")
    deployed = output_until(rehearsal, "deployed:")
    gateways.delete_rest_api(restApiId=api)
    deleted = output_until(rehearsal, "deleted:")

    assert re.fullmatch(rf"\s*deployed: http://127\.0\.0\.1:\d+/{api}/api\n", deployed)
    assert deleted.split() == ["deleted:", deployed.split()[1]]
    rehearsal.send_signal(signal.SIGTERM)
    assert rehearsal.wait(30) == 0
