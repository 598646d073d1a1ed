"""An independent oracle for active HTML, based on html5lib, which parses as browsers do."""

import re
from collections.abc import Iterator
from typing import Any

import html5lib

ACTIVE = re.compile(
    "script|style|iframe|object|embed|applet|base|link|meta|title|noscript|template|slot|portal|svg|math"
    "|form|input|button|select|option|textarea|label|fieldset|output|keygen|isindex|dialog|details"
    "|img|image|picture|audio|video|source|track|canvas|map|area|frame|frameset|noframes|marquee|bgsound"
    "|xmp|plaintext|listing|noembed"
)
REFUSED = re.compile(
    "on.*|style|srcdoc|formaction|srcset|action|ping|poster|background|id|name|class|is|slot|form|manifest"
    "|download|target|autofocus|tabindex|contenteditable|accesskey|dynsrc|lowsrc|xmlns|codebase|classid"
)
URLS = {"href", "src", "cite", "longdesc", "data"}
SCHEMES = {"http", "https", "mailto"}
IGNORED = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]")
SCHEME = re.compile(r"([^/?#:]*):")


def flags(html: str) -> list[str]:
    """What is active in HTML, parsed as a fragment and as a page; empty if nothing is."""
    trees = (parse(html, namespaceHTMLElements=False) for parse in (html5lib.parseFragment, html5lib.parse))
    return [flag for tree in trees for element in tree.iter() for flag in _flags_of(element)]


def text_of(html: str) -> str:
    """What a reader sees of a fragment."""
    return "".join(html5lib.parseFragment(html, namespaceHTMLElements=False).itertext())


def elements(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each element's name and attributes, in order."""
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if element.tag != "DOCUMENT_FRAGMENT":
            yield str(element.tag), dict(element.attrib)


def _flags_of(element: Any) -> Iterator[str]:
    tag = _local(element.tag) if isinstance(element.tag, str) else "comment"
    if ACTIVE.fullmatch(tag):
        yield f"<{tag}>"
    for attribute, value in element.attrib.items():
        name = _local(attribute)
        if REFUSED.fullmatch(name):
            yield f"{tag}[{name}]"
        elif name in URLS and (scheme := _scheme(value)) not in SCHEMES:
            yield f"{tag}[{name}={scheme}:]"


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _scheme(url: str) -> str:
    """Relative URLs count as http: they stay on the site."""
    found = SCHEME.match(IGNORED.sub("", url))
    return found[1].lower() if found else "http"
