"""A set of texts in flat memory: it lies in a temporary file of SQLite's, which goes with it."""

import sqlite3
from collections.abc import Iterator


class Noted:
    """Texts, each once."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE noted (text TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, text: str) -> bool:
        """Note one; true if it is new."""
        return self._database.execute("INSERT OR IGNORE INTO noted VALUES (?)", (text,)).rowcount == 1

    def __iter__(self) -> Iterator[str]:
        """In the order of their code points."""
        for (text,) in self._database.execute("SELECT text FROM noted ORDER BY text"):
            yield text

    def close(self) -> None:
        """Remove it."""
        self._database.close()
