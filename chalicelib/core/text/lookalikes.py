"""Compares names by what they look like.

``skeleton`` is made for comparing with names that nobody else may use, so it is coarser than that of Unicode's UTS #39:
it also ignores spaces and punctuation, and takes digits for the letters that they resemble.  ``LOOKALIKES`` are those
letters that look like one Latin letter and that ``fold`` keeps, mostly of Unicode's ``confusables.txt`` (Unicode
License v3).
"""

import re
from unicodedata import category

from .folding import fold

LOOKALIKES = {  # Latin letter → letters of other scripts that look like it
    "a": "ᴀɑαаᎪᗅꓮ\U000102a0\U00016f40",
    "b": "ʙƅβвьᏏᏴᑲᖯᗷꓐꞵ\U00010282\U000102a1\U00010301",
    "c": "сᏟᴄⲥꓚ\U000102a2\U00010302\U0001043d\U0001051c\U000118e9\U000118f2",
    "d": "ᴅđԁᎠᏧᑯᗞᗪꓒꓓ",
    "e": "єᴇεеҽᎬⴹꓰꬲ\U00010286\U000118c6\U000118ce",
    "f": "ꜰϝքᖴẝꓝꞙꬵ\U00010287\U000102a5\U00010525\U000118c2",
    "g": "ɢƍɡԍցᏀᏳᶃꓖ",
    "h": "ħʜηнһհᎻᏂᕼⲏꓧ\U000102cf",
    "i": "ıɩɪιіӏᎥꙇ\U000118c3",
    "j": "ᴊʝϳјᎫᒍꓙ",
    "k": "ᴋκкᏦᛕⲕꓗ\U00010518",
    "l": "ʟłǀ۱Ꮮᒪᛁⲓⳑⵏꓡꓲ\U0001028a\U00010309\U00010320\U00010443\U00010526\U000118d2\U00016f16\U00016f28",
    "m": "ᴍμϻмᎷᗰᛖⲙꓟ\U000102b0\U00010311",
    "n": "пɴոռⲛꓠ\U00010513",
    "o": "øσοоօ۵०০੦૦ଠ୦௦౦೦ഠ൦๐໐ဝ၀ჿዐᴏᴑⲟⵔ〇ꓳꬽ\U00010292\U000102ab\U0001042c\U000104ea\U00010516\U000114d0"
    "\U000118c8\U000118d5\U000118d7\U000118e0",
    "p": "ᴘρрᏢᑭⲣꓑ\U00010295",
    "q": "ԛգզⵕ",
    "r": "ʀгᎡᎱᏒᖇᴦⲅꓣꭇꭈ\U000104dc\U00016f35",
    "s": "ƽѕտᏕᏚꓢꜱ\U00010296\U00010448\U000118c1\U00016f3a",
    "t": "ᴛτтᎢⲧꓔ\U00010297\U000102b1\U00010315\U00016f0a",
    "u": "ʋυսሀᑌᴜꓴꞟꭎꭒ\U000104f6\U000118d8\U00016f42",
    "v": "νѵ۷Ꮩᐯᴠⴸꓦꛟ\U0001051d\U00011706\U000118c0\U00016f08",
    "w": "ωɯѡԝաᎳᏔᴡꓪ\U0001170a\U0001170e\U0001170f\U000118e6\U000118ef",
    "x": "χхᕁᕽᚷⲭⵝꓫꭓ\U00010290\U000102b4\U00010317\U00010322\U00010527\U000118ec",
    "y": "ɣʏγуүყᎩᎽᶌỿⲩꓬꭚ\U000102b2\U000118dc\U00016f43",
    "z": "ζᏃᴢꓜ\U000102f5\U000118c4\U000118c9\U000118e5",
}
SIGNS = {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "|": "l"}
LATIN = str.maketrans({sign: letter for letter, signs in LOOKALIKES.items() for sign in signs} | SIGNS)
MERGED = (("i", "l"), ("rn", "m"), ("vv", "w"))  # that can hardly be told apart, in either case
NUMBER = re.compile(r"(?<!\w)[0-9]+(?!\w)")
EXCLAMATION = re.compile(r"(?<=\w)!(?=\w)")  # for an i
WRITTEN = {"Ll", "Lu", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Mc"}  # categories; other marks are left out


def skeletons(text: str) -> tuple[str, ...]:
    """The skeleton of each word of a text.  Words that are numbers are left out."""
    plain = EXCLAMATION.sub("l", NUMBER.sub(" ", fold(text)).translate(LATIN))
    words = "".join(letter if category(letter) in WRITTEN else " " * (category(letter) != "Mn") for letter in plain)
    for pair, letter in MERGED:
        words = words.replace(pair, letter)
    return tuple(words.split())


def skeleton(text: str) -> str:
    """What is equal for all texts that look the same, or differ only in spaces, punctuation and numbers."""
    return "".join(skeletons(text))
