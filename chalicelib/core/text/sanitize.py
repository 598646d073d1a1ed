r"""What people type: made clean, or refused in words that a person understands.

Each ``clean_…`` returns what is stored, changes nothing when it runs again, and raises ValueError
otherwise.  Characters are code points: a family of emoji counts seven, and nothing is ever cut.

Explicit bidirectional controls (U+202A to 202E, U+2066 to 2069) go from texts too, rather than being
balanced: hardly anybody types them, and without them code reads in the order in which it runs.
The marks U+200E, U+200F and U+061C reach no further than their neighbours and stay in texts.
"""
# ruff: noqa: RUF001 - letters that are mistaken for others are a subject of this module

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

MAX_TEXT = 10_000  # characters
MAX_TEXT_BYTES = 4 * MAX_TEXT  # no character of UTF-8 is longer than 4 bytes
MAX_NAME = 80  # characters
MAX_LINK = 500  # characters
MAX_TITLE = 200  # characters
MAX_RAW = 4 * MAX_TEXT  # characters: longer input is refused before any work
MAX_MARKS = 8  # combining marks in a row

LINE_END = re.compile("\r\n|[\r\x85\u2028]")
SURROGATE = re.compile("[\ud800-\udfff]")
# Controls, annotations, bidirectional controls, byte order marks, deprecated formats, noncharacters.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffb"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Tags spell invisible text, except in a flag (England's, say).
TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f)|[\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]")
BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0\U0001d159]")  # letters and symbols that draw nothing

# A joiner that shapes what people read, between letters from Arabic to Tibetan or in an emoji; the rest.
JOINERS = re.compile(
    "(?<=[\u0600-\u0fff])([\u200c\u200d])(?=[\u0600-\u0fff])"
    "|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])(\u200d)(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
    "|[\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2065]"
)

HOST = re.compile(r"(?=.{1,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?!\d)[^\W_][\w-]{0,61}[^\W_]")
BARE_HOST = re.compile(r"[^\W_][\w.-]*\.[\w-]+(?::\d+)?(?:[/?#].*)?")
NOT_IN_LINK = re.compile(r"[\s\"'<>\\`]")
DEFAULT_PORT = {"http": 80, "https": 443}


def clean_text(text: str) -> str:
    """The text of a comment, as stored.

    Raises:
        ValueError: too long, nothing to see in it, or no valid Unicode.
    """
    return _bounded(tidy(_admitted(text)), MAX_TEXT)


def clean_name(name: str) -> str:
    """A display name: one line without anything that hides, reorders or only looks like nothing.

    Raises:
        ValueError: too long, nothing to see in it, or no valid Unicode.
    """
    return _bounded(_one_line(_admitted(name)), MAX_NAME)


def clean_title(title: str) -> str:
    """What a page calls itself: a name of up to 200 characters, or nothing.

    Raises:
        ValueError: too long, or no valid Unicode.
    """
    line = _one_line(_admitted(title))
    return _bounded(line, MAX_TITLE) if line else ""


def clean_note(note: str) -> str:
    """What one person writes to another, or nothing.

    Raises:
        ValueError: no valid Unicode.
    """
    return tidy(_admitted(note))


def clean_link(link: str) -> str:
    """A reader's website in one spelling of plain ASCII; https where no scheme is given.

    Raises:
        ValueError: no address of a public website.
    """
    typed = link.strip()
    if len(typed) > MAX_LINK:
        raise ValueError(f"must be at most {MAX_LINK} characters long")
    if not typed.isprintable() or NOT_IN_LINK.search(typed):
        raise ValueError("must be a web address without spaces, quotes or brackets")
    return _normal(_split(f"https://{typed}" if BARE_HOST.fullmatch(typed) else typed))


def tidy(text: str) -> str:
    """The cleaning alone, without limits: also for what is imported.

    Raises:
        ValueError: half a character (a lone surrogate).
    """
    if SURROGATE.search(text):
        raise ValueError("must not contain half a character (a lone surrogate)")
    text = LINE_END.sub("\n", text).replace("\u2029", "\n\n")
    text = TAGS.sub(r"\1", HIDDEN.sub("", text))
    # Clipped on both sides: normalising takes the square of a run's length, and may make marks.
    text = clip_marks(unicodedata.normalize("NFC", clip_marks(text)))
    return _without_blank_start(text).rstrip()


def is_visible(text: str) -> bool:
    """Whether a reader would see anything at all."""
    return any(_draws(char) for char in text)


def clip_marks(text: str) -> str:
    """The text with at most MAX_MARKS combining marks in a row (joiners between them don't count)."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for char in text:
        category = unicodedata.category(char)
        if category.startswith("M"):
            marks += 1
        elif category != "Cf":
            marks = 0
        if marks <= MAX_MARKS or not category.startswith("M"):
            kept.append(char)
    return "".join(kept)


def _admitted(raw: str) -> str:
    if len(raw) > MAX_RAW:
        raise ValueError(f"must be far shorter than {len(raw):,} characters")
    return raw


def _bounded(text: str, limit: int) -> str:
    if not is_visible(text):
        raise ValueError("must contain something that can be seen")
    if len(text) > limit:
        raise ValueError(f"must be at most {limit:,} characters long, not {len(text):,}")
    return text


def _draws(char: str) -> bool:
    """Unassigned and private characters count: fonts know more letters than this interpreter."""
    category = unicodedata.category(char)
    return category[0] not in "ZM" and category not in {"Cc", "Cf", "Cs"} and not BLANK.match(char)


def _without_blank_start(text: str) -> str:
    """The first line that says something keeps its indentation."""
    start = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, start) + 1 :]


def _one_line(name: str) -> str:
    """Each removal may give a joiner new neighbours, so this goes on until nothing changes."""
    before, after = "", name
    while after != before:
        before, after = after, " ".join(BLANK.sub(" ", tidy(JOINERS.sub(r"\1\2", after))).split())
    return after


def _split(link: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise ValueError("must be a web address, such as https://example.org/") from error
    if parts.scheme not in DEFAULT_PORT:
        raise ValueError("must be a web address that begins with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user name or a password")
    return parts


def _normal(parts: SplitResult) -> str:
    parts = SplitResult(*(unicodedata.normalize("NFC", part) for part in parts))
    place = _ascii_host(parts.hostname or "")
    if parts.port and parts.port != DEFAULT_PORT[parts.scheme]:
        place += f":{parts.port}"
    path, query, fragment = (quote(part, safe="%/?:@!$&()*+,;=~") for part in (parts.path or "/", *parts[3:]))
    normal = urlunsplit((parts.scheme, place, path, query, fragment))
    if len(normal) > MAX_LINK:
        raise ValueError(f"must be at most {MAX_LINK} characters long when written in ASCII")
    return normal


def _ascii_host(host: str) -> str:
    """Look-alike letters show themselves as ``xn--…``; addresses of machines are no websites."""
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError("must name a host that exists") from error
    if not HOST.fullmatch(ascii_host):
        raise ValueError("must name a host, such as example.org")
    return ascii_host


# A table of our own: the full one is thousands of lines of JSON to parse at a cold start, nearly all of
# them for scripts in which no moderator here is named.
LOOK_ALIKES = {
    ord(alike): letter
    for letter, alikes in {
        "a": "АаΑαɑᴀᎪ4@",
        "b": "ВвЬьΒβʙᏴ",
        "c": "СсᴄᏟ",
        "d": "ԀԁᴅᎠĐđ",
        "e": "ЕеЄєΕεᴇᎬ3",
        "f": "ꜰ",
        "g": "Ԍɡցɢ",
        "h": "НнҺһΗհĦħʜᎻ",
        "j": "ЈјᴊᎫ",
        "k": "КкΚκᴋᏦ",
        "l": "IiІіӀӏΙιıɩɪʟᏞŁł1|!",
        "m": "МмΜᴍᎷ",
        "n": "ПпηɴոΝ",
        "o": "ОоΟοσᴏՕօØø0",
        "p": "РрΡρᴘᏢ",
        "q": "Ԛԛ",
        "r": "Ггʀ",
        "s": "ЅѕꜱՏᏚ5$",
        "t": "ТтΤτᴛᎢ7",
        "u": "υᴜՍս",
        "v": "Ѵѵνᴠ",
        "w": "ԜԝωᴡᎳ",
        "x": "ХхΧχ",
        "y": "УуҮүΥγʏ",
        "z": "ΖᴢᏃ",
    }.items()
    for alike in alikes
}


def skeleton(name: str) -> str:
    """What a hurried reader takes a name for (after UTS #39): equal skeletons look alike.

    Only for comparing.  White space, accents and invisible characters go; i, l, I, 1 and | are one letter.
    """
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", name) if _draws(char) or unicodedata.category(char) == "Mc"
    )
    folded = bare.translate(LOOK_ALIKES).casefold().translate(LOOK_ALIKES)
    return folded.replace("rn", "m").replace("vv", "w")
