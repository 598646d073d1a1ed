"""Measures the widget's size, and how long readers wait: ``python -m benchmarks.widget``.

Bytes are those of the built files.  The rest is measured in Chromium by benchmarks/visits.py: what is loaded from the
service until the first comment (or the heading, without comments) is painted, when that is, and how much moves.
Layout shift is the sum of all shifts without input; "here" is a connection as fast as this machine.  Exits with 1 if a
limit is exceeded or could not be measured.
"""

import gzip
import importlib
import importlib.util
import logging
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.visits import LINES, PAGES, Scene, Visit, scene
from chalicelib.api.assets import STATIC, WIDGET
from dev.engine_process import INTERPRETER, is_installed
from tests.browser.conftest import CHROMIUM

FILES = STATIC / WIDGET
BARS = {"widget.js": 6_144, "author.*.js": 6_144, "count.js": 614}  # bytes, gzip
REQUESTS = 2  # widget.js and a page of comments
MAX_SHIFT = 0.02
SIZES = (0, 5, 100)  # comments
TIMES = 10  # visits
RIVALS = {  # KB, gzip
    "chatcomment": 3.8,
    "Cusdis": 10.4,
    "Isso": 22.5,
    "Artalk": 53.7,
    "Remark42": 64.6,
    "CWD": 87.6,
    "Waline": 99.0,
    "Twikoo": 146.0,
}
FIRST_OF_100 = {"chatcomment": 237, "Waline": 830}  # milliseconds: the fastest and the slowest
ON_A_SLOW_LINE = (1_100, 2_500)  # milliseconds, likewise
SHIFTS = (0.11, 0.23)
ELSEWHERE = "measured elsewhere, on another machine"

BROTLI = "for (const file of process.argv.slice(1)) console.log(zlib.brotliCompressSync(fs.readFileSync(file)).length)"


def brotli(files: Sequence[Path]) -> list[int] | None:
    """The Brotli size of each file at the highest quality, if Node or a module for it is installed."""
    if node := shutil.which("node"):
        command = [node, "--eval", BROTLI, *map(str, files)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603  a script of our own
        return [int(line) for line in done.stdout.split()]
    if importlib.util.find_spec("brotli"):
        compress = importlib.import_module("brotli").compress
        return [len(compress(file.read_bytes())) for file in files]
    return None


def show_bytes() -> int:
    """Print the size of each file; returns how many limits are exceeded."""
    files = [*sorted(FILES.glob("*.js")), *sorted((FILES / "assets").iterdir())]
    smallest: Sequence[int | str] = brotli(files) or ["-"] * len(files)
    print(f"{'bytes':32}{'raw':>8}{'gzip -9':>9}{'brotli':>8}  limit")
    broken = 0
    for file, small in zip(files, smallest, strict=True):
        raw, zipped = file.stat().st_size, zipped_size(file)
        bar = next((bar for name, bar in BARS.items() if file.match(name)), None)
        broken += bar is not None and zipped > bar
        check_mark = f"≤ {bar:,} {'✓' if zipped <= bar else '✗'}" if bar else ""
        print(f"{file.relative_to(FILES)!s:32}{raw:8,}{zipped:9,}{grouped(small):>8}  {check_mark}".rstrip())
    return broken


def grouped(size: int | str) -> str:
    """A size as a column."""
    return f"{size:,}" if isinstance(size, int) else size


def zipped_size(file: Path) -> int:
    """The size after ``gzip -9``."""
    return len(gzip.compress(file.read_bytes(), 9, mtime=0))


def show_times(stood: Scene) -> tuple[int, dict[str, float]]:
    """Print how long the first comment takes; returns how many limits are exceeded, and the last medians."""
    print(f"\n{'comments':>8}  {'line':5}{'requests':>9}{'bytes':>9}   ms until the first is visible (of {TIMES})")
    broken, medians = 0, dict[str, float]()
    for size in SIZES:
        stood.write(size)
        stood.visit("short", size, "here")
        for line in LINES:
            visits = [stood.visit("short", size, line) for _ in range(TIMES)]
            times, requests = [each.ms for each in visits], max(each.requests for each in visits)
            medians[line] = statistics.median(times)
            broken += requests > REQUESTS
            check_mark = "✓" if requests <= REQUESTS else "✗"
            took = f"median {medians[line]:6,.0f}, from {min(times):6,.0f} to {max(times):6,.0f}"
            print(f"{size:8}  {line:5}{requests:7} {check_mark}{max(each.size for each in visits):9,}   {took}")
    return broken, medians


def show_shifts(stood: Scene) -> tuple[int, float]:
    """Print what moves while a page loads; returns how many limits are exceeded, and the largest shift."""
    kinds = [(size, line) for size in SIZES for line in LINES]
    print(f"\n{'layout shift':24}" + "".join(f"{f'{size}, {line}':>12}" for size, line in kinds))
    seen, beyond = list[Visit](), list[str]()
    for page in PAGES:
        for linked in (False, True):
            name = f"{page}, {'#comment-<last>' if linked else 'top'}"
            row = [stood.visit(page, *kind, linked=linked) if kind[0] or not linked else None for kind in kinds]
            print(f"{name:24}" + "".join(shown_shift(each) for each in row))
            found = [(each, f"{name}, {size}, {line}") for (size, line), each in zip(kinds, row, strict=True) if each]
            seen += [each for each, _ in found]
            broken = [(each, where) for each, where in found if each.shift > MAX_SHIFT]
            beyond += [f"✗ {where}: {each.shift:.4f}, {'; '.join(each.moved)}" for each, where in broken]
    print(f"limit: {MAX_SHIFT} each; rectangles are x, y, width, height", *beyond, sep="\n")
    return len(beyond), max(each.shift for each in seen)


def shown_shift(found: Visit | None) -> str:
    """A shift as a column."""
    return f"{found.shift:10.4f} {'✓' if found.shift <= MAX_SHIFT else '✗'}" if found else f"{'-':>10}  "


def show_rivals_bytes() -> None:
    """Print the sizes of other widgets, and their ratios to ours."""
    ours = zipped_size(FILES / "widget.js") / 1_000
    print(f"\nothers, {ELSEWHERE}; in brackets: times ours")
    sizes = ", ".join(f"{name} {size:g} ({size / ours:.1f})" for name, size in RIVALS.items())
    print(f"KB, gzip, to read (ours {ours:.1f}): {sizes}")


def show_rivals_times(medians: Mapping[str, float], shift: float) -> None:
    """Print the times of other widgets, and their ratios to ours."""
    first, slow = medians["here"], medians["slow"]
    quick = ", ".join(f"{name} {ms} ({ms / first:.1f})" for name, ms in FIRST_OF_100.items())
    print(f"ms until the first of 100 (ours {first:.0f}): {quick}")
    print(f"ms on a slow line (ours {slow:.0f}): " + " to ".join(f"{ms} ({ms / slow:.1f})" for ms in ON_A_SLOW_LINE))
    print(f"layout shift (ours {shift:.4f} at worst): " + " to ".join(map(str, SHIFTS)))


def missing() -> str:
    """What has to be installed to measure the rest; empty if nothing is missing."""
    if not CHROMIUM.exists():
        return f"times and layout shift need {CHROMIUM}: apt-get install chromium"
    if not is_installed():
        return f"times and layout shift need the engine at {INTERPRETER}: make .venv-engine/installed"
    return ""


def main() -> int:
    """Print all results."""
    broken = show_bytes()
    if lack := missing():
        show_rivals_bytes()
        print(lack, file=sys.stderr)
        return 1
    with open(os.devnull, "w", encoding="utf-8") as nowhere, scene() as stood:  # noqa: PTH123  os.devnull is no Path
        logging.getLogger("afterword").handlers = [logging.StreamHandler(nowhere)]
        slow, medians = show_times(stood)
        moved, worst = show_shifts(stood)
    show_rivals_bytes()
    show_rivals_times(medians, worst)
    return int(broken + slow + moved > 0)


if __name__ == "__main__":
    sys.exit(main())
