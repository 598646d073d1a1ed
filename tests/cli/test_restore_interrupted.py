"""An interrupted restore continues; transient faults have no effect."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.store.backup import restore as restoring
from tests.support.backups import check_counts, interrupt_restore, read_lines, restore_backup, table_items, write_lines
from tests.support.faults import Fault, FaultKind, Faults, Killed, Moment, events_of, without_retry_delays
from tests.support.world import World, new_world, shared_client

pytestmark = pytest.mark.slow


def test_a_restore_killed_at_any_call_and_run_again_gives_the_same_table(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "CHECKPOINT_EVERY", 50)
    with mock_aws(), Faults(shared_client()) as faults:
        clean = new_world(shared_client())
        with faults.plan():
            assert restore_backup(clean, file) == 0
        calls, wanted = faults.calls, table_items(clean)

        for number, sent in enumerate(calls):
            for kind in (FaultKind.KILLED_BEFORE, FaultKind.KILLED_AFTER) if sent.writes else ():
                other = new_world(shared_client())
                with faults.plan(Fault(kind, Moment(number))), pytest.raises(Killed):
                    restore_backup(other, file)
                last = kind is FaultKind.KILLED_AFTER and sent.operation == "DeleteItem"
                assert restore_backup(other, file) == (2 if last else 0)
                assert table_items(other) == wanted


@pytest.mark.parametrize("kind", [FaultKind.LOST_REQUEST, FaultKind.LOST_REPLY, FaultKind.THROTTLED, FaultKind.FAILED])
def test_a_transient_fault_at_any_call_has_no_effect(file: Path, kind: FaultKind) -> None:
    with mock_aws(), Faults(shared_client()) as faults:
        clean = new_world(shared_client())
        with faults.plan():
            restore_backup(clean, file)
        calls, wanted = (
            [sent for sent in faults.calls if sent.operation not in {"Query", "GetItem"}],
            table_items(clean),
        )

        for number in range(len(calls)):
            other = new_world(shared_client())
            with faults.plan(Fault(kind, Moment(number), times=2)):
                assert restore_backup(other, file) == 0
            assert table_items(other) == wanted


def test_an_interrupted_restore_does_not_start_over(file: Path) -> None:
    with mock_aws(), Faults(shared_client()) as faults:
        world = new_world(shared_client())
        without_retry_delays(world.runtime)
        interrupt_restore(world, file, entries=30)

        with faults.plan():
            assert restore_backup(world, file) == 0

        batches = sum(sent.operation == "BatchWriteItem" for sent in faults.calls)
        left = len(file.read_bytes().splitlines()) - 2 - 30
        assert batches == -(-left // 25)


@contextmanager
def unprocessed(times: int) -> Iterator[list[int]]:
    """Take only the first item of so many batches, and hand the others back."""
    left, sizes = iter(range(times)), list[int]()
    events = events_of(shared_client())
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


def test_unprocessed_items_are_sent_again(world: World, file: Path) -> None:
    other = new_world(shared_client())
    restore_backup(other, file)

    with unprocessed(times=10) as sizes:
        assert restore_backup(world, file) == 0

    assert sizes[:11] == list(range(25, 14, -1))
    assert table_items(world) == table_items(other)


def test_a_table_that_accepts_nothing_ends_the_restore_and_another_run_continues(
    world: World, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with unprocessed(times=10**6):
        assert restore_backup(world, file) == 2
    assert "busy" in capsys.readouterr().err

    assert restore_backup(world, file) == 0
    assert len(table_items(world)) == len(read_lines(file)) - 2


def test_a_wrong_count_in_the_backup_is_corrected(
    world: World, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "PAUSE", 0)
    right = read_lines(file)
    lines = [({**each, "item": {**each["item"], "n": 7}} if each.get("kind") == "post" else each) for each in right]
    write_lines(file, lines)

    assert restore_backup(world, file) == 0

    assert "3 posts had a wrong count (corrected)" in capsys.readouterr().out
    check_counts(world)
