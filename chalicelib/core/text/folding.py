"""Folds texts, so that rules compare what readers see and not how it is written.

``fold`` removes invisible characters (Unicode's default-ignorables) and accents (the marks of the combining
diacritical blocks, not those that are part of other scripts' words), and applies NFKC and case folding.
Folded texts are compared, never shown or stored.
"""

import re
import unicodedata

# Default_Ignorable_Code_Point of Unicode, which the standard library does not know.
IGNORABLES = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
ACCENTS = "\u0300-\u0344\u0346-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
REMOVED = re.compile(f"[{IGNORABLES}{ACCENTS}]")
LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]{}\"'`]+")


def fold(text: str) -> str:
    """The text without case, accents, invisible characters and typographic variants."""
    letters = REMOVED.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return unicodedata.normalize("NFKC", REMOVED.sub("", unicodedata.normalize("NFKD", letters)))


def links_in(folded: str) -> tuple[str, ...]:
    """The different web addresses in a folded text, in order: those with a scheme, or that begin with ``www.``."""
    found = (link.rstrip(".,:;!?*_~").rstrip("/") for link in LINK.findall(folded))
    return tuple(dict.fromkeys(found))
