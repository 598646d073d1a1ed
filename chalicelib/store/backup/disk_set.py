"""A set of strings on disk, for sets that may not fit into memory."""

import sqlite3
from collections.abc import Iterator


class DiskSet:
    """A set of strings in a temporary SQLite file, which is removed on ``close``."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE entries (text TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, text: str) -> bool:
        """Add a string; true if it is new."""
        return self._database.execute("INSERT OR IGNORE INTO entries VALUES (?)", (text,)).rowcount == 1

    def __iter__(self) -> Iterator[str]:
        """The strings, in the order of their code points."""
        for (text,) in self._database.execute("SELECT text FROM entries ORDER BY text"):
            yield text

    def close(self) -> None:
        """Remove the file."""
        self._database.close()
