"""A function runs as on Lambda: isolated with its bundle, one event at a time, with its failures reported."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.cloud.worker import Function, FunctionFailed, FunctionTimedOut, Worker

CODE = """
import os, sys, time
count = 0

def handler(event, context):
    global count
    count += 1
    print("an event came")
    return {"count": count, "event": event, "pid": os.getpid(), "greeting": os.environ["GREETING"],
            "left": context.get_remaining_time_in_millis(), "request": context.aws_request_id,
            "arn": context.invoked_function_arn}

def foreign(event, context):
    import hypothesis

def failing(event, context):
    raise LookupError(event["word"])

def ending(event, context):
    os._exit(3) if event else None

def slow(event, context):
    time.sleep(event)
    return os.getpid()

def long(event, context):
    return "x" * event
"""


def worker(folder: Path, handler: str, *, timeout: float = 15) -> Worker:
    return Worker(Function(folder, handler, {"GREETING": "hello"}, name="tried", timeout=timeout))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "tried.py").write_text(CODE, encoding="utf-8")
    (folder / "broken.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    return folder


@pytest.fixture
def counting(bundle: Path) -> Iterator[Worker]:
    with worker(bundle, "tried.handler") as made:
        yield made


def test_events_are_handled_by_one_process_with_the_functions_variables(counting: Worker) -> None:
    first, second = counting.invoke({"grüße": ["an", None]}), counting.invoke([])

    assert (first["count"], first["event"], second["count"], second["event"]) == (1, {"grüße": ["an", None]}, 2, [])
    assert first["pid"] == second["pid"] == counting.pid
    assert first["greeting"] == "hello"
    assert first["request"] != second["request"]
    assert 10_000 < first["left"] < 15_100
    assert first["arn"].endswith(":function:tried")


def test_its_start_time_and_output_are_recorded(counting: Worker) -> None:
    before = time.monotonic()

    counting.start().invoke({})

    assert before <= counting.started < counting.started + counting.init_seconds <= time.monotonic()
    assert counting.output == "an event came\n"


def test_packages_outside_the_bundle_cannot_be_imported(bundle: Path) -> None:
    with worker(bundle, "tried.foreign") as made, pytest.raises(FunctionFailed, match="No module named 'hypothesis'"):
        made.invoke({})


def test_an_exception_is_reported_and_the_process_continues(bundle: Path) -> None:
    with worker(bundle, "tried.failing") as made:
        with pytest.raises(FunctionFailed, match=r"(?s)LookupError: nowhere.*in failing") as failure:
            made.invoke({"word": "nowhere"})
        pid = made.pid
        with pytest.raises(FunctionFailed, match="elsewhere"):
            made.invoke({"word": "elsewhere"})

        assert failure.value.kind == "LookupError"
        assert made.pid == pid


@pytest.mark.parametrize("handler", ["broken.handler", "tried.nothing", "absent.handler"])
def test_a_function_that_cant_be_loaded_says_why(bundle: Path, handler: str) -> None:
    with worker(bundle, handler) as made, pytest.raises(FunctionFailed, match=r"nothing_of_that_name|nothing|absent"):
        made.invoke({})


def test_a_process_that_dies_during_an_event_fails_it_and_is_replaced(bundle: Path) -> None:
    with worker(bundle, "tried.ending") as made:
        with pytest.raises(FunctionFailed, match="status 3"):
            made.invoke({"end": True})

        assert made.invoke({}) is None


def test_a_process_that_ended_between_events_is_replaced(counting: Worker) -> None:
    pid = counting.invoke({})["pid"]
    os.kill(pid, 9)
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.01)

    assert counting.invoke({})["count"] == 1


def test_a_function_that_times_out_is_stopped_and_the_next_event_starts_a_new_process(bundle: Path) -> None:
    with worker(bundle, "tried.slow", timeout=2) as made:
        slow = made.start().pid
        with pytest.raises(FunctionTimedOut, match=r"timed out after 2\.00 seconds"):
            made.invoke(30)

        assert not Path(f"/proc/{slow}").exists()
        assert made.invoke(0) != slow


@pytest.mark.parametrize("handler", ["tried.long", "tried.handler"], ids=["an answer", "an event"])
def test_no_payload_exceeds_lambdas_limit(bundle: Path, handler: str) -> None:
    event = 7_000_000 if handler == "tried.long" else "x" * 7_000_000
    with worker(bundle, handler) as made, pytest.raises(FunctionFailed, match="TooLarge"):
        made.invoke(event)


def test_a_closed_worker_leaves_no_process(bundle: Path) -> None:
    with worker(bundle, "tried.handler") as made:
        pid = made.invoke({})["pid"]

    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(FunctionFailed):
        _ = made.pid
