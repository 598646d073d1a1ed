"""Markdown to HTML, with two layers of protection: our own writer for the parser's events, then nh3.

HTML tags and entities are not supported; they are shown as typed.  Images, headings, rules, tables, references
and links to anything but http, https and mailto are not supported either; their source is shown.  Line breaks
are preserved.  A link whose label looks like the address of another site shows where it leads.

Characters with a meaning that is not supported are replaced by character references before parsing.  The parser
turns these back into plain text; ``_typed`` does so where it doesn't (code, autolinks, slices of the source).
"""

import re
from collections import Counter
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from .disguise import real_place
from .sanitize import is_visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import nh3
    from pyromark.event import Range

RENDERER = 2  # stored with each comment; raise it when the output changes, so that comments can be rendered again
MAX_DEPTH = 10  # nesting of quotes and lists; deeper ones are flattened, to protect browsers

TAGS = {"a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "strong", "ul"}
ATTRIBUTES = {"*": set[str](), "a": {"href", "title"}, "code": {"data-language"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
REL = "ugc nofollow noopener"

AUTOLINK = r"<(?:https?://|mailto:)[^\s<>]*>|<[^\s<>@!?/][^\s<>@]*@[^\s<>@]+>"
SHIELDED = re.compile(
    rf"(?P<autolink>{AUTOLINK})|(?P<url>(?<![0-9A-Za-z_])https?://[^\s<>\[\]\\`]+)"
    r"|\\(?P<escaped>[&<#])|\\.|(?P<plain>[&<#]|!(?=\[)|(?<=\]):)",
    re.IGNORECASE,
)
ACTIVE = re.compile(r"[&*_~]")
REFERENCES = re.compile(r"&#(x?)([0-9a-f]+);")

SAFE_URL = re.compile(
    r"https?://(?:(?:[\w-]+\.)*[^\W\d][\w-]*\.?|[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?::[0-9]{1,4})?"
    r"(?:[/?#][^\s\x00-\x20\x7f-\xa0]*)?"
    r"|mailto:[^\s@\x00-\x20\x7f-\xa0]+@[^\s@\x00-\x20\x7f-\xa0]+",
    re.IGNORECASE,
)
BARE_URL = re.compile(r"(?<![0-9A-Za-z_])https?://\w[^\s<>\"\u3000-\u303f\uff00-\uff1f]*", re.IGNORECASE)
TAG = re.compile("<[^>]*>")
LINK_WITHOUT_ADDRESS = re.compile("<a (?!href=)")
LANGUAGE = re.compile(r"[A-Za-z0-9+#._-]{1,32}")
TRAILING = "?!.,:;*_~'"

Element = tuple[str, str]  # opening tag, closing tag
NOTHING: Element = ("", "")
INLINE: dict[str, Element] = {
    "Emphasis": ("<em>", "</em>"),
    "Strong": ("<strong>", "</strong>"),
    "Strikethrough": ("<del>", "</del>"),
}
PARAGRAPH: Element = ("<p>", "</p>\n")


def to_html(text: str) -> str:
    """Render a text that ``clean_text`` returned.  Takes linear time for any text."""
    html = _sanitizer().clean(_rendered(text))
    return _sanitizer().clean(_as_typed(text)) if _loses_something(html) else html


@cache
def _sanitizer() -> "nh3.Cleaner":
    import nh3  # noqa: PLC0415 - reading comments never loads it

    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags=set(),
        attributes=ATTRIBUTES,
        link_rel=REL,
        url_schemes=SCHEMES,
        url_relative="deny",
    )


@cache
def _parser() -> "Callable[[str], Iterator[tuple[Any, Range]]]":
    import pyromark  # noqa: PLC0415 - reading comments never loads it

    return pyromark.Markdown(options=pyromark.Options.ENABLE_STRIKETHROUGH).events_with_range


def _loses_something(html: str) -> bool:
    """Whether nh3 removed the address of a link, or nothing visible is left (only empty quotes and lists)."""
    return bool(LINK_WITHOUT_ADDRESS.search(html)) or not is_visible(TAG.sub("", html))


def _rendered(text: str) -> str:
    source = SHIELDED.sub(_shield, text)
    try:
        return _Writer(source).html(_parser()(source))
    except BaseException as error:
        # A panic of the parser's Rust code is not an Exception; the comment must not be lost because of it.
        if type(error).__name__ != "PanicException":
            raise
        return _as_typed(text)


def _as_typed(text: str) -> str:
    return "".join(f"<p>{_plain(part)}</p>\n" for part in re.split("\n{2,}", text))


def _shield(found: re.Match[str]) -> str:
    if found["autolink"]:
        return found[0].replace("&", "&#38;")
    if found["url"]:
        return _shielded_url(found[0])
    if found["escaped"]:
        return f"&#x{ord(found['escaped']):x};"
    return _reference(found) if found["plain"] else found[0]


def _shielded_url(url: str) -> str:
    """A bare URL in which nothing is emphasis; punctuation at its end may still close emphasis around it."""
    end = len(url.rstrip(TRAILING + ")"))
    return ACTIVE.sub(_reference, url[:end]) + url[end:].replace("&", "&#38;")


def _reference(char: re.Match[str]) -> str:
    return f"&#{ord(char[0])};"


def _typed(source: str) -> str:
    """What the person typed for this part of the shielded source."""
    return REFERENCES.sub(lambda ref: "\\" + chr(int(ref[2], 16)) if ref[1] else chr(int(ref[2])), source)


def _with_links(text: str) -> str:
    """Plain text as HTML, with links on bare URLs."""
    written, end = [], 0
    for found in BARE_URL.finditer(text):
        url = _without_trailing(found[0])
        if SAFE_URL.fullmatch(url):
            written += [_plain(text[end : found.start()]), _link(url, "", _plain(url))]
            end = found.start() + len(url)
    return "".join([*written, _plain(text[end:])])


def _without_trailing(url: str) -> str:
    """A URL without the punctuation of the surrounding sentence; balanced closing parentheses stay."""
    url = url.rstrip(TRAILING)
    surplus = min(url.count(")") - url.count("("), len(url) - len(url.rstrip(")")))
    return url[:-surplus].rstrip(TRAILING) if surplus > 0 else url


def _plain(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>\n")


def _link(url: str, title: str, label: str) -> str:
    titled = f' title="{escape(title)}"' if title else ""
    return f'<a href="{escape(url)}"{titled}>{label}</a>'


class _Writer:
    """Turns the parser's events for one shielded source into HTML."""

    def __init__(self, source: str) -> None:
        self._source = source.encode()
        self._written: list[str] = []
        self._text: list[str] = []  # collected until another event, because a URL may come in several pieces
        self._closing: list[str] = []
        self._open = Counter[str]()
        self._link: tuple[int, dict[str, str]] = (0, {})  # the index where its label starts, and its data

    def html(self, events: "Iterator[tuple[Any, Range]]") -> str:
        for event, place in events:
            [(name, value)] = event.items() if isinstance(event, dict) else [(event, "")]
            if name == "Text":
                self._text.append(value)
                continue
            if self._text:
                self._flush()
            self._written.append(self._html_of(name, value, place))
        if self._text:
            self._flush()
        return "".join(self._written)

    def _html_of(self, name: str, value: Any, place: "Range") -> str:  # noqa: ANN401  the parser's
        """The HTML of an event; ``value`` of a start or an end is a tag: its name, or a dict of its name and data."""
        match name:
            case "Start":
                [(tag, data)] = value.items() if isinstance(value, dict) else [(value, None)]
                return self._start(tag, data, place)
            case "End":
                [tag] = value if isinstance(value, dict) else [value]
                return self._end(tag, place)
            case "SoftBreak" | "HardBreak":
                return "<br>\n"
            case "Code":
                return f"<code>{_plain(_typed(str(value)))}</code>"
            case _:  # a rule; HTML can't get here, because it is shielded
                return f"<p>{_plain(self._slice(place).strip())}</p>\n"

    def _flush(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        if self._open["CodeBlock"]:
            self._written.append(escape(_typed(text), quote=False))
        else:
            self._written.append(_plain(text) if self._open["Link"] else _with_links(text))

    def _start(self, tag: str, value: object, place: "Range") -> str:
        opening, closing = PARAGRAPH if tag == "Paragraph" else self._element(tag, value, place)
        self._open[tag] += 1
        self._closing.append(closing)
        if tag == "Link" and isinstance(value, dict):
            self._link = (len(self._written), value)
        return opening

    def _end(self, tag: str, place: "Range") -> str:
        self._open[tag] -= 1
        return self._closing.pop() if tag != "Link" else self._closing.pop() + self._linked(place)

    def _element(self, tag: str, value: object, place: "Range") -> Element:
        if tag in INLINE:
            return NOTHING if self._open[tag] else INLINE[tag]
        match tag:
            case "BlockQuote" | "List" | "Item":
                return self._container(tag, value)
            case "CodeBlock":
                return _code_block(value)
            case "Heading":
                return "<p>", f"<br>\n{_plain(self._underline(place))}</p>\n"
            case _:
                return NOTHING

    def _container(self, tag: str, number: object) -> Element:
        depth = self._open["BlockQuote"] + self._open["List"]
        if tag == "Item":
            return ("<li>", "</li>\n") if depth <= MAX_DEPTH else ("<br>\n", "")
        if depth >= MAX_DEPTH:
            return NOTHING
        if tag == "BlockQuote":
            return "<blockquote>\n", "</blockquote>\n"
        if number is None:
            return "<ul>\n", "</ul>\n"
        return "<ol>\n" if number == 1 else f'<ol start="{number}">\n', "</ol>\n"

    def _linked(self, place: "Range") -> str:
        """The HTML of the link that ends here, or its source if its address is not supported."""
        start, link = self._link
        label = "".join(self._written[start + 1 :])
        del self._written[start + 1 :]
        url = link["dest_url"]
        if link["link_type"] in {"Autolink", "Email"}:
            url, label = _typed(url), _plain(_typed(url))
        if link["link_type"] == "Email":
            url = f"mailto:{url}"
        if not SAFE_URL.fullmatch(url) or not is_visible(label):
            return _with_links(self._slice(place))
        elsewhere = real_place(label, url)
        return _link(url, link["title"], f"{label} ({_plain(elsewhere)})" if elsewhere else label)

    def _underline(self, place: "Range") -> str:
        return self._slice(place).rstrip().rpartition("\n")[2].lstrip("> \t")

    def _slice(self, place: "Range") -> str:
        return _typed(self._source[place["start"] : place["end"]].decode())


def _code_block(kind: object) -> Element:
    """The element of a code block.  ``kind`` is "Indented" or {"Fenced": the text after the fence}."""
    words = kind["Fenced"].split() if isinstance(kind, dict) else []
    language = f' data-language="{words[0]}"' if words and LANGUAGE.fullmatch(words[0]) else ""
    return f"<pre><code{language}>", "</code></pre>\n"
