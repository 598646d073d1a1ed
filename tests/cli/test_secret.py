"""The secret is created once, with the table; it is never overwritten, and is fetched when a key is first needed."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import runtime as runtimes
from chalicelib.cli.main import main
from chalicelib.runtime import Runtime
from chalicelib.settings import BadSettingError
from tests.support.world import POST, SECRET, World, key22

NAME = "/afterword/test/secret"


@dataclass
class Keeper:
    """Makes clients of AWS, and lists whom it was asked for."""

    services: list[str] = field(default_factory=list)

    def __call__(self, service: str) -> Any:
        self.services.append(service)
        return boto3.client(service)  # type: ignore[call-overload]


@pytest.fixture
def aws() -> Keeper:
    return Keeper()


@pytest.fixture
def stage(world: World, aws: Keeper) -> Iterator[World]:
    """A world whose secret is a parameter, which is not there yet."""
    settings = replace(world.runtime.settings, secret="", secret_parameter=NAME)
    stage = replace(world, runtime=replace(world.runtime, settings=settings, aws=aws))
    with stage.open():
        yield stage


def kept() -> Any:
    return boto3.client("ssm").get_parameter(Name=NAME, WithDecryption=True)["Parameter"]


def another_process(world: World) -> Runtime:
    again = replace(world.runtime)
    runtimes.use_runtime(again)
    return again


def test_the_secret_is_created_with_the_table_random_and_encrypted(
    stage: World, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["table", "create"])

    assert f"{NAME}: created\n" in capsys.readouterr().out
    assert (kept()["Type"], len(kept()["Value"])) == ("SecureString", 64)
    assert stage.submit().status == 202


def test_an_existing_secret_is_kept(stage: World, capsys: pytest.CaptureFixture[str]) -> None:
    main(["table", "create"])
    before = kept()
    another_process(stage)

    main(["table", "create"])

    assert f"{NAME}: already exists\n" in capsys.readouterr().out
    assert kept() == before


def test_no_new_secret_is_created_for_a_table_written_under_a_lost_one(
    stage: World, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["table", "create"])
    boto3.client("ssm").delete_parameter(Name=NAME)
    another_process(stage)

    assert main(["table", "create"]) == 2

    assert "put it back with `secret put`" in capsys.readouterr().err
    with pytest.raises(ClientError, match="ParameterNotFound"):
        kept()


def test_the_secret_can_be_exported_and_imported(
    stage: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["table", "create"])
    capsys.readouterr()
    assert main(["secret", "show"]) == 0
    shown = capsys.readouterr().out
    boto3.client("ssm").delete_parameter(Name=NAME)
    another_process(stage)

    monkeypatch.setattr("sys.stdin", io.StringIO(shown))
    assert main(["secret", "put"]) == 0

    assert kept()["Value"] == shown.strip()
    assert main(["table", "check"]) == 0


@pytest.mark.usefixtures("stage")
def test_a_secret_is_never_overwritten(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    main(["table", "create"])
    before = kept()

    monkeypatch.setattr("sys.stdin", io.StringIO("another secret, as long as it must be\n"))
    assert main(["secret", "put"]) == 2

    assert "never overwritten" in capsys.readouterr().err
    assert kept() == before


def test_a_secret_that_is_too_short_is_not_stored(
    stage: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))

    assert main(["secret", "put"]) == 2

    assert "at least 32" in capsys.readouterr().err
    assert stage.runtime.secret_parameter.read() == ""


def test_reading_needs_no_secret(stage: World, aws: Keeper) -> None:
    main(["table", "create"])
    shown = [stage.published(f"comment {number}") for number in range(3)]
    another_process(stage)
    aws.services.clear()

    first = stage.get("/v1/comments", query={"post": POST})
    assert len(first.json["comments"]) == len(shown)
    assert stage.get("/v1/counts", query={"post": [POST]}).status == 200
    assert stage.get("/v1/latest").status == 200
    assert stage.get("/widget.js").status == 200
    page = stage.get("/v1/comments", query={"post": POST, "limit": "1"})
    assert stage.listed(limit="1", cursor=page.json["next"])["comments"]
    assert aws.services == []


def test_a_secret_is_fetched_once_per_process(stage: World, aws: Keeper) -> None:
    main(["table", "create"])
    another_process(stage)
    aws.services.clear()

    for number in range(3):
        assert stage.submit(author=key22(f"author {number}")).status == 202

    assert aws.services == ["ssm"]


def test_without_a_secret_nothing_is_written_and_the_log_says_why(
    stage: World, caplog: pytest.LogCaptureFixture
) -> None:
    response = stage.submit()

    assert response.status == 500
    assert "BadSettingError" in caplog.text
    assert stage.runtime.table.sample(1) == []
    with pytest.raises(BadSettingError, match=f"{NAME} contains no secret: `table create` creates one"):
        _ = stage.runtime.keys


def test_an_unavailable_parameter_store_gives_503_and_the_next_request_retries(stage: World) -> None:
    main(["table", "create"])
    again = another_process(stage)
    client: Any = again.secret_parameter.client

    def silent(**_arguments: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "GetParameter")

    answers, client.get_parameter = client.get_parameter, silent
    refused = stage.submit(key="one")
    client.get_parameter = answers

    assert (refused.status, refused.json["code"]) == (503, "unavailable")
    assert stage.submit(key="one").status == 202


def test_a_secret_in_the_environment_takes_precedence(world: World, aws: Keeper) -> None:
    settings = replace(world.runtime.settings, secret_parameter=NAME)

    keys = replace(world.runtime, settings=settings, aws=aws).keys

    assert (keys.secret, aws.services) == (SECRET, [])
