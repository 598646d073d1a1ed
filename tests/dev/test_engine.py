"""The engine keeps its data however it ends, and stops when it should."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from dev.engine_process import ROOT, Engine, EngineFailed, is_installed

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        not (is_installed() or os.environ.get("AFTERWORD_CHECK")),
        reason="the engine is not installed: make .venv-engine/installed",
    ),
]
TABLE = "kept"
SAVE_EVERY = 0.1  # seconds
PATIENCE = 60  # seconds


def client(url: str) -> DynamoDBClient:
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def fill(url: str, items: int = 20) -> None:
    dynamodb = client(url)
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    for number in range(items):
        dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": f"post {number}"}, "text": {"S": "grüße"}})


def count(url: str) -> int:
    return client(url).scan(TableName=TABLE)["Count"]


def is_open(url: str, host: str = "127.0.0.1") -> bool:
    port = urlsplit(url).port
    try:
        socket.create_connection((host, port or 0), timeout=2).close()
    except OSError:
        return False
    return True


def eventually_closed(url: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while is_open(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_open(url)


def wait_until_saved(data: Path, text: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if any(text in path.read_text(encoding="utf-8") for path in data.glob("*.json")):
            return
        time.sleep(0.02)
    raise AssertionError("nothing was saved")


@pytest.fixture(scope="module")
def memory() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_written_data_survives_a_clean_stop(tmp_path: Path, number: signal.Signals) -> None:
    with Engine(tmp_path, save_every=60) as engine:
        fill(engine.url)
        engine.stop(number)

    with Engine(tmp_path) as again:
        assert count(again.url) == 20


def test_saved_data_survives_a_kill(tmp_path: Path) -> None:
    with Engine(tmp_path, save_every=SAVE_EVERY) as engine:
        fill(engine.url)
        wait_until_saved(tmp_path, "post 19")
        engine.stop(signal.SIGKILL)

    with Engine(tmp_path) as again:
        assert count(again.url) == 20


def test_the_engine_saves_and_stops_when_its_parent_dies(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time; from dev.engine_process import Engine; "
        "engine = Engine(pathlib.Path(sys.argv[1]), save_every=60).__enter__(); "
        "print(engine.url, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as parent:  # noqa: S603  our own program
        assert parent.stdout
        url = parent.stdout.readline().decode().strip()
        fill(url)

        parent.kill()

    assert eventually_closed(url)
    with Engine(tmp_path) as again:
        assert count(again.url) == 20


def test_the_engine_listens_on_the_loopback_address_only(memory: Engine) -> None:
    assert is_open(memory.url)
    assert not is_open(memory.url, host="127.0.0.2")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Origin": "https://elsewhere.example"}),
        ("/_ministack/reset", {}),
        ("/", {"X-Amz-Target": "AWSLambda.CreateFunction"}),
    ],
    ids=["from a web page", "the engine's own reset", "another service"],
)
def test_the_engine_serves_only_dynamodb_and_no_web_pages(memory: Engine, path: str, headers: dict[str, str]) -> None:
    request = urllib.request.Request(memory.url + path, data=b"{}", headers=headers)  # noqa: S310  our own address

    with pytest.raises(urllib.error.HTTPError) as answer, urllib.request.urlopen(request):  # noqa: S310
        pass

    assert answer.value.code == 403
    answer.value.close()


@pytest.mark.parametrize(
    ("file", "message"),
    [("ministack-0.9.0.json", "ministack-0.9.0.json, but this engine"), ("current", "cannot be read")],
    ids=["another version", "no JSON"],
)
def test_foreign_data_is_named_and_left_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], file: str, message: str
) -> None:
    if file == "current":
        with Engine(tmp_path):
            pass
        [path] = tmp_path.glob("*.json")
    else:
        path = tmp_path / file
    path.write_text("{", encoding="utf-8")

    with pytest.raises(EngineFailed):
        Engine(tmp_path).__enter__()

    assert message in capfd.readouterr().err
    assert path.read_text(encoding="utf-8") == "{"


def test_an_engine_that_is_not_installed_is_not_available() -> None:
    assert not is_installed(Path("nowhere/python"))
