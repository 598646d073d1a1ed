"""The doctor names what is wrong with a deployed stage and how to fix it."""

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
import dev.cloud.account
from chalicelib import runtime as runtimes
from chalicelib.cli.main import main
from chalicelib.core.accounts import Role
from chalicelib.runtime import Runtime
from dev.server import running
from ops.checks import web as checks_web
from ops.config import with_settings
from ops.doctor import findings, report
from ops.findings import Finding, Target
from tests.support.aws_account import aws, deployed_stage
from tests.support.world import World


@pytest.fixture
def runtime(world: World) -> Iterator[Runtime]:
    settings = replace(
        world.runtime.settings, table="afterword-prod", secret="", secret_parameter="/afterword/prod/secret"
    )
    runtime = replace(world.runtime, settings=settings)
    runtimes.use_runtime(runtime)
    assert main(["table", "create"]) == 0
    runtime.accounts_service.invite("Ada", Role.OWNER)
    yield runtime
    runtimes.use_runtime(None)


@pytest.fixture
def target(runtime: Runtime, tmp_path: Path) -> Iterator[Target]:
    """A healthy stage that responds."""
    stage = deployed_stage(tmp_path)
    with running(service.app, "/prod") as url:
        yield Target(stage, runtime, url)


def wrong(target: Target) -> list[Finding]:
    return [finding for finding in findings(target) if not finding.is_ok]  # what is wrong, or left to do


def test_the_doctor_reports_a_healthy_stage(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    is_healthy = report(target)

    output = capsys.readouterr().out
    assert (is_healthy, [line for line in output.splitlines() if line[:2] in ("!!", "..")]) == (True, []), output
    assert output.endswith("\nNo problems found.\n")


def test_remaining_steps_are_listed_and_are_not_failures(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    no_moderator(target)
    no_notices(target)

    is_healthy = report(fresh(target))

    output = capsys.readouterr().out
    assert is_healthy
    assert output.endswith("\nNo problems found; 2 left for you to do.\n"), output


def no_table(target: Target) -> None:
    client = target.runtime.table.client
    client.update_table(TableName="afterword-prod", DeletionProtectionEnabled=False)
    client.delete_table(TableName="afterword-prod")


def unprotected(target: Target) -> None:
    target.runtime.table.client.update_table(TableName="afterword-prod", DeletionProtectionEnabled=False)


def another_secret(_patient: Target) -> None:
    aws("ssm").put_parameter(Name="/afterword/prod/secret", Value="x" * 40, Type="SecureString", Overwrite=True)


def no_secret(_patient: Target) -> None:
    aws("ssm").delete_parameter(Name="/afterword/prod/secret")


def no_moderator(target: Target) -> None:
    for each in target.runtime.accounts.moderators():
        target.runtime.table.delete_many([("MODERATORS", f"M#{each.id}")])


def no_function(target: Target) -> None:
    aws("lambda").delete_function(FunctionName=target.stage.function)


def little_memory(target: Target) -> None:
    aws("lambda").update_function_configuration(FunctionName=target.stage.function, MemorySize=128)


def other_variables(target: Target) -> None:
    variables = {**target.stage.variables, "AFTERWORD_TABLE": "another"}
    name = target.stage.function
    aws("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def any_policy(target: Target) -> None:
    role = target.stage.role("api_handler", "us-east-1")
    everything = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [everything]}
    aws("iam").put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=json.dumps(document))


def unlimited_logs(target: Target) -> None:
    aws("logs").delete_retention_policy(logGroupName=f"/aws/lambda/{target.stage.function}")


def no_limit(target: Target) -> None:
    stage = target.stage
    gateway = aws("apigateway")
    gateway.delete_stage(restApiId=stage.api, stageName=stage.path)
    gateway.create_deployment(restApiId=stage.api, stageName=stage.path)


def no_timer(_patient: Target) -> None:
    aws("events").disable_rule(Name="hourly")


def no_access_log(target: Target) -> None:
    stage, change = target.stage, [{"op": "remove", "path": "/accessLogSettings"}]
    aws("apigateway").update_stage(restApiId=stage.api, stageName=stage.path, patchOperations=change)


def no_alarms(_patient: Target) -> None:
    names = [each["AlarmName"] for each in aws("cloudwatch").describe_alarms()["MetricAlarms"]]
    aws("cloudwatch").delete_alarms(AlarmNames=names)


def ringing(target: Target) -> None:
    name = f"{target.stage.function}-waiting"
    aws("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")


def no_notices(_patient: Target) -> None:
    [topic] = aws("sns").list_topics()["Topics"]
    aws("sns").delete_topic(TopicArn=topic["TopicArn"])


def few_functions(_patient: Target) -> None:
    dev.cloud.account.CONCURRENCY = 10


def stopped(target: Target) -> None:
    name = f"{target.stage.function}-stopped"
    aws("cloudwatch").set_alarm_state(AlarmName=name, StateValue="INSUFFICIENT_DATA", StateReason="no data points")


TROUBLES: dict[str, tuple[Callable[[Target], None], str, str]] = {
    "no table": (no_table, "afterword-prod does not exist", "table create` creates it"),
    "no protection": (unprotected, "deletion protection is off", "table upgrade` fixes what it can"),
    "another secret": (another_secret, "not the one that afterword-prod was written with", "`secret put`"),
    "no secret": (no_secret, "contains no secret", "could not be completed"),
    "no moderator": (no_moderator, "there is no moderator", "moderator invite NAME"),
    "no function": (no_function, "afterword-prod does not exist", "make deploy STAGE=prod"),
    "little memory": (little_memory, "memory is 128, not 1024", "make deploy STAGE=prod"),
    "other variables": (other_variables, "AFTERWORD_TABLE is not as configured", "make deploy STAGE=prod"),
    "another policy": (any_policy, "has another policy", "make deploy STAGE=prod"),
    "unlimited logs": (unlimited_logs, "kept forever", "make deploy STAGE=prod"),
    "no limit": (no_limit, "no limit except the account's own", "make deploy STAGE=prod"),
    "no timer": (no_timer, "nothing starts afterword-prod-hourly", "maintenance run`"),
    "no alarms": (no_alarms, "afterword-prod-waiting", "make deploy STAGE=prod"),
    "no access log": (no_access_log, "API Gateway writes no access log", "make deploy STAGE=prod"),
    "a ringing alarm": (ringing, "afterword-prod-waiting is ringing", "description says"),
    "a stopped timer": (stopped, "afterword-prod-stopped is ringing", "description says"),
    "few functions": (few_functions, "only 10 functions at once", "Service Quotas"),
    "no notices": (no_notices, "nobody is notified", "EMAIL="),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_problems_in_the_account_are_named_with_a_remedy(
    target: Target, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.cloud.account.CONCURRENCY", dev.cloud.account.CONCURRENCY)  # undone at the end
    cause, words, remedy = TROUBLES[trouble]
    cause(target)

    found = wrong(fresh(target))

    assert [finding for finding in found if words in finding.message and remedy in finding.remedy], found


def fresh(target: Target) -> Target:
    """The target as another process sees it."""
    return replace(target, runtime=replace(target.runtime))


def test_a_stage_without_alarms_by_choice_is_fine(target: Target) -> None:
    no_alarms(target)
    stage = with_settings(target.stage, {"watch": "no"})

    assert wrong(replace(fresh(target), stage=stage)) == []


def test_without_credentials_no_other_account_checks_run(target: Target) -> None:
    def aws_without(service: str) -> Any:
        if service == "sts":
            raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "GetCallerIdentity")
        return aws(service)

    found = list(findings(replace(target, runtime=replace(target.runtime, aws=aws_without))))

    assert [each.topic for each in found] == ["credentials", "address", "cors", "widget", "clock"]
    assert "AWS_ACCESS_KEY_ID" in found[0].remedy


def test_a_stage_that_was_never_deployed_here_is_named(target: Target) -> None:
    notes = target.stage.root / ".chalice/deployed/prod.json"
    notes.unlink()
    never = replace(target, stage=replace(target.stage), url="")

    found = wrong(never)

    assert any("not to this account" in each.message and "make deploy STAGE=prod" in each.remedy for each in found)
    assert any("URL is not known" in each.message for each in found)


class Impostor(BaseHTTPRequestHandler):
    """A server that is not Afterword."""

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


def from_outside(target: Target) -> dict[str, Finding]:
    return {each.topic: each for check in checks_web.CHECKS for each in check(target)}


def test_a_response_from_another_service_is_reported(
    target: Target, impostor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impostor, "date", datetime.now(UTC) - timedelta(hours=1))

    found = from_outside(replace(target, url=impostor))

    assert not any(each.is_ok for each in found.values())
    assert "seconds off" in found["clock"].message
    assert "cannot submit" in found["cors"].message


def test_a_failing_service_is_reported_with_its_status(
    target: Target, impostor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impostor, "status", 502)

    assert "returns 502" in from_outside(replace(target, url=impostor))["address"].message


@pytest.mark.parametrize("url", ["comments.example", "http://[bad", "http://a b/", "ftp://x"])
def test_an_invalid_address_is_a_finding_not_a_crash(target: Target, url: str) -> None:
    assert {"address", "cors", "widget"} <= {each.topic for each in wrong(replace(target, url=url))}


def test_a_web_page_instead_of_the_service_is_a_finding(
    target: Target, impostor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impostor, "body", b"<html>")

    assert "address" in {each.topic for each in wrong(replace(target, url=impostor))}


def test_no_response_is_a_finding_not_a_crash(target: Target) -> None:
    found = [each for each in wrong(replace(target, url="http://127.0.0.1:9")) if each.topic in ("address", "cors")]

    assert len(found) == 2
