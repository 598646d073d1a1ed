"""The timer's door: every step is done, whatever becomes of the others, and its lines make the metrics."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

import app as service
from chalicelib.core.errors import Unavailable
from chalicelib.core.maintenance import Step
from chalicelib.events import hourly as door
from chalicelib.runtime import Runtime
from chalicelib.service.maintenance.runner import GRACE, RUN, WORKING_TIME
from ops.stages import ROOT, stages
from tests.canaries import CANARY, tells
from tests.faults import FOR_EVER, Fault, Faults, Kind, Moment, without_pauses
from tests.tending import NAME, Context, lines, miscount, notices, ring, scheduled, with_topic
from tests.world import POST, World, new_world, shared_client

ALONE = """
import json, sys
from chalicelib.events.hourly import hourly
class Context: invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:afterword-dev-hourly"
hourly(json.loads(sys.stdin.read()), Context())
print(json.dumps([name for name in sys.modules if name.startswith(("chalicelib.api", "app"))]))
"""
UNITS = {"Waiting": "Count", "OldestWaiting": "Seconds", "NoticesFailed": "Count", "CountsWrong": "Count"}
LONGEST_CALL = 35  # seconds that a last call can hang: to connect, and to be read


@pytest.fixture
def busy(world: World) -> Iterator[World]:
    """A site with something to do for each step, and a topic to tell."""
    assert world
    asked = with_topic(new_world(shared_client(), notices=NAME))
    asked.runtime.tending.recounting.pause = lambda _seconds: None
    with asked.open():
        words: dict[str, Any] = {
            "name": f"{CANARY} name",
            "link": f"https://{CANARY}.example",
            "post_title": f"{CANARY} title",
        }
        asked.submit(f"{CANARY} text", author=CANARY, post=f"/{CANARY}", **words)
        asked.decide("reject", asked.submit(f"{CANARY} text", author=CANARY).json["id"])
        asked.published(post=POST)
        asked.clock.forward(days=91)
        asked.submit(f"{CANARY} text", address="198.51.100.9")
        miscount(asked, POST, 5)
        yield asked


def rung(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """The timer's lines, by step."""
    capsys.readouterr()
    ring()
    return {line["step"]: line for line in lines(capsys.readouterr().out)}


def metrics(told: dict[str, dict[str, Any]]) -> dict[str, int]:
    """What CloudWatch makes of lines: name → sum."""
    found: dict[str, int] = {}
    for line in told.values():
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                found[metric["Name"]] = found.get(metric["Name"], 0) + line[metric["Name"]]
    return found


def test_every_step_is_done_and_told(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    told = rung(capsys)

    assert list(told) == list(Step)
    assert metrics(told) == {
        "Waiting": 2,
        "OldestWaiting": 91 * 86_400,
        "NoticesFailed": 0,
        "CountsWrong": 1,
        "StepsFailed": 0,
    }
    assert (told["networks"]["forgotten"], told["erase"]["erased"], told["counts"]["right"]) == (3, 1, 1)
    assert notices()[0][0] == "2 comments wait on blog.example"
    assert busy.listed(POST)["count"] == 1


def test_a_line_is_of_the_embedded_metric_format(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    for line in rung(capsys).values():
        head = line["_aws"]
        assert head["Timestamp"] == int(busy.clock().timestamp() * 1_000)
        [directive] = head["CloudWatchMetrics"]
        assert directive["Namespace"] == "Afterword"
        assert directive["Dimensions"] == [["Stage"]]
        assert line["Stage"] == busy.runtime.settings.table
        for metric in directive["Metrics"]:
            assert metric["Unit"] == {**UNITS, "StepsFailed": "Count"}[metric["Name"]]
            assert type(line[metric["Name"]]) is int


def test_no_word_of_a_reader_is_in_a_line_or_a_notice(
    busy: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_arguments: object) -> None:
        raise ValueError(f"{CANARY} text")

    capsys.readouterr()
    ring()
    busy.decide("reject", *[each["id"] for each in busy.queue()])
    busy.clock.forward(days=91)
    monkeypatch.setattr(busy.runtime.tending.expiring.comments, "change", stumble)
    ring()

    said = "".join(json.dumps(line) for line in lines(capsys.readouterr().out))
    assert "ValueError" in said
    assert not tells(said + str(notices()))


@pytest.mark.parametrize("failing", list(Step))
def test_a_step_that_fails_stops_none_of_the_others(
    busy: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, failing: Step
) -> None:
    tending = busy.runtime.tending
    owner, name = {
        Step.FIGURES: (tending.noticing, "figures"),
        Step.NOTICE: (tending.noticing, "notice"),
        Step.NETWORKS: (tending.expiring, "forget_networks"),
        Step.ERASE: (tending.expiring, "erase"),
        Step.COUNTS: (tending.recounting, "recount"),
    }[failing]

    def fail(*_arguments: object) -> None:
        raise Unavailable

    monkeypatch.setattr(owner, name, fail)

    told = rung(capsys)

    assert list(told) == list(Step)
    assert {step for step, line in told.items() if line["StepsFailed"]} == {failing}
    assert told[failing]["mistake"] == "Unavailable"
    assert re.fullmatch(r"\w+\.py:\d+", told[failing]["where"][0])


def test_a_table_that_is_away_fails_every_step_and_the_next_run_does_all(
    busy: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with Faults(shared_client()) as faults, faults.plan(Fault(Kind.FAILED, Moment(), FOR_EVER)):
        without_pauses(busy.runtime)
        assert metrics(rung(capsys)) == {"StepsFailed": 5}

    told = metrics(rung(capsys))

    assert (told["StepsFailed"], told["CountsWrong"]) == (0, 1)


def test_a_notice_that_was_not_sent_is_a_metric_of_its_own(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(**_event: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://sns")

    busy.runtime.tending.noticing.topics.client.meta.events.register_first("before-send.sns.Publish", refused)

    told = metrics(rung(capsys))

    assert (told["NoticesFailed"], told["StepsFailed"]) == (1, 0)


def test_delivered_twice_the_second_run_finds_nothing_to_do(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    rung(capsys)

    told = rung(capsys)

    assert len(notices()) == 1
    assert (told["networks"]["forgotten"], told["erase"]["erased"], told["counts"]["wrong"]) == (0, 0, 0)
    assert busy


# The function


def test_the_timer_is_a_function_of_its_own_every_hour() -> None:
    source: Any
    [source] = service.app.event_sources

    assert source.name == "hourly"
    assert source.handler_string == "chalicelib.events.hourly.hourly"
    assert source.schedule_expression.to_string() == "rate(1 hour)"


def test_the_function_has_time_for_all_steps_and_a_last_call_that_hangs() -> None:
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


def test_the_door_reads_no_more_of_the_event_than_who_it_is(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    door.hourly({**scheduled(), "detail": {"anything": CANARY}}, Context())

    assert len(list(lines(capsys.readouterr().out))) == len(Step)
    assert isinstance(busy.runtime, Runtime)


def test_every_alarm_listens_to_a_metric_that_there_is(busy: World, capsys: pytest.CaptureFixture[str]) -> None:
    told = rung(capsys)
    stack = json.loads((ROOT / "infra" / "watch.json").read_text(encoding="utf-8"))["Resources"]
    alarms = [each["Properties"] for each in stack.values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    ours = [alarm for alarm in alarms if alarm["Namespace"] == door.NAMESPACE]

    assert {alarm["MetricName"] for alarm in ours} <= set(metrics(told))
    assert all([each["Name"] for each in alarm["Dimensions"]] == ["Stage"] for alarm in ours)
    assert busy


@pytest.mark.engine
def test_in_a_process_of_its_own_it_needs_neither_the_api_nor_the_secret(engine_world: World) -> None:
    engine_world.submit()
    environment = {
        "AWS_LAMBDA_FUNCTION_NAME": "afterword-dev-hourly",
        "AFTERWORD_DYNAMODB_ENDPOINT": engine_world.runtime.table.client.meta.endpoint_url,
        "AFTERWORD_TABLE": engine_world.runtime.table.name,
        "AFTERWORD_SECRET_PARAMETER": "/afterword/dev/secret",
    }

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ALONE],
        input=json.dumps(scheduled()),
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )

    told = {line["step"]: line for line in lines(done.stdout)}
    assert metrics(told)["StepsFailed"] == 0
    assert told["figures"]["waiting"] == 1
    assert json.loads(done.stdout.splitlines()[-1]) == []
