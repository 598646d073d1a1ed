"""Canary words: hidden text that is detected in a response in any encoding."""

import base64
import re
import zlib
from html import unescape
from urllib.parse import unquote

from chalicelib.core.crypto.signing import SIGNED

CANARY = "canary"
SIGNED_CURSOR = re.compile(rf"(?:cursor=|\"next\":\")({SIGNED.pattern})(?![\w.~-])")
SPELLINGS = (("%", "02", ""), ("\\u", "04", ""), ("\\x", "02", ""), ("&#x", "", ";"))


def spellings_of(word: str) -> list[str]:
    """A word in every encoding in which it could appear."""
    codes = word.encode()
    inside = [
        base64.b64encode(b"." * shift + codes).decode()[-(-8 * shift // 6) : 8 * (shift + len(codes)) // 6]
        for shift in range(3)  # the part of its base64 that does not depend on the surrounding text
    ]
    spelled = ["".join(f"{before}{code:{width}x}{after}" for code in codes) for before, width, after in SPELLINGS]
    decimal = "".join(f"&#{code};" for code in codes)
    return [word, codes.hex(), decimal, *spelled, *inside]


def decoded_cursors(text: str) -> list[str]:
    """The contents of the signed cursors in a response.  Those of public pages are plain text."""
    return [_decoded(unquote(unescape(found))) for found in SIGNED_CURSOR.findall(text)]


def _decoded(signed: str) -> str:
    payload = signed.rpartition(".")[0]
    data = base64.urlsafe_b64decode(payload.lstrip(".") + "===")
    return (zlib.decompress(data) if payload.startswith(".") else data).decode()


def spellings_found(text: str, word: str = CANARY) -> list[str]:
    """The encodings of a word that occur in a text or in its cursors."""
    whole = "\n".join([text, unescape(text), unquote(text), *decoded_cursors(text)])
    lower = whole.lower()
    return [form for form in spellings_of(word) if form in whole or form.lower() in lower]
