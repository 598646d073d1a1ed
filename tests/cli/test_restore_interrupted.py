"""A restore that was stopped goes on; what passes is not noticed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.store.backup import restore as restoring
from tests.cli.backups import check_counts, read, restored, stopped, table, write
from tests.faults import Fault, Faults, Killed, Kind, Moment, hooks, without_pauses
from tests.world import World, new_world, shared_client

pytestmark = pytest.mark.thorough


def test_killed_at_any_call_and_run_again_ends_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "MARK_EVERY", 50)
    with mock_aws(), Faults(shared_client()) as faults:
        clean = new_world(shared_client())
        with faults.plan():
            assert restored(clean, file) == 0
        calls, wanted = faults.calls, table(clean)

        for number, sent in enumerate(calls):
            for kind in (Kind.KILLED_BEFORE, Kind.KILLED_AFTER) if sent.writes else ():
                other = new_world(shared_client())
                with faults.plan(Fault(kind, Moment(number))), pytest.raises(Killed):
                    restored(other, file)
                last = kind is Kind.KILLED_AFTER and sent.operation == "DeleteItem"
                assert restored(other, file) == (2 if last else 0)
                assert table(other) == wanted


@pytest.mark.parametrize("kind", [Kind.LOST_REQUEST, Kind.LOST_REPLY, Kind.THROTTLED, Kind.FAILED])
def test_a_passing_fault_at_any_call_is_not_noticed(file: Path, kind: Kind) -> None:
    with mock_aws(), Faults(shared_client()) as faults:
        clean = new_world(shared_client())
        with faults.plan():
            restored(clean, file)
        calls, wanted = [sent for sent in faults.calls if sent.operation not in {"Query", "GetItem"}], table(clean)

        for number in range(len(calls)):
            other = new_world(shared_client())
            with faults.plan(Fault(kind, Moment(number), times=2)):
                assert restored(other, file) == 0
            assert table(other) == wanted


def test_a_restore_that_was_stopped_does_not_begin_anew(file: Path) -> None:
    with mock_aws(), Faults(shared_client()) as faults:
        world = new_world(shared_client())
        without_pauses(world.runtime)
        stopped(world, file, entries=30)

        with faults.plan():
            assert restored(world, file) == 0

        batches = sum(sent.operation == "BatchWriteItem" for sent in faults.calls)
        left = len(file.read_bytes().splitlines()) - 2 - 30
        assert batches == -(-left // 25)


@contextmanager
def unprocessed(times: int) -> Iterator[list[int]]:
    """Take only the first item of so many batches, and hand the others back."""
    left, sizes = iter(range(times)), list[int]()
    events = hooks(shared_client())
    kept_back: list[Any] = []

    def trim(params: dict[str, Any], **_event: object) -> dict[str, Any]:
        [(name, requests)] = params["RequestItems"].items()
        sizes.append(len(requests))
        taken = 1 if next(left, None) is not None else len(requests)
        kept_back[:] = [{name: requests[taken:]} if requests[taken:] else {}]
        return {**params, "RequestItems": {name: requests[:taken]}}

    def hand_back(parsed: dict[str, Any], **_event: object) -> None:
        parsed["UnprocessedItems"] = kept_back[0]

    events.register("provide-client-params.dynamodb.BatchWriteItem", trim)
    events.register("after-call.dynamodb.BatchWriteItem", hand_back)
    try:
        yield sizes
    finally:
        events.unregister("provide-client-params.dynamodb.BatchWriteItem", trim)
        events.unregister("after-call.dynamodb.BatchWriteItem", hand_back)


def test_what_the_table_did_not_take_is_sent_again(world: World, file: Path) -> None:
    other = new_world(shared_client())
    restored(other, file)

    with unprocessed(times=10) as sizes:
        assert restored(world, file) == 0

    assert sizes[:11] == list(range(25, 14, -1))
    assert table(world) == table(other)


def test_a_table_that_takes_nothing_ends_the_restore_and_another_one_goes_on(
    world: World, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with unprocessed(times=10**6):
        assert restored(world, file) == 2
    assert "busy" in capsys.readouterr().err

    assert restored(world, file) == 0
    assert len(table(world)) == len(read(file)) - 2


def test_a_count_that_is_wrong_in_the_backup_is_set_right(
    world: World, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "PAUSE", 0)
    right = read(file)
    lines = [({**each, "item": {**each["item"], "n": 7}} if each.get("kind") == "post" else each) for each in right]
    write(file, lines)

    assert restored(world, file) == 0

    assert "3 posts counted wrong (set right)" in capsys.readouterr().out
    check_counts(world)
