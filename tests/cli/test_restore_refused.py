"""A restore that cannot succeed is refused with exit status 2, and nothing is written."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.store.engine import keys
from chalicelib.store.engine.parts import Put
from tests.support.backups import export_backup, interrupt_restore, read_lines, restore_backup, table_items, write_lines
from tests.support.world import World, key22, new_world, shared_client


def changed(number: int, **fields: Any) -> Callable[[Path], None]:
    """A backup with other fields in one line."""

    def change(file: Path) -> None:
        lines = read_lines(file)
        lines[number] |= fields
        write_lines(file, lines)

    return change


def without(number: int) -> Callable[[Path], None]:
    """A backup without one line."""

    def change(file: Path) -> None:
        lines = read_lines(file)
        del lines[number]
        write_lines(file, lines)

    return change


def line_of(text: bytes) -> Callable[[Path], None]:
    """A backup whose sixth line is this."""

    def change(file: Path) -> None:
        lines = file.read_bytes().split(b"\n")
        lines[5] = text
        file.write_bytes(b"\n".join(lines))

    return change


def twice(file: Path) -> None:
    lines = read_lines(file)
    lines[5] = next(line for line in lines if line.get("kind") == "moderator")
    write_lines(file, lines)


def twice_the_end(file: Path) -> None:
    lines = read_lines(file)
    write_lines(file, [*lines, lines[-1]])


def cut_in_a_line(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def cut_packed(file: Path) -> None:
    file.write_bytes(gzip.compress(file.read_bytes())[:-500])


def damaged_packed(file: Path) -> None:
    packed = bytearray(gzip.compress(file.read_bytes()))
    packed[len(packed) // 2] ^= 0xFF
    file.write_bytes(packed)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


TOKEN = {"pk": "MOD#ada", "sk": "T#hash"}
BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut between lines": (without(-1), "its last line is missing"),
    "cut in a line": (cut_in_a_line, "truncated within a line"),
    "cut while packed": (cut_packed, "was truncated or is damaged"),
    "damaged while packed": (damaged_packed, "damaged"),
    "a line is missing": (without(5), "do not match its last line"),
    "something after the end": (twice_the_end, "is not valid"),
    "another secret's": (changed(0, fingerprint="another"), "another AFTERWORD_SECRET"),
    "another secret's inside": (changed(1, item={"pk": "CFG", "sk": "KEYS", "fingerprint": "x"}), "damaged, or not"),
    "a later format": (changed(0, afterword=2), "format is version 2; this release reads version 1"),
    "another head": (changed(0, more=1), "Line 1 is not valid"),
    "a token": (changed(5, item=TOKEN), "Line 6: The file is damaged, or not ours: MOD#ada T#hash is no"),
    "an item without a key": (changed(5, item={}), "Line 6: The file is damaged, or not ours: None None is no"),
    "a key of an index that is none": (changed(5, item={"pk": "C#1", "sk": "C", "qsk": 1}, kind="comment"), "Line 6"),
    "an item twice": (twice, "Line 6: The file is damaged: MODERATORS"),
    "a line that is no JSON": (line_of(b'{"kind": "comment", "item": {"pk"'), "Line 6 is not valid"),
    "a line that is no UTF-8": (line_of(b'{"kind":"comment","item":{"pk":"\xff"}}'), "Line 6 is not valid"),
    "an empty line": (line_of(b""), "Line 6 is not valid"),
    "a line that is endlessly deep": (line_of(b'{"kind":"comment","item":' + b'{"a":' * 10_000), "Line 6 is not valid"),
    "a number that is none of ours": (changed(5, item={"pk": "C#1", "sk": "C", "up": 1.5}), "Line 6"),
    "empty": (lambda file: file.write_bytes(b""), "not a backup of Afterword"),
    "a picture": (lambda file: file.write_bytes(bytes(range(256)) * 50), "not a backup of Afterword"),
    "another JSON": (lambda file: file.write_bytes(b'{"a": 1}\n'), "not a backup of Afterword"),
    "a list": (lambda file: file.write_bytes(b"[1]\n[2]\n"), "not a backup of Afterword"),
    "one endless line": (lambda file: file.write_bytes(b"[" * 5_000_000), "not a backup of Afterword"),
    "no file": (lambda file: file.unlink(), "No such file"),
    "a folder": (a_folder, "Is a directory"),
}


@pytest.mark.parametrize(("spoil", "words"), BAD.values(), ids=BAD)
def test_an_invalid_or_incomplete_backup_is_refused(
    world: World, file: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], object], words: str
) -> None:
    spoil(file)

    assert restore_backup(world, file) == 2

    assert words in capsys.readouterr().err
    assert table_items(world) == []


def made_by_the_command_line(world: World) -> None:
    world.runtime.check_secret()


def test_a_new_table_accepts_a_backup(world: World, file: Path) -> None:
    made_by_the_command_line(world)

    assert restore_backup(world, file) == 0


FULL: dict[str, Callable[[World], object]] = {
    "a comment": lambda world: world.submit(),
    "a moderator": lambda world: world.moderator(),
    "a policy": lambda world: world.policy(every_comment=False),
    "a moderator of a backup": lambda world: world.runtime.table.write(Put(item={"pk": "MODERATORS", "sk": "M#1"})),
}


@pytest.mark.parametrize("fill", FULL.values(), ids=FULL)
def test_a_table_that_is_not_empty_refuses_a_backup(
    world: World, file: Path, capsys: pytest.CaptureFixture[str], fill: Callable[[World], object]
) -> None:
    made_by_the_command_line(world)
    fill(world)
    before = table_items(world)

    assert restore_backup(world, file) == 2

    assert "not empty" in capsys.readouterr().err
    assert table_items(world) == before


def test_a_table_with_another_secret_refuses_a_backup(
    world: World, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pk, sk = keys.FINGERPRINT
    world.runtime.table.write(Put(item={"pk": pk, "sk": sk, "fingerprint": key22("another")}))

    assert restore_backup(world, file) == 2

    assert "not the secret that this table was created with" in capsys.readouterr().err
    assert len(table_items(world)) == 1


def test_a_partly_restored_table_refuses_another_backup(
    world: World, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupt_restore(world, file, entries=30)
    before = table_items(world)
    changed(0, id="another")(file)

    assert restore_backup(world, file) == 2
    assert "Another backup" in capsys.readouterr().err
    assert export_backup(world, tmp_path / "backup") == 2
    assert "was not finished" in capsys.readouterr().err
    assert table_items(world) == before


def test_an_unused_table_exports_nothing(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export_backup(world, tmp_path / "backup") == 2

    assert "Nothing was ever written" in capsys.readouterr().err


def test_a_backup_is_refused_under_another_secret(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        other = new_world(shared_client(), secret="another-horse-battery-staple-0123456789")
        assert restore_backup(other, file) == 2

        assert "another AFTERWORD_SECRET" in capsys.readouterr().err
        assert table_items(other) == []
