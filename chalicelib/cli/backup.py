"""``export`` and ``restore``: all that the site's readers and moderators made, as one file."""

import argparse
import sys
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path

from ..core.backup import FORMAT, BadBackup, End, Head
from ..core.ids import ULID_ENTROPY, ulid
from ..core.times import iso
from ..runtime import Runtime
from ..store.backup.disk_set import Noted
from ..store.backup.export import Export, fingerprint
from ..store.backup.restore import Restoring, check_entry
from .backup_file import BackupFile, Writer, created

SHOW_EVERY = 500  # entries
BAR = 30  # characters
CHANGED = (
    "comments came or changed while the backup was made. None is missing, but a reply and what it answers may be of "
    "two moments; docs/backup.md says how to back up one moment."
)


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    export = topics.add_parser("export", help="write everything into one file: a backup")
    export.add_argument("file", nargs="?", default="-", help="packed if it ends in .gz; default: - for standard output")
    export.set_defaults(run=_export)
    restore = topics.add_parser("restore", help="read a backup into an empty table, or go on doing so")
    restore.add_argument("file")
    restore.set_defaults(run=_restore)


def _export(runtime: Runtime, chosen: argparse.Namespace) -> int:
    try:
        end = export(runtime, chosen.file)
    except (BadBackup, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    if end.changed:
        print(f"{end.changed} {CHANGED}", file=sys.stderr)
    return 1 if end.changed else 0


def _restore(runtime: Runtime, chosen: argparse.Namespace) -> int:
    try:
        end, wrong = restore(runtime, Path(chosen.file))
    except (BadBackup, OSError) as refused:
        print(refused, file=sys.stderr)
        return 2
    print("restored: " + ", ".join(f"{count} {kind}" for kind, count in end.counts.items()))
    if wrong:
        print(f"{wrong} posts counted wrong (set right)")
    return 0


def export(runtime: Runtime, name: str) -> End:
    """Write a backup into a file, ``-`` for standard output."""
    walk = Export(runtime.table, runtime.clock)
    head = Head(
        afterword=FORMAT,
        id=ulid(walk.begun, runtime.entropy(ULID_ENTROPY)),
        fingerprint=fingerprint(runtime.table),
        made=iso(walk.begun),
    )
    with created(name) as out:
        writer, progress = Writer(out), _Progress("written", of=_about(runtime), about="about ")
        writer.write(head)
        for number, entry in enumerate(walk.entries(), 1):
            writer.write(entry)
            progress.show(number)
        end = End(counts=dict(writer.counts), changed=len(walk.changed))
        writer.write(end)
    progress.end(Counter(end.counts).total())
    return end


def _about(runtime: Runtime) -> int:
    """How many items the table had when DynamoDB last counted, some hours ago; asked only for a bar."""
    if not sys.stderr.isatty():
        return 0
    described = runtime.table.client.describe_table(TableName=runtime.table.name)
    return described["Table"].get("ItemCount", 0)


def restore(runtime: Runtime, path: Path) -> tuple[End, int]:
    """Read a backup; its end, and how many posts' counts had to be set right.

    Nothing is written before the whole file was found to be good.
    """
    file, restoring = BackupFile(path), Restoring(runtime.table, runtime.posts)
    if file.head.fingerprint != runtime.keys.fingerprint:
        raise BadBackup("This backup was made under another AFTERWORD_SECRET: it can only be restored under that one.")
    done = restoring.check_table(file.identity, runtime.keys)
    with closing(Noted()) as seen:
        end = file.check(partial(check_entry, head=file.head, seen=seen))
    progress = _Progress("restored", of=(total := Counter(end.counts).total()))
    for number in restoring.write(file.identity, file.entries(), done, runtime.clock()):
        progress.show(number)
    wrong = restoring.finish()
    progress.end(total)
    return end, wrong


class _Progress:
    """A bar on a terminal; nothing elsewhere.  ``of``: how many there will be, or about so many."""

    def __init__(self, verb: str, of: int, about: str = "") -> None:
        self.verb, self.of, self.about, self.last = verb, of, about, 0
        self.shown = sys.stderr.isatty()

    def show(self, number: int) -> None:
        """So many entries are done."""
        if self.shown and number - self.last >= SHOW_EVERY:
            self.last = number
            self._draw(number, max(self.of, number), self.about)

    def end(self, number: int) -> None:
        """All are done."""
        if self.shown:
            self._draw(number, number, "")
            print(file=sys.stderr)

    def _draw(self, number: int, of: int, about: str) -> None:
        done = number / of if of else 1
        words = f"{number:,} of {about}{of:,} {self.verb}"
        print(f"\r{'█' * int(done * BAR):░<{BAR}} {done:4.0%}  {words}", end="", file=sys.stderr, flush=True)
