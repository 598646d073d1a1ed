r"""Sanitizing: cleans what people type, or explains why it is not accepted.

Each ``clean_…`` function returns the text to store, or raises ValueError with a message for people.  Cleaning a
clean text changes nothing.  Lengths are in code points, of which an emoji of a family has seven; texts are never cut.

Explicit bidirectional controls (U+202A to 202E, U+2066 to 2069) are removed, not balanced: hardly anybody
types them, and without them code is shown in the order in which it runs.  The marks U+200E, U+200F and U+061C
affect only their neighbours and stay in texts.
"""

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

MAX_TEXT = 10_000  # characters
MAX_TEXT_BYTES = 4 * MAX_TEXT  # no character of UTF-8 is longer than 4 bytes
MAX_NAME = 80  # characters
MAX_LINK = 500  # characters
MAX_TITLE = 200  # characters
MAX_NOTE = 500  # characters
RAW = 4  # times the limit of a field: longer input is refused without being cleaned, which may shorten it
MAX_MARKS = 8  # combining marks in a row

LINE_END = re.compile("\r\n|[\r\x85\u2028]")
SURROGATE = re.compile("[\ud800-\udfff]")
# Controls, annotations, bidirectional controls, byte order marks, deprecated formats, noncharacters.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffb"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Tag characters encode invisible text, except in flags such as England's.
TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f)|[\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]")
INK = re.compile("[!-~]")  # visible ASCII
BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0\U0001d159]")  # letters and symbols that are invisible

# Groups 1 and 2: joiners that change how text looks, between letters from Arabic to Tibetan or in emoji.
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
    """The text of a comment, as it is stored.

    Raises:
        ValueError: it is too long, has no visible characters, or is not valid Unicode.
    """
    return _bounded(tidy(_with_raw_limit(text, MAX_TEXT)), MAX_TEXT)


def clean_name(name: str) -> str:
    """A display name: one line without invisible and reordering characters.

    Raises:
        ValueError: it is too long, has no visible characters, or is not valid Unicode.
    """
    return _bounded(_one_line(_with_raw_limit(name, MAX_NAME)), MAX_NAME)


def clean_title(title: str) -> str:
    """The title of a post: one line of up to 200 characters, or empty.

    Raises:
        ValueError: it is too long or not valid Unicode.
    """
    line = _one_line(_with_raw_limit(title, MAX_TITLE))
    return _bounded(line, MAX_TITLE) if line else ""


def clean_note(note: str) -> str:
    """A note to or from a moderator, which may be empty.

    Raises:
        ValueError: it is not valid Unicode.
    """
    return tidy(_with_raw_limit(note, MAX_NOTE))


def clean_link(link: str) -> str:
    """The URL of a reader's website, normalized to ASCII; https if the scheme is missing.

    Raises:
        ValueError: it is not the URL of a public website.
    """
    typed = _with_raw_limit(link, MAX_LINK).strip()
    if len(typed) > MAX_LINK:
        raise ValueError(f"must be at most {MAX_LINK} characters long")
    if not typed.isprintable() or NOT_IN_LINK.search(typed):
        raise ValueError("must be a web address without spaces, quotes or brackets")
    return _normalized(_split(f"https://{typed}" if BARE_HOST.fullmatch(typed) else typed))


def tidy(text: str) -> str:
    """A text cleaned but without limits; also used for imported comments.

    Raises:
        ValueError: the text has a lone surrogate.
    """
    if SURROGATE.search(text):
        raise ValueError("must be valid Unicode, without lone surrogates")
    text = LINE_END.sub("\n", text).replace("\u2029", "\n\n")
    text = TAGS.sub(r"\1", HIDDEN.sub("", text))
    # Clipped twice: normalization takes quadratic time in the length of a run of marks, and may add marks.
    text = clip_marks(unicodedata.normalize("NFC", clip_marks(text)))
    return _without_blank_start(text).rstrip()


def is_visible(text: str) -> bool:
    """Whether a text has any visible character."""
    return bool(INK.search(text)) or any(_is_visible_char(char) for char in text)


def clip_marks(text: str) -> str:
    """The text with at most MAX_MARKS combining marks in a row (joiners between them don't count)."""
    if text.isascii():
        return text
    clipped, marks = [], 0
    for char in text:
        category = unicodedata.category(char)
        if category.startswith("M"):
            marks += 1
        elif category != "Cf":
            marks = 0
        if marks <= MAX_MARKS or not category.startswith("M"):
            clipped.append(char)
    return "".join(clipped)


def _with_raw_limit(raw: str, limit: int) -> str:
    if len(raw) > RAW * limit:
        raise ValueError(f"must be much shorter than {len(raw):,} characters")
    return raw


def _bounded(text: str, limit: int) -> str:
    if not is_visible(text):
        raise ValueError("must contain visible characters")
    if len(text) > limit:
        raise ValueError(f"must be at most {limit:,} characters long, not {len(text):,}")
    return text


def _is_visible_char(char: str) -> bool:
    """Whether a character is visible.  Unassigned and private ones count: fonts may know more letters than Python."""
    category = unicodedata.category(char)
    return category[0] not in "ZM" and category not in {"Cc", "Cf", "Cs"} and not BLANK.match(char)


def _without_blank_start(text: str) -> str:
    """Remove blank lines at the start; the first other line keeps its indentation."""
    start = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, start) + 1 :]


def _one_line(name: str) -> str:
    """Repeat until nothing changes, because each removal may give a joiner new neighbours."""
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


def _normalized(parts: SplitResult) -> str:
    parts = SplitResult(*(unicodedata.normalize("NFC", part) for part in parts))
    netloc = _ascii_host(parts.hostname or "")
    if parts.port and parts.port != DEFAULT_PORT[parts.scheme]:
        netloc += f":{parts.port}"
    path, query, fragment = (quote(part, safe="%/?:@!$&()*+,;=~") for part in (parts.path or "/", *parts[3:]))
    url = urlunsplit((parts.scheme, netloc, path, query, fragment))
    if len(url) > MAX_LINK:
        raise ValueError(f"must be at most {MAX_LINK} characters long when written in ASCII")
    return url


def _ascii_host(host: str) -> str:
    """The host in ASCII, where look-alike letters show as ``xn--…``.  IP addresses and local names are refused."""
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError("must name a host that exists") from error
    if not HOST.fullmatch(ascii_host):
        raise ValueError("must name a host, such as example.org")
    return ascii_host
