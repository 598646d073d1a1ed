"""The doctor names what is wrong with a deployed stage, and what to do; of what is well it says so."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

import app as service
from chalicelib import runtime as runtimes
from chalicelib.cli.main import main
from chalicelib.core.accounts import Role
from chalicelib.runtime import Runtime
from dev.server import running
from ops.checks import web as checks_web
from ops.doctor import findings, report
from ops.findings import Finding, Patient
from tests.deploy.account import aws, deployed_stage
from tests.world import World


@pytest.fixture
def runtime(world: World) -> Iterator[Runtime]:
    settings = replace(
        world.runtime.settings, table="afterword-prod", secret="", secret_parameter="/afterword/prod/secret"
    )
    runtime = replace(world.runtime, settings=settings)
    runtimes.use(runtime)
    assert main(["table", "create"]) == 0
    runtime.signing_in.invite("Ada", Role.OWNER)
    yield runtime
    runtimes.use(None)


@pytest.fixture
def patient(runtime: Runtime, tmp_path: Path) -> Iterator[Patient]:
    """A stage that is well, and answers."""
    stage = deployed_stage(tmp_path)
    with running(service.app, "/prod") as url:
        yield Patient(stage, runtime, url)


def wrong(patient: Patient) -> list[Finding]:
    return [finding for finding in findings(patient) if not finding.well]  # what is wrong, or left to do


def test_of_a_stage_that_is_well_the_doctor_says_so(patient: Patient, capsys: pytest.CaptureFixture[str]) -> None:
    code = report(patient)

    said = capsys.readouterr().out
    assert (code, [line for line in said.splitlines() if line[:2] in ("!!", "..")]) == (0, []), said
    assert said.endswith("\nNothing is wrong.\n")


def test_what_its_owner_has_still_to_do_is_said_and_is_not_wrong(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    no_moderator(patient)
    no_notices(patient)

    code = report(fresh(patient))

    said = capsys.readouterr().out
    assert code == 0
    assert said.endswith("\nNothing is wrong; 2 left for you to do.\n"), said


def no_table(patient: Patient) -> None:
    client = patient.runtime.table.client
    client.update_table(TableName="afterword-prod", DeletionProtectionEnabled=False)
    client.delete_table(TableName="afterword-prod")


def unprotected(patient: Patient) -> None:
    patient.runtime.table.client.update_table(TableName="afterword-prod", DeletionProtectionEnabled=False)


def another_secret(_patient: Patient) -> None:
    aws("ssm").put_parameter(Name="/afterword/prod/secret", Value="x" * 40, Type="SecureString", Overwrite=True)


def no_secret(_patient: Patient) -> None:
    aws("ssm").delete_parameter(Name="/afterword/prod/secret")


def no_moderator(patient: Patient) -> None:
    for each in patient.runtime.access.moderators():
        patient.runtime.table.delete_many([("MODERATORS", f"M#{each.id}")])


def no_function(patient: Patient) -> None:
    aws("lambda").delete_function(FunctionName=patient.stage.function)


def little_memory(patient: Patient) -> None:
    aws("lambda").update_function_configuration(FunctionName=patient.stage.function, MemorySize=128)


def other_variables(patient: Patient) -> None:
    variables = {**patient.stage.variables, "AFTERWORD_TABLE": "another"}
    name = patient.stage.function
    aws("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def any_policy(patient: Patient) -> None:
    role = f"{patient.stage.function}-api_handler"
    everything = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [everything]}
    aws("iam").put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=json.dumps(document))


def endless_logs(patient: Patient) -> None:
    aws("logs").delete_retention_policy(logGroupName=f"/aws/lambda/{patient.stage.function}")


def no_limit(patient: Patient) -> None:
    stage = patient.stage
    gateway = aws("apigateway")
    gateway.delete_stage(restApiId=stage.api, stageName=stage.path)
    gateway.create_deployment(restApiId=stage.api, stageName=stage.path)


def no_timer(_patient: Patient) -> None:
    aws("events").disable_rule(Name="hourly")


def no_access_log(patient: Patient) -> None:
    stage, change = patient.stage, [{"op": "remove", "path": "/accessLogSettings"}]
    aws("apigateway").update_stage(restApiId=stage.api, stageName=stage.path, patchOperations=change)


def no_alarms(_patient: Patient) -> None:
    names = [each["AlarmName"] for each in aws("cloudwatch").describe_alarms()["MetricAlarms"]]
    aws("cloudwatch").delete_alarms(AlarmNames=names)


def ringing(patient: Patient) -> None:
    name = f"{patient.stage.function}-waiting"
    aws("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")


def no_notices(_patient: Patient) -> None:
    [topic] = aws("sns").list_topics()["Topics"]
    aws("sns").delete_topic(TopicArn=topic["TopicArn"])


TROUBLES: dict[str, tuple[Callable[[Patient], None], str, str]] = {
    "no table": (no_table, "there is no afterword-prod", "table create` makes it"),
    "no protection": (unprotected, "deletion protection is off", "table upgrade` puts right"),
    "another secret": (another_secret, "another one than afterword-prod was written under", "`secret put`"),
    "no secret": (no_secret, "holds no secret", "can't be looked at"),
    "no moderator": (no_moderator, "nobody can decide", "moderator invite NAME"),
    "no function": (no_function, "there is no afterword-prod", "make deploy STAGE=prod"),
    "little memory": (little_memory, "memory is 128, not 1024", "make deploy STAGE=prod"),
    "other variables": (other_variables, "AFTERWORD_TABLE is not as configured", "make deploy STAGE=prod"),
    "another policy": (any_policy, "has another policy", "make deploy STAGE=prod"),
    "endless logs": (endless_logs, "kept for ever", "make deploy STAGE=prod"),
    "no limit": (no_limit, "as many requests as the account allows", "make deploy STAGE=prod"),
    "no timer": (no_timer, "nothing starts afterword-prod-hourly", "tend` does its work"),
    "no alarms": (no_alarms, "afterword-prod-waiting", "make deploy STAGE=prod"),
    "no access log": (no_access_log, "nothing that API Gateway answers", "make deploy STAGE=prod"),
    "an alarm that rings": (ringing, "afterword-prod-waiting rings", "description says"),
    "no notices": (no_notices, "nobody is told", "EMAIL="),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_in_the_account_is_named_with_what_to_do(patient: Patient, trouble: str) -> None:
    cause, words, cure = TROUBLES[trouble]
    cause(patient)

    found = wrong(fresh(patient))

    assert [finding for finding in found if words in finding.words and cure in finding.cure], found


def fresh(patient: Patient) -> Patient:
    """Looked at by another process."""
    return replace(patient, runtime=replace(patient.runtime))


def test_without_credentials_the_rest_of_the_account_is_not_looked_at(patient: Patient) -> None:
    def aws_without(service: str) -> Any:
        if service == "sts":
            raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "GetCallerIdentity")
        return aws(service)

    found = list(findings(replace(patient, runtime=replace(patient.runtime, aws=aws_without))))

    assert [each.topic for each in found] == ["credentials", "address", "cors", "widget", "clock"]
    assert "AWS_ACCESS_KEY_ID" in found[0].cure


def test_a_stage_that_was_never_deployed_from_here_is_named(patient: Patient) -> None:
    notes = patient.stage.root / ".chalice/deployed/prod.json"
    notes.unlink()
    never = replace(patient, stage=replace(patient.stage), url="")

    found = wrong(never)

    assert any("not from this folder" in each.words and "second" in each.cure for each in found)
    assert any("where the service answers is not known" in each.words for each in found)


class Impostor(BaseHTTPRequestHandler):
    """Something else that answers."""

    status, date, body = 200, datetime.now(UTC), b"{}"

    def do_GET(self) -> None:
        self.send_response_only(self.status)
        self.send_header("Date", format_datetime(self.date))
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_OPTIONS = do_GET  # noqa: N815  as the library names them

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def impostor() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Impostor)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def from_outside(patient: Patient) -> dict[str, Finding]:
    return {each.topic: each for check in checks_web.CHECKS for each in check(patient)}


def test_what_answers_but_is_not_the_service_is_told(
    patient: Patient, impostor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impostor, "date", datetime.now(UTC) - timedelta(hours=1))

    found = from_outside(replace(patient, url=impostor))

    assert not any(each.well for each in found.values())
    assert "seconds off" in found["clock"].words
    assert "may not submit" in found["cors"].words


def test_a_service_that_fails_is_told_with_its_status(
    patient: Patient, impostor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impostor, "status", 502)

    assert "answers 502" in from_outside(replace(patient, url=impostor))["address"].words


@pytest.mark.parametrize("url", ["comments.example", "http://[bad", "http://a b/", "ftp://x"])
def test_an_address_that_is_none_is_a_finding_not_a_failure(patient: Patient, url: str) -> None:
    assert {"address", "cors", "widget"} <= {each.topic for each in wrong(replace(patient, url=url))}


def test_a_page_in_the_place_of_the_service_is_a_finding(
    patient: Patient, impostor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impostor, "body", b"<html>")

    assert "address" in {each.topic for each in wrong(replace(patient, url=impostor))}


def test_nobody_who_answers_is_a_finding_not_a_failure(patient: Patient) -> None:
    found = [each for each in wrong(replace(patient, url="http://127.0.0.1:9")) if each.topic in ("address", "cors")]

    assert len(found) == 2
