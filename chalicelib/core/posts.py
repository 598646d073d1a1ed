"""Posts: what names them, and what is known of one.

The rule for keys, with the same test vectors for every language that implements it
(``tests/vectors/post_keys.json``): a key is NFC and has no control characters.  One that begins
with ``/`` is a path: query and fragment go, percent-encoding is decoded once (but ``%25 %3F %23``
stay, so that folding twice changes nothing, and bytes that are no UTF-8 stay), ``index.html`` and
trailing slashes go.
"""

import re
import unicodedata
from calendar import monthrange
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes

MAX_KEY = 1_024  # bytes: what a sort key of DynamoDB holds
ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
DATED = re.compile(r"/(?:[^/]+/)?(\d{4})/(\d{2})/(?:(\d{2})/)?")
FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, line and paragraph separators


@dataclass(frozen=True, kw_only=True)
class Post:
    """``count`` is exact: it changes only in the transaction that changes a comment's status or its post.

    ``moving`` is the move that goes on with it, ``moves`` are those that stand, first to last; ``moved_to`` is the
    post where its comments went.
    """

    key: str
    count: int = 0
    closed: bool = False
    title: str = ""
    proposed_title: str = ""
    first_seen: datetime | None = None
    version: int = 0
    moving: str = ""
    moves: tuple[str, ...] = ()
    moved_to: str = ""


def published_on(post: Post) -> datetime | None:
    """When the post appeared at the latest, as far as is known: the date in its path, or its first submission."""
    dates = [post.first_seen] if post.first_seen else []
    if found := DATED.match(post.key):
        with suppress(ValueError):  # it only looks like a date
            year, month = int(found[1]), int(found[2])
            day = int(found[3]) if found[3] else monthrange(year, month)[1]
            dates.append(datetime(year, month, day, tzinfo=UTC))
    return min(dates, default=None)


def post_key(raw: str) -> str:
    """Fold what a page calls itself into the key of its post.

    Raises:
        ValueError: empty, too long, or with characters that no key may hold.
    """
    key = _folded_path(raw) if raw.startswith("/") else unicodedata.normalize("NFC", raw)
    if not key.strip():
        raise ValueError("must name a post")
    if any(unicodedata.category(letter) in FORBIDDEN for letter in key):
        raise ValueError("must not contain control characters")
    if len(key.encode()) > MAX_KEY:
        raise ValueError(f"must be at most {MAX_KEY} bytes long")
    return key


def _folded_path(raw: str) -> str:
    path = re.split(r"[?#]", raw, maxsplit=1)[0]
    path = unicodedata.normalize("NFC", ENCODED.sub(_decoded, path))
    path = re.sub(r"/index\.html/*$", "/", path)
    return path.rstrip("/") or "/"


def _decoded(run: re.Match[str]) -> str:
    """One run of percent-encoded bytes; what must stay encoded keeps one spelling."""
    text = unquote_to_bytes(run[0]).decode("utf-8", "surrogateescape")
    return "".join(_kept(letter) for letter in text)


def _kept(letter: str) -> str:
    if letter in "%?#":
        return quote(letter, safe="")
    if "\udc80" <= letter <= "\udcff":  # a byte that is no UTF-8
        return f"%{ord(letter) - 0xDC00:02X}"
    return letter


def post_link(site: str, key: str) -> str:
    """The post's address on the owner's site, or nothing for a key that is no path."""
    return site.rstrip("/") + quote(key, safe="/%:@!$&'()*+,;=~") if site and key.startswith("/") else ""
