"""Words that nobody may read, found in an answer however they are spelled."""

import base64
import re
import zlib
from html import unescape
from urllib.parse import unquote

CANARY = "canary"
SIGNED = re.compile(r"(?:cursor=|\"next\":\")([\w.-]+)")
SPELLINGS = (("%", "02", ""), ("\\u", "04", ""), ("\\x", "02", ""), ("&#x", "", ";"))


def forms(word: str) -> list[str]:
    """A word as it is, and in the spellings in which it could hide."""
    codes = word.encode()
    inside = [
        base64.b64encode(b"." * shift + codes).decode()[-(-8 * shift // 6) : 8 * (shift + len(codes)) // 6]
        for shift in range(3)  # what of its base64 does not depend on what stands around it
    ]
    spelled = ["".join(f"{before}{code:{width}x}{after}" for code in codes) for before, width, after in SPELLINGS]
    decimal = "".join(f"&#{code};" for code in codes)
    return [word, codes.hex(), decimal, *spelled, *inside]


def opened(text: str) -> list[str]:
    """What is written inside the signed cursors of an answer."""
    return [_opened(unquote(unescape(found))) for found in SIGNED.findall(text)]


def _opened(signed: str) -> str:
    payload = signed.rpartition(".")[0]
    data = base64.urlsafe_b64decode(payload.lstrip(".") + "===")
    return (zlib.decompress(data) if payload.startswith(".") else data).decode()


def tells(text: str, word: str = CANARY) -> list[str]:
    """In which spellings a word stands in a text, or in a cursor there."""
    whole = "\n".join([text, unescape(text), unquote(text), *opened(text)])
    lower = whole.lower()
    return [form for form in forms(word) if form in whole or form.lower() in lower]
