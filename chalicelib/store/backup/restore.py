"""A backup goes into an empty table.

A marker says which backup, and how many of its entries are there: a restore that was stopped goes on
there.  Entries that were written after the last mark are written again, to the same effect.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from ...core.backup import BadBackup, Entry, Head, Kind
from ...core.crypto.keys import Keys
from ...core.posts import Post
from ...core.times import iso
from .. import checkpoints as marks
from ..engine import keys
from ..engine.attributes import Item
from ..engine.parts import NEW, Delete, Put
from ..engine.schema import INDEXES
from ..engine.table import MAX_BATCH_WRITE, Table
from ..posts import Posts
from ..recount import drifted
from .disk_set import Noted
from .export import kind_of

INDEXED = {name for index in INDEXES for name in (index.partition, index.sort)}
MARK_EVERY = 1_000  # entries
COUNTS = 10  # how often a count is looked at before it is set: the index that is counted lags
PAUSE = 1.0  # seconds between two of them


class Restoring:
    """One restore.  ``pause`` waits for some seconds."""

    def __init__(self, table: Table, posts: Posts, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.table, self.posts, self._pause = table, posts, pause

    def check_table(self, identity: str, own: Keys) -> int:
        """How many entries of this backup the table holds already.

        Raises:
            BadBackup: it is another secret's, or not empty.
        """
        found = self.table.get_many([keys.FINGERPRINT, keys.RESTORING])
        if found.get(keys.FINGERPRINT, {}).get("fingerprint", own.fingerprint) != own.fingerprint:
            raise BadBackup("AFTERWORD_SECRET is not the secret that this table was made with.")
        marker = found.get(keys.RESTORING)
        if marker and marker["op"] != identity:
            raise BadBackup("Another backup was being restored into this table: finish that, or take an empty table.")
        ours = {keys.FINGERPRINT, keys.RESTORING, *marks.ALL}
        if not marker and {(item["pk"], item["sk"]) for item in self.table.some(len(ours) + 1)} - ours:
            raise BadBackup("The table is not empty: a backup is only restored into an empty one.")
        return int(marker["done"]) if marker else 0

    def write(self, identity: str, entries: Iterable[Entry], done: int, now: datetime) -> Iterator[int]:
        """Write all but those that are there; yields how many are."""
        if not done:
            self.table.write(Put(item=_marker(identity, 0, now), where=NEW), operation=identity)
        left = islice(entries, done, None)
        marked = done
        while batch := list(islice(left, MAX_BATCH_WRITE)):
            self.table.put_many([entry.item for entry in batch])
            done += len(batch)
            if done - marked >= MARK_EVERY:
                self.table.write(Put(item=_marker(identity, done, now)))
                marked = done
            yield done

    def finish(self) -> int:
        """Count every post again, and take the marker away; how many counts had to be set right."""
        wrong = self._drifted()
        for _ in range(COUNTS):
            if not wrong:
                break
            self._pause(PAUSE)
            wrong = self._drifted()
        for post, counted in wrong:
            self.posts.recount(post.key, seen=post.count, count=counted)
        self.table.write(Delete(key=keys.RESTORING))
        return len(wrong)

    def _drifted(self) -> list[tuple[Post, int]]:
        return [(post, counted) for post, counted in drifted(self.table, self.posts) if counted != post.count]


def check_entry(entry: Entry, head: Head, seen: Noted) -> None:
    """An entry is what it says it is: no file makes a token, say.  ``seen``: those above it in the file.

    Raises:
        BadBackup: it is not, or the table would not take it.
    """
    item = entry.item
    fits = entry.kind is not Kind.KEYS or item.get("fingerprint") == head.fingerprint
    if kind_of(item) is not entry.kind or not fits:
        raise BadBackup(f"The file is damaged, or not ours: {item.get('pk')} {item.get('sk')} is no {entry.kind}.")
    for name in sorted(INDEXED & item.keys()):
        if not isinstance(item[name], str) or not item[name]:
            raise BadBackup(f"The file is damaged: {name} of {item['pk']} {item['sk']} is no key of an index.")
    if not seen.add(f"{item['pk']}\n{item['sk']}"):
        raise BadBackup(f"The file is damaged: {item['pk']} {item['sk']} is there twice.")


def _marker(identity: str, done: int, now: datetime) -> Item:
    pk, sk = keys.RESTORING
    return {"pk": pk, "sk": sk, "v": 1, "done": done, "at": iso(now), "op": identity}
