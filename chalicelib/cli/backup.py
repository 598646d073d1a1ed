"""``export`` and ``restore``: a backup of all data of the site, as one file."""

import argparse
import sys
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path

from ..core.backup import FORMAT, BadBackup, End, Header
from ..core.ids import ULID_ENTROPY, ulid
from ..core.times import iso
from ..runtime import Runtime
from ..store.backup.disk_set import DiskSet
from ..store.backup.export import Export, fingerprint
from ..store.backup.restore import Restore, check_entry
from .backup_file import BackupFile, Writer, create_file

SHOW_EVERY = 500  # entries
BAR = 30  # characters
CHANGED = (
    "comments were added or changed during the backup. None is missing, but a reply and its parent may be of different "
    "moments; docs/backup.md says how to back up a single moment."
)


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    export = commands.add_parser("export", help="write a backup of everything into one file")
    export.add_argument(
        "file", nargs="?", default="-", help="compressed if it ends in .gz; default: - for standard output"
    )
    export.set_defaults(run=_export)
    restore = commands.add_parser("restore", help="restore a backup into an empty table, or continue doing so")
    restore.add_argument("file")
    restore.set_defaults(run=_restore)


def _export(runtime: Runtime, options: argparse.Namespace) -> int:
    try:
        end = export(runtime, options.file)
    except (BadBackup, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if end.changed:
        print(f"{end.changed} {CHANGED}", file=sys.stderr)
    return 1 if end.changed else 0


def _restore(runtime: Runtime, options: argparse.Namespace) -> int:
    try:
        end, corrected = restore(runtime, Path(options.file))
    except (BadBackup, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print("restored: " + ", ".join(f"{count} {kind}" for kind, count in end.counts.items()))
    if corrected:
        print(f"{corrected} posts had a wrong count (corrected)")
    return 0


def export(runtime: Runtime, name: str) -> End:
    """Write a backup into a file, or to standard output for ``-``; returns its last line, which has the counts."""
    source = Export(runtime.table, runtime.clock)
    head = Header(
        afterword=FORMAT,
        id=ulid(source.begun, runtime.entropy(ULID_ENTROPY)),
        fingerprint=fingerprint(runtime.table),
        made=iso(source.begun),
    )
    with create_file(name) as out:
        writer, progress = Writer(out), _Progress("written", of=_estimate(runtime), about="about ")
        writer.write(head)
        for number, entry in enumerate(source.entries(), 1):
            writer.write(entry)
            progress.show(number)
        end = End(counts=dict(writer.counts), changed=len(source.changed))
        writer.write(end)
    progress.end(Counter(end.counts).total())
    return end


def _estimate(runtime: Runtime) -> int:
    """The number of items when DynamoDB last counted them, some hours ago; read only for a progress bar."""
    if not sys.stderr.isatty():
        return 0
    described = runtime.table.client.describe_table(TableName=runtime.table.name)
    return described["Table"].get("ItemCount", 0)


def restore(runtime: Runtime, path: Path) -> tuple[End, int]:
    """Restore a backup; returns its last line, and how many posts' counts had to be corrected.

    Nothing is written before the whole file was checked.
    """
    file, target = BackupFile(path), Restore(runtime.table, runtime.posts)
    if file.head.fingerprint != runtime.keys.fingerprint:
        raise BadBackup("This backup was made with another AFTERWORD_SECRET, and can only be restored with that one.")
    done = target.check_table(file.identity, runtime.keys)
    with closing(DiskSet()) as seen:
        end = file.check(partial(check_entry, head=file.head, seen=seen))
    progress = _Progress("restored", of=(total := Counter(end.counts).total()))
    for number in target.write(file.identity, file.entries(), done, runtime.clock()):
        progress.show(number)
    corrected = target.finish()
    progress.end(total)
    return end, corrected


class _Progress:
    """A progress bar on a terminal, and nothing elsewhere.  ``of``: the total, which may be an estimate."""

    def __init__(self, verb: str, of: int, about: str = "") -> None:
        self.verb, self.of, self.about, self.last = verb, of, about, 0
        self.shown = sys.stderr.isatty()

    def show(self, number: int) -> None:
        """Update the bar after ``number`` entries."""
        if self.shown and number - self.last >= SHOW_EVERY:
            self.last = number
            self._draw(number, max(self.of, number), self.about)

    def end(self, number: int) -> None:
        """Complete the bar, and end its line."""
        if self.shown:
            self._draw(number, number, "")
            print(file=sys.stderr)

    def _draw(self, number: int, of: int, about: str) -> None:
        done = number / of if of else 1
        text = f"{number:,} of {about}{of:,} {self.verb}"
        print(f"\r{'█' * int(done * BAR):░<{BAR}} {done:4.0%}  {text}", end="", file=sys.stderr, flush=True)
