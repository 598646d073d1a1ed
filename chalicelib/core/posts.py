"""Posts: their keys, and what is stored about each.

A post key is in NFC and has no control characters.  A key that begins with ``/`` is a path, which is
normalized: query and fragment are removed, percent-encoding is decoded once (except ``%25 %3F %23``, so that
normalizing twice changes nothing, and bytes that are not UTF-8), ``index.html`` and trailing slashes are removed.
``tests/vectors/post_keys.json`` has test vectors for all implementations of this rule.
"""

import re
import unicodedata
from calendar import monthrange
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes

MAX_KEY = 1_024  # bytes: the limit of a sort key in DynamoDB
MAX_RAW = 4 * MAX_KEY  # characters, before they are decoded and normalized
ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
DATED = re.compile(r"/(?:[^/]+/)?(\d{4})/(\d{2})/(?:(\d{2})/)?")
FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, line and paragraph separators


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post.  ``count`` is the exact number of its published comments.

    The count changes only in the transactions that publish, hide or move a comment; so do ``size`` and ``long``, which
    change with edits too (core/totals.py says what they add up).  ``moving`` is the id of the
    relocation in progress; ``relocations`` are the ids of those in effect, in order.  ``moved_to`` is the key of the
    post to which the comments were moved.
    """

    key: str
    count: int = 0
    size: int = 0
    long: int = 0
    closed: bool = False
    title: str = ""
    proposed_title: str = ""
    first_seen: datetime | None = None
    version: int = 0
    moving: str = ""
    relocations: tuple[str, ...] = ()
    moved_to: str = ""


def published_on(post: Post) -> datetime | None:
    """The date of the post, as far as it is known: the date in its path or the first submission, if that is earlier."""
    dates = [post.first_seen] if post.first_seen else []
    if found := DATED.match(post.key):
        with suppress(ValueError):  # not a valid date
            year, month = int(found[1]), int(found[2])
            day = int(found[3]) if found[3] else monthrange(year, month)[1]
            dates.append(datetime(year, month, day, tzinfo=UTC))
    return min(dates, default=None)


def post_key(raw: str) -> str:
    """The key of a post from its path or name.

    Raises:
        ValueError: it is empty, too long, or has characters that are not allowed in a key.
    """
    if len(raw) > MAX_RAW:
        raise ValueError(f"must be at most {MAX_KEY} bytes long")
    key = _normalized_path(raw) if raw.startswith("/") else unicodedata.normalize("NFC", raw)
    if not key.strip():
        raise ValueError("must name a post")
    if any(unicodedata.category(letter) in FORBIDDEN for letter in key):
        raise ValueError("must not contain control characters")
    if len(key.encode()) > MAX_KEY:
        raise ValueError(f"must be at most {MAX_KEY} bytes long")
    return key


def _normalized_path(raw: str) -> str:
    path = re.split(r"[?#]", raw, maxsplit=1)[0]
    path = unicodedata.normalize("NFC", ENCODED.sub(_decoded, path))
    path = re.sub(r"/index\.html/*$", "/", path)
    return path.rstrip("/") or "/"


def _decoded(run: re.Match[str]) -> str:
    """Decode a run of percent-encoded bytes, except for those that must stay encoded."""
    text = unquote_to_bytes(run[0]).decode("utf-8", "surrogateescape")
    return "".join(_encoded(letter) for letter in text)


def _encoded(letter: str) -> str:
    if letter in "%?#":
        return quote(letter, safe="")
    if "\udc80" <= letter <= "\udcff":  # a byte that is not UTF-8
        return f"%{ord(letter) - 0xDC00:02X}"
    return letter


def post_link(site: str, key: str) -> str:
    """The URL of the post on the owner's site; empty if its key is not a path or the site is not set."""
    return site.rstrip("/") + quote(key, safe="/%:@!$&'()*+,;=~") if site and key.startswith("/") else ""
