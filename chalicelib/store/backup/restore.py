"""Restores a backup into an empty table.

A marker item records which backup it is and how many of its entries are written, so that an interrupted
restore can continue.  Entries written after the last marker are written again, which changes nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from ...core.backup import BadBackup, Entry, EntryKind, Header
from ...core.crypto.keys import Keys
from ...core.posts import Post
from ...core.times import iso
from ...core.totals import Totals, stored_totals
from .. import checkpoints
from ..engine import keys
from ..engine.attributes import Item
from ..engine.parts import NEW, Delete, Put
from ..engine.schema import INDEXES
from ..engine.table import MAX_BATCH_WRITE, Table
from ..posts import Posts
from ..recount import recounted_posts
from .disk_set import DiskSet
from .export import kind_of

INDEXED = {name for index in INDEXES for name in (index.partition, index.sort)}
CHECKPOINT_EVERY = 1_000  # entries
RECOUNTS = 10  # attempts before a wrong count is corrected, because the counted index lags
PAUSE = 1.0  # seconds between two attempts


class Restore:
    """One restore into one table.  ``pause`` sleeps for a number of seconds."""

    def __init__(self, table: Table, posts: Posts, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.table, self.posts, self._pause = table, posts, pause

    def check_table(self, identity: str, own: Keys) -> int:
        """The number of entries of this backup that are already in the table.

        Raises:
            BadBackup: the table belongs to another secret, or is not empty.
        """
        found = self.table.get_many([keys.FINGERPRINT, keys.RESTORING])
        if found.get(keys.FINGERPRINT, {}).get("fingerprint", own.fingerprint) != own.fingerprint:
            raise BadBackup("AFTERWORD_SECRET is not the secret that this table was created with.")
        marker = found.get(keys.RESTORING)
        if marker and marker["op"] != identity:
            raise BadBackup(
                "Another backup is being restored into this table: finish that first, or use an empty table."
            )
        ours = {keys.FINGERPRINT, keys.RESTORING, *checkpoints.ALL}
        if not marker and {(item["pk"], item["sk"]) for item in self.table.sample(len(ours) + 1)} - ours:
            raise BadBackup("The table is not empty: a backup can only be restored into an empty table.")
        return int(marker["done"]) if marker else 0

    def write(self, identity: str, entries: Iterable[Entry], done: int, now: datetime) -> Iterator[int]:
        """Write the entries after the first ``done``; yields the number of entries written so far."""
        if not done:
            self.table.write(Put(item=_marker(identity, 0, now), where=NEW), operation=identity)
        left = islice(entries, done, None)
        recorded = done
        while batch := list(islice(left, MAX_BATCH_WRITE)):
            self.table.put_many([entry.item for entry in batch])
            done += len(batch)
            if done - recorded >= CHECKPOINT_EVERY:
                self.table.write(Put(item=_marker(identity, done, now)))
                recorded = done
            yield done

    def finish(self) -> int:
        """Recount every post and remove the marker; returns the number of counts that were corrected."""
        wrong = self._wrong_counts()
        for _ in range(RECOUNTS):
            if not wrong:
                break
            self._pause(PAUSE)
            wrong = self._wrong_counts()
        for post, counted in wrong:
            self.posts.recount(post, counted)
        self.table.write(Delete(key=keys.RESTORING))
        return len(wrong)

    def _wrong_counts(self) -> list[tuple[Post, Totals]]:
        counted = recounted_posts(self.table, self.posts)
        return [(post, totals) for post, totals in counted if totals != stored_totals(post)]


def check_entry(entry: Entry, head: Header, seen: DiskSet) -> None:
    """Check that an entry is of the kind it claims, so that a forged file can't create tokens, for example.

    ``seen`` holds the keys of the entries before it in the file.

    Raises:
        BadBackup: the entry is invalid, occurs twice, or would be rejected by the table.
    """
    item = entry.item
    fits = entry.kind is not EntryKind.KEYS or item.get("fingerprint") == head.fingerprint
    if kind_of(item) is not entry.kind or not fits:
        raise BadBackup(
            f"The file is damaged, or not ours: {item.get('pk')} {item.get('sk')} is not a valid {entry.kind}."
        )
    for name in sorted(INDEXED & item.keys()):
        if not isinstance(item[name], str) or not item[name]:
            raise BadBackup(f"The file is damaged: {name} of {item['pk']} {item['sk']} is not a valid index key.")
    if not seen.add(f"{item['pk']}\n{item['sk']}"):
        raise BadBackup(f"The file is damaged: {item['pk']} {item['sk']} occurs twice.")


def _marker(identity: str, done: int, now: datetime) -> Item:
    pk, sk = keys.RESTORING
    return {"pk": pk, "sk": sk, "done": done, "at": iso(now), "op": identity}
