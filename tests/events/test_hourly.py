"""The timer's handler: every task runs, whether or not others fail, and the log lines are metrics."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

import app as service
from chalicelib.core.errors import Unavailable
from chalicelib.core.maintenance import Task
from chalicelib.events import hourly as handler
from chalicelib.runtime import Runtime
from chalicelib.service.maintenance.runner import GRACE, RUN, WORKING_TIME
from ops.stages import ROOT, stages
from tests.support.canaries import CANARY, spellings_found
from tests.support.faults import ALWAYS, Fault, FaultKind, Faults, Moment, without_retry_delays
from tests.support.maintenance import (
    TOPIC_NAME,
    Context,
    invoke_timer,
    metric_lines,
    scheduled_event,
    sent_digests,
    set_wrong_count,
    with_topic,
)
from tests.support.world import POST, World, new_world, shared_client

OWN_PROCESS = """
import json, sys
from chalicelib.events.hourly import hourly
class Context: invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:afterword-dev-hourly"
hourly(json.loads(sys.stdin.read()), Context())
print(json.dumps([name for name in sys.modules if name.startswith(("chalicelib.api", "app"))]))
"""
UNITS = {"Waiting": "Count", "OldestWaiting": "Seconds", "DigestsFailed": "Count", "WrongCounts": "Count"}
LONGEST_CALL = 35  # seconds that a last call can hang: connecting and reading


@pytest.fixture
def busy(world: World) -> Iterator[World]:
    """A site with work for each task, and a topic for digests."""
    assert world
    site = with_topic(new_world(shared_client(), notices=TOPIC_NAME))
    site.runtime.maintenance.recount_task.pause = lambda _seconds: None
    with site.open():
        fields: dict[str, Any] = {
            "name": f"{CANARY} name",
            "link": f"https://{CANARY}.example",
            "post_title": f"{CANARY} title",
        }
        site.submit(f"{CANARY} text", author=CANARY, post=f"/{CANARY}", **fields)
        site.decide("reject", site.submit(f"{CANARY} text", author=CANARY).json["id"])
        site.published(post=POST)
        site.clock.forward(days=91)
        site.submit(f"{CANARY} text", address="198.51.100.9")
        set_wrong_count(site, POST, 5)
        yield site


def run_timer(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """Run the timer; returns its log lines by task."""
    capsys.readouterr()
    invoke_timer()
    return {line["task"]: line for line in metric_lines(capsys.readouterr().out)}


def metrics(lines: dict[str, dict[str, Any]]) -> dict[str, int]:
    """The sums of the metrics that CloudWatch reads from log lines."""
    found: dict[str, int] = {}
    for line in lines.values():
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                found[metric["Name"]] = found.get(metric["Name"], 0) + line[metric["Name"]]
    return found


def test_every_task_runs_and_is_logged(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run_timer(capsys)

    assert list(lines) == list(Task)
    assert metrics(lines) == {
        "Waiting": 2,
        "OldestWaiting": 91 * 86_400,
        "DigestsFailed": 0,
        "WrongCounts": 1,
        "TasksFailed": 0,
    }
    assert (lines["network_hashes"]["cleared"], lines["retention"]["erased"], lines["recount"]["corrected"]) == (
        3,
        1,
        1,
    )
    assert sent_digests()[0][0] == "2 comments are waiting on blog.example"
    assert busy.listed(POST)["count"] == 1


def test_a_line_is_in_the_embedded_metric_format(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    for line in run_timer(capsys).values():
        head = line["_aws"]
        assert head["Timestamp"] == int(busy.clock().timestamp() * 1_000)
        [directive] = head["CloudWatchMetrics"]
        assert directive["Namespace"] == "Afterword"
        assert directive["Dimensions"] == [["Stage"]]
        assert line["Stage"] == busy.runtime.settings.table
        for metric in directive["Metrics"]:
            assert metric["Unit"] == {**UNITS, "TasksFailed": "Count"}[metric["Name"]]
            assert type(line[metric["Name"]]) is int


def test_no_text_of_a_reader_is_in_a_log_line_or_a_digest(
    busy: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise ValueError(f"{CANARY} text")

    capsys.readouterr()
    invoke_timer()
    busy.decide("reject", *[each["id"] for each in busy.queue()])
    busy.clock.forward(days=91)
    monkeypatch.setattr(busy.runtime.maintenance.retention_task.comments, "change", fail)
    invoke_timer()

    output = "".join(json.dumps(line) for line in metric_lines(capsys.readouterr().out))
    assert "ValueError" in output
    assert not spellings_found(output + str(sent_digests()))


@pytest.mark.parametrize("failing", list(Task))
def test_a_failing_task_does_not_stop_the_others(
    busy: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, failing: Task
) -> None:
    maintenance = busy.runtime.maintenance
    owner, name = {
        Task.METRICS: (maintenance.digest_task, "metrics"),
        Task.DIGEST: (maintenance.digest_task, "send"),
        Task.NETWORK_HASHES: (maintenance.retention_task, "clear_networks"),
        Task.RETENTION: (maintenance.retention_task, "erase"),
        Task.RECOUNT: (maintenance.recount_task, "recount"),
    }[failing]

    def fail(*_arguments: object) -> None:
        raise Unavailable

    monkeypatch.setattr(owner, name, fail)

    lines = run_timer(capsys)

    assert list(lines) == list(Task)
    assert {step for step, line in lines.items() if line["TasksFailed"]} == {failing}
    assert lines[failing]["error"] == "Unavailable"
    assert re.fullmatch(r"\w+\.py:\d+", lines[failing]["where"][0])


def test_an_unavailable_table_fails_every_task_and_the_next_run_does_all(
    busy: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with Faults(shared_client()) as faults, faults.plan(Fault(FaultKind.FAILED, Moment(), ALWAYS)):
        without_retry_delays(busy.runtime)
        assert metrics(run_timer(capsys)) == {"TasksFailed": 5}

    lines = metrics(run_timer(capsys))

    assert (lines["TasksFailed"], lines["WrongCounts"]) == (0, 1)


def test_without_metrics_the_log_still_says_what_each_task_did(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    runtime = replace(busy.runtime, settings=replace(busy.runtime.settings, metrics=0))
    runtime.maintenance.recount_task.pause = lambda _seconds: None
    with replace(busy, runtime=runtime).open():
        invoke_timer()

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"task"' in line]
    assert [line["task"] for line in lines] == list(Task)
    assert not [line for line in lines if "_aws" in line]
    assert lines[0]["waiting"] == 2


def test_an_unsent_digest_has_its_own_metric(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(**_event: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://sns")

    busy.runtime.maintenance.digest_task.channel.client.meta.events.register_first("before-send.sns.Publish", refused)

    lines = metrics(run_timer(capsys))

    assert (lines["DigestsFailed"], lines["TasksFailed"]) == (1, 0)


def test_delivered_twice_the_second_run_finds_nothing_to_do(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    run_timer(capsys)

    lines = run_timer(capsys)

    assert len(sent_digests()) == 1
    assert (lines["network_hashes"]["cleared"], lines["retention"]["erased"], lines["recount"]["wrong"]) == (0, 0, 0)
    assert busy


# The function


def test_the_timer_is_a_separate_function_every_hour() -> None:
    source: Any
    [source] = service.app.event_sources

    assert source.name == "hourly"
    assert source.handler_string == "chalicelib.events.hourly.hourly"
    assert source.schedule_expression.to_string() == "rate(1 hour)"


def test_the_function_has_time_for_all_tasks_and_a_hanging_last_call() -> None:
    for stage in stages():
        assert stage.function_config(f"{stage.function}-hourly")["lambda_timeout"] >= RUN + GRACE + LONGEST_CALL
    assert 4 * WORKING_TIME <= RUN


def test_the_function_starts_without_the_api_the_sdk_and_the_environment() -> None:
    code = (
        "import os, sys; os.environ.clear(); import chalicelib.events.hourly;"
        "print([name for name in sys.modules if name.startswith(('chalicelib.api', 'boto3', 'app'))])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout.strip() == "[]"


def test_the_handler_reads_only_the_functions_arn(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    handler.hourly({**scheduled_event(), "detail": {"anything": CANARY}}, Context())

    assert len(list(metric_lines(capsys.readouterr().out))) == len(Task)
    assert isinstance(busy.runtime, Runtime)


def test_every_alarm_watches_an_existing_metric(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run_timer(capsys)
    stack = json.loads((ROOT / "infra" / "watch.json").read_text(encoding="utf-8"))["Resources"]
    alarms = [each["Properties"] for each in stack.values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    ours = [alarm for alarm in alarms if alarm["Namespace"] == handler.NAMESPACE]

    assert {alarm["MetricName"] for alarm in ours} <= set(metrics(lines))
    assert all([each["Name"] for each in alarm["Dimensions"]] == ["Stage"] for alarm in ours)
    assert busy


@pytest.mark.engine
def test_in_its_own_process_it_needs_neither_the_api_nor_the_secret(engine_world: World) -> None:
    engine_world.submit()
    environment = {
        "AWS_LAMBDA_FUNCTION_NAME": "afterword-dev-hourly",
        "AFTERWORD_DYNAMODB_ENDPOINT": engine_world.runtime.table.client.meta.endpoint_url,
        "AFTERWORD_TABLE": engine_world.runtime.table.name,
        "AFTERWORD_SECRET_PARAMETER": "/afterword/dev/secret",
    }

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", OWN_PROCESS],
        input=json.dumps(scheduled_event()),
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )

    lines = {line["task"]: line for line in metric_lines(done.stdout)}
    assert metrics(lines)["TasksFailed"] == 0
    assert lines["metrics"]["waiting"] == 1
    assert json.loads(done.stdout.splitlines()[-1]) == []
