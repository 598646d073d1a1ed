"""A backup as a file of JSON lines, written and read as a stream."""

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

from ..core.backup import FORMAT, LINES, BadBackup, End, Entry, Head, Kind, Line

MAX_LINE = 4_000_000  # bytes: DynamoDB's largest item, were every character of it escaped
GZIP = b"\x1f\x8b"
PRIVATE = 0o600  # a backup holds what nobody but the owner may read


class Writer:
    """Writes lines, and counts the entries."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out
        self.counts: Counter[Kind] = Counter()

    def write(self, line: Line) -> None:
        """Add one."""
        self.out.write(line.model_dump_json().encode() + b"\n")
        if isinstance(line, Entry):
            self.counts[line.kind] += 1


@contextmanager
def created(name: str) -> Iterator[IO[bytes]]:
    """A file to write, ``-`` for standard output; it gets its name only when it is whole."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if Path(name).exists() and not Path(name).is_file():
        raise BadBackup(f"{name} is no file.")
    part = Path(f"{name}.part")
    try:
        with _opened(part) as plain:
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


def _opened(part: Path) -> IO[bytes]:
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb")


class BackupFile:
    """A backup to be restored, read as often as asked.  Each method raises ``BadBackup`` for what is none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def head(self) -> Head:
        """The first line."""
        try:
            version = json.loads(self._first)["afterword"]
        except (ValueError, TypeError, KeyError):
            raise BadBackup(f"{self.path.name} is not a backup of Afterword.") from None
        if version != FORMAT:
            raise BadBackup(f"The backup's format is version {version}; this release reads version {FORMAT}.")
        head = _parsed(self._first, 1)
        if not isinstance(head, Head):
            raise _damaged(1)
        return head

    @property
    def identity(self) -> str:
        """Tells this backup from any other."""
        return hashlib.sha256(self._first).hexdigest()

    @cached_property
    def _first(self) -> bytes:
        return next(self._lines(), b"")

    def entries(self) -> Iterator[Entry]:
        """All entries, in the order of the file."""
        for line in self._parts():
            if isinstance(line, Entry):
                yield line

    def check(self, look: Callable[[Entry], None]) -> End:
        """Read the whole file, show every entry, and return the end, which counts what was there.

        What ``look`` finds wrong gets the number of its line.
        """
        counts: Counter[Kind] = Counter()
        end = None
        for number, line in enumerate(self._parts(), 2):
            if isinstance(line, Entry):
                _looked_at(line, number, look)
                counts[line.kind] += 1
            else:
                end = line
        if end is None:
            raise BadBackup(f"{self.path.name} was cut: its last line is missing.")
        if end.counts != counts:
            raise BadBackup(f"{self.path.name} is damaged: its entries are not those that its last line counts.")
        return end

    def _parts(self) -> Iterator[Entry | End]:
        ended = False
        for number, text in enumerate(self._lines(), 1):
            if number == 1:
                continue
            line = _parsed(text, number)
            if ended or isinstance(line, Head):
                raise _damaged(number)
            ended = isinstance(line, End)
            yield line

    def _lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as plain:
            packed = plain.peek(len(GZIP)).startswith(GZIP)
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=plain) if packed else plain)
            try:
                while line := stream.readline(MAX_LINE):
                    if not line.endswith(b"\n"):
                        raise BadBackup(f"{self.path.name} is not a backup of Afterword, or was cut within a line.")
                    yield line
            except (EOFError, zlib.error, gzip.BadGzipFile):
                raise BadBackup(f"{self.path.name} was cut, or is damaged: it can't be unpacked.") from None


def _parsed(text: bytes, number: int) -> Head | Entry | End:
    try:
        return LINES.validate_json(text)
    except ValidationError:
        raise _damaged(number) from None


def _looked_at(entry: Entry, number: int, look: Callable[[Entry], None]) -> None:
    try:
        look(entry)
    except BadBackup as wrong:
        raise BadBackup(f"Line {number}: {wrong}") from None


def _damaged(number: int) -> BadBackup:
    return BadBackup(f"Line {number} is not one of a backup: the file is damaged.")
