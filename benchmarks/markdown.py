"""Measures how long hostile texts take to render: ``python -m benchmarks.markdown``.

Prints CPU milliseconds for 10,000 characters, the limit of a text, and their ratio to those for 5,000.  Exits with 1
if a text takes longer than the limit, or if its time grows faster than its length.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

from chalicelib.core.text.markdown import to_html
from chalicelib.core.text.sanitize import MAX_TEXT

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "pathological_markdown.json"
BAR = 50  # milliseconds
GROWTH = 2.5  # times, for twice the text
NOISE = 5  # milliseconds; for shorter times, growth means nothing
ROUNDS = 5
# The slowest texts for this renderer and for others that were tried
PATTERNS = [
    "- - - a\n",
    "1) ",
    "> > - ",
    ">> ",
    "> a\n\n",
    "[*a_](",
    "<a>[",
    "[]((",
    "**_* ",
    "http://a/(",
    "<!--",
    "&",
]

Parts = list[tuple[str, int]]


def main() -> int:
    """Measure every text and print the slowest first."""
    to_html("warm *up*")
    rows = sorted(((*measured(parts), name) for name, parts in texts()), reverse=True)
    for ms, growth, name in rows:
        print(f"{ms:8.1f} ms  x{growth:3.1f}  {name}")
    return int(any(ms > BAR or (ms > NOISE and growth > GROWTH) for ms, growth, _ in rows))


def texts() -> Iterator[tuple[str, Parts]]:
    """The texts of the corpus, if it is there, and our own."""
    if CORPUS.exists():
        for row in json.loads(CORPUS.read_text(encoding="utf-8")):
            yield row["name"], row["parts"]
    for pattern in PATTERNS:
        yield repr(pattern), [(pattern, MAX_TEXT)]


def measured(parts: Parts) -> tuple[float, float]:
    """CPU milliseconds at the limit of a text, and their ratio to those at half of it."""
    whole, half = (fastest(scaled(parts, length)) for length in (MAX_TEXT, MAX_TEXT // 2))
    return whole * 1_000, whole / half


def scaled(parts: Parts, length: int) -> str:
    """A text of exactly this length; the repeated parts fill it up."""
    once = sum(len(text) for text, count in parts if count == 1)
    often = sum(len(text) * count for text, count in parts if count > 1)
    text = "".join(text * (1 if count == 1 else int(count * (length - once) / often)) for text, count in parts)
    return text + parts[-1][0][:1] * (length - len(text))


def fastest(text: str) -> float:
    """CPU seconds of the fastest round."""
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        to_html(text)
        times.append(process_time() - start)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
