"""What is called goes on as before while a deployment is under way, and changes in one moment at its end."""

import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from chalice.deploy.swagger import TemplatedSwaggerGenerator

import app as service
from ops.bundle.build import ROOT, architecture_of, bundle
from ops.chalice_with_alias import install
from ops.checks.live import live
from ops.findings import Target
from ops.live import KEPT, LIVE, keep_serving, switch
from ops.stages import Stage, runtime_of
from tests.support.aws_account import aws, deployed_stage

FUNCTION, TIMER = "afterword-prod", "afterword-prod-hourly"
OTHERS = ("python3.13", "python3.12", "python3.10")


@pytest.fixture
def deployed(account: None, tmp_path: Path) -> Stage:  # noqa: ARG001  it is made in that account
    return deployed_stage(tmp_path)


def change(text: str) -> None:
    """Deploy other code, as Chalice does first."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("app.py", text)
    aws("lambda").update_function_code(FunctionName=FUNCTION, ZipFile=made.getvalue())


def about(qualifier: str) -> Any:
    return aws("lambda").get_function_configuration(FunctionName=FUNCTION, Qualifier=qualifier)


def aliases(function: str) -> dict[str, str]:
    listed = aws("lambda").list_aliases(FunctionName=function)["Aliases"]
    return {each["Name"]: each["FunctionVersion"] for each in listed}


def test_an_alias_stands_for_a_version_of_its_own(deployed: Stage) -> None:
    switch(aws, deployed)

    assert aliases(FUNCTION) == {LIVE: "1"}
    assert about(LIVE)["CodeSha256"] == about("$LATEST")["CodeSha256"]
    assert aliases(TIMER) == {}, "nobody waits for the timer"


def test_what_is_called_does_not_change_while_chalice_deploys(deployed: Stage) -> None:
    switch(aws, deployed)
    before = about(LIVE)

    change("new code, for a new runtime")
    assert (about(LIVE)["CodeSha256"], about(LIVE)["Runtime"]) == (before["CodeSha256"], before["Runtime"])
    aws("lambda").update_function_configuration(FunctionName=FUNCTION, Runtime="python3.12")
    assert (about(LIVE)["CodeSha256"], about(LIVE)["Runtime"]) == (before["CodeSha256"], before["Runtime"])

    switch(aws, deployed)
    assert (about(LIVE)["CodeSha256"], about(LIVE)["Runtime"]) == (about("$LATEST")["CodeSha256"], "python3.12")


def test_a_function_that_had_no_alias_gets_one_before_chalice_deploys(deployed: Stage) -> None:
    before = about("$LATEST")["CodeSha256"]

    keep_serving(aws, deployed)
    change("new code")

    assert about(LIVE)["CodeSha256"] == before


def test_a_deployment_that_stopped_halfway_is_not_made_live_by_the_next_attempt(deployed: Stage) -> None:
    switch(aws, deployed)
    before = about(LIVE)["CodeSha256"]
    change("half a deployment")

    keep_serving(aws, deployed)

    assert about(LIVE)["CodeSha256"] == before


def test_the_api_may_call_the_alias(deployed: Stage) -> None:
    switch(aws, deployed)
    switch(aws, deployed)

    text = aws("lambda").get_policy(FunctionName=FUNCTION, Qualifier=LIVE)["Policy"]
    assert "apigateway.amazonaws.com" in text
    assert f":{deployed.api}/*" in text


def test_old_versions_are_deleted_but_not_the_one_before(deployed: Stage) -> None:
    for number in range(KEPT + 1):
        change(f"version {number}")
        switch(aws, deployed)

    listed = aws("lambda").list_versions_by_function(FunctionName=FUNCTION)["Versions"]
    numbers = [int(each["Version"]) for each in listed if each["Version"].isdigit()]
    assert len(numbers) == KEPT
    assert max(numbers) == int(aliases(FUNCTION)[LIVE])


def found(stage: Stage) -> list[str]:
    """What the doctor says about versions."""
    return [each.message for each in live(Target(stage, runtime_of(stage), ""))]


def test_the_doctor_notices_a_change_that_is_not_live(deployed: Stage) -> None:
    assert found(deployed) == [], "without an alias the newest code is called"

    switch(aws, deployed)
    assert found(deployed) == [f"{FUNCTION}, version 1"]

    change("changed in Lambda's console")
    assert found(deployed) == [f"{FUNCTION} was changed, but version 1 is live"]


def addresses(generator: Any) -> set[str]:
    """Where the API sends requests, as Chalice fills it in later."""
    document = generator.generate_swagger(service.app)
    uris = [
        about["x-amazon-apigateway-integration"].get("uri")
        for methods in document["paths"].values()
        for about in methods.values()
    ]
    return {uri.template.partition("/functions/")[2] for uri in uris if uri}


def test_the_api_that_make_deploy_deploys_calls_the_alias_and_chalices_own_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator: Any = TemplatedSwaggerGenerator
    monkeypatch.setattr(generator, "_uri", generator._uri)  # noqa: SLF001  to be put back at the end

    assert addresses(generator()) == {"{api_handler_lambda_arn}/invocations"}
    install()
    assert addresses(generator()) == {f"{{api_handler_lambda_arn}}:{LIVE}/invocations"}


def another_python() -> str:
    """A Python of another minor version that starts; empty if there is none."""
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for name in OTHERS:
        path = shutil.which(name)
        works = path and not subprocess.run([path, "-S", "-c", ""], check=False, capture_output=True).returncode  # noqa: S603  Python
        if name != own and works:
            return str(path)
    return ""


@pytest.mark.slow
def test_a_bundle_fails_under_another_minor_version_of_python(tmp_path: Path) -> None:
    """The reason for all this: it is what new processes do between Chalice's two updates."""
    python = another_python()
    if not python:
        pytest.skip("no Python of another minor version is installed")
    with zipfile.ZipFile(bundle(ROOT, "dev", architecture_of(ROOT, "dev")).path) as built:
        built.extractall(tmp_path)
    here = {"AWS_LAMBDA_FUNCTION_NAME": "x", "AFTERWORD_TABLE": "x", "AWS_DEFAULT_REGION": "us-east-1"}

    done = subprocess.run(  # noqa: S603  Python
        [python, "-S", "-c", "import app"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", **here},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "Error" in done.stderr
