"""Links that look as if they led elsewhere: the text of a link may be the address of another site."""

import re
import unicodedata
from html import unescape
from urllib.parse import urlsplit

from .folding import IGNORABLES

TAG = re.compile("<[^>]*>")
DOTS = re.compile("[\u3002\ua4f8\u2027\u30fb]")  # letters that look like a dot and aren't folded to one
INVISIBLE = re.compile(f"[{IGNORABLES}]")
AUTHORITY = re.compile(r"https?://([^\s/?#]*)")
WORD = re.compile(r"[\w.-]+")


def real_place(label: str, url: str) -> str:
    """The host or the e-mail address to which a link leads, if its label, as HTML, looks like another host; else empty.

    It is written in ASCII, so that look-alike letters don't disguise it again.
    """
    visible = INVISIBLE.sub("", unicodedata.normalize("NFKC", unescape(TAG.sub("", label))))
    shown = DOTS.sub(".", visible).casefold()
    place, host = _place_of(url)
    hosts = [word.strip(".-") for word in WORD.findall(shown) if _is_host(word.strip(".-"))]
    is_disguise = any(_bare(each) != _bare(host) for each in [*hosts, *AUTHORITY.findall(shown)])
    return place if is_disguise else ""


def _is_host(word: str) -> bool:
    """Whether a word looks like a host: parts between dots, the last of two characters or more, the first a letter."""
    parts = word.split(".")
    return len(parts) > 1 and all(parts) and len(parts[-1]) > 1 and parts[-1][0].isalpha()


def _place_of(url: str) -> tuple[str, str]:
    """The host or the e-mail address of a URL, and its host."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() == "mailto":
        name, _, domain = rest.partition("?")[0].rpartition("@")
        return f"{name}@{_ascii(domain)}", _ascii(domain)
    host = _ascii(urlsplit(url).hostname or "")
    return host, host


def _bare(host: str) -> str:
    return _ascii(host).removeprefix("www.")


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return host.lower()
