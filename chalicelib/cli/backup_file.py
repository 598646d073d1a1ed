"""Backup files: JSON lines, written and read as a stream."""

import gzip
import hashlib
import json
import os
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, cast

from pydantic import ValidationError

from ..core.backup import FORMAT, LINES, BadBackup, End, Entry, EntryKind, Header, Line

MAX_LINE = 4_000_000  # bytes: the largest item of DynamoDB with every character escaped
GZIP = b"\x1f\x8b"
PRIVATE = 0o600  # a backup has data that only the owner may read


class Writer:
    """Writes the lines of a backup, and counts the entries by kind."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out
        self.counts: Counter[EntryKind] = Counter()

    def write(self, line: Line) -> None:
        """Write one line."""
        self.out.write(line.model_dump_json().encode() + b"\n")
        if isinstance(line, Entry):
            self.counts[line.kind] += 1


@contextmanager
def create_file(name: str) -> Iterator[IO[bytes]]:
    """A new file, or standard output for ``-``.  The file gets its name only when it is complete."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if Path(name).exists() and not Path(name).is_file():
        raise BadBackup(f"{name} is not a file.")
    part = Path(f"{name}.part")
    try:
        with _open(part) as plain:
            if name.endswith(".gz"):
                with gzip.GzipFile("", "wb", fileobj=plain) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield plain
            plain.flush()
            os.fsync(plain.fileno())
        part.replace(name)
    finally:
        part.unlink(missing_ok=True)


def _open(part: Path) -> IO[bytes]:
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb")


class BackupFile:
    """A backup that is read, as often as needed.  Every method raises ``BadBackup`` if the file is not valid."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def head(self) -> Header:
        """The first line of the backup."""
        try:
            version = json.loads(self._first)["afterword"]
        except (ValueError, TypeError, KeyError):
            raise BadBackup(f"{self.path.name} is not a backup of Afterword.") from None
        if version != FORMAT:
            raise BadBackup(f"The backup's format is version {version}; this release reads version {FORMAT}.")
        head = _parse(self._first, 1)
        if not isinstance(head, Header):
            raise _damaged(1)
        return head

    @property
    def identity(self) -> str:
        """A hash that identifies the backup."""
        return hashlib.sha256(self._first).hexdigest()

    @cached_property
    def _first(self) -> bytes:
        return next(self._lines(), b"")

    def entries(self) -> Iterator[Entry]:
        """All entries in the order of the file."""
        for line in self._parsed_lines():
            if isinstance(line, Entry):
                yield line

    def check(self, check_entry: Callable[[Entry], None]) -> End:
        """Read the whole file, check every entry, and return the last line, which has the counts.

        An error of ``check_entry`` gets the number of its line.
        """
        counts: Counter[EntryKind] = Counter()
        end = None
        for number, line in enumerate(self._parsed_lines(), 2):
            if isinstance(line, Entry):
                _check(line, number, check_entry)
                counts[line.kind] += 1
            else:
                end = line
        if end is None:
            raise BadBackup(f"{self.path.name} is incomplete: its last line is missing.")
        if end.counts != counts:
            raise BadBackup(f"{self.path.name} is damaged: its entries do not match its last line.")
        return end

    def _parsed_lines(self) -> Iterator[Entry | End]:
        ended = False
        for number, text in enumerate(self._lines(), 1):
            if number == 1:
                continue
            line = _parse(text, number)
            if ended or isinstance(line, Header):
                raise _damaged(number)
            ended = isinstance(line, End)
            yield line

    def _lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as plain:
            is_compressed = plain.peek(len(GZIP)).startswith(GZIP)
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=plain) if is_compressed else plain)
            try:
                while line := stream.readline(MAX_LINE):
                    if not line.endswith(b"\n"):
                        raise BadBackup(
                            f"{self.path.name} is not a backup of Afterword, or was truncated within a line."
                        )
                    yield line
            except (EOFError, zlib.error, gzip.BadGzipFile):
                raise BadBackup(f"{self.path.name} was truncated or is damaged: it cannot be decompressed.") from None


def _parse(text: bytes, number: int) -> Header | Entry | End:
    try:
        return LINES.validate_json(text)
    except ValidationError:
        raise _damaged(number) from None


def _check(entry: Entry, number: int, check_entry: Callable[[Entry], None]) -> None:
    try:
        check_entry(entry)
    except BadBackup as error:
        raise BadBackup(f"Line {number}: {error}") from None


def _damaged(number: int) -> BadBackup:
    return BadBackup(f"Line {number} is not valid: the file is damaged.")
