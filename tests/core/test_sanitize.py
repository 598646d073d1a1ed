"""Sanitizing: what is cleaned, what is refused, and which names look alike."""
# ruff: noqa: RUF001 - these tests are about letters that look like others

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.posts import MAX_KEY, post_key
from chalicelib.core.text.lookalikes import LATIN, skeleton
from chalicelib.core.text.sanitize import (
    HIDDEN,
    MAX_LINK,
    MAX_MARKS,
    MAX_NAME,
    MAX_NOTE,
    MAX_TEXT,
    MAX_TEXT_BYTES,
    MAX_TITLE,
    clean_link,
    clean_name,
    clean_note,
    clean_text,
    clean_title,
    clip_marks,
    is_visible,
    tidy,
)

ODD = st.text(
    st.sampled_from(
        "ab1 \n\t\r\x00\x1b\x85\xa0\xad\u0301\u0344\u0323\u05b0\u064b\u0639\u0646\u094d\u0915\u115f\u1160\u180e"
        "\u200b\u200c\u200d\u200e\u2028\u2029\u202e\u2060\u2066\u2069\u2800\u3000\u3164\ufdd0\ufe0f\ufeff\ufff9\uffa0"
        "\u2764\U0001f468\U0001f3f4\U000e0067\U000e007f\U000e0100\U0010ffff"
    ),
    max_size=30,
)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def refusal_of(clean: Callable[[str], str], text: str) -> str:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - callers check the message
        clean(text)
    return str(refusal.value)


def outcome(clean: Callable[[str], str], text: str) -> str | None:
    try:
        return clean(text)
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\r\nb\rc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\n\nf"),
        ("a\x00\x01\x07\x08\x0b\x0c\x0e\x1b[31mb\x7f\x9b", "a[31mb"),
        ("a\tb", "a\tb"),
        ("e\u0301", "\u00e9"),
        ("\ufff9a\ufffab\ufffb", "ab"),
        ("abc\u202edef \u2066ghi", "abcdef ghi"),
        ("\u05d0\u200eb\u200f\u061c", "\u05d0\u200eb\u200f\u061c"),
        ("\n \n    a\n\n\nb \n\n", "    a\n\n\nb"),
        ("a\ufeff\ufdd0\uffff\U0010fffe", "a"),
        (f"{ENGLAND}a\U000e0061\U000e0062", f"{ENGLAND}a"),
        (FAMILY, FAMILY),
        ("\u8fbb\U000e0100", "\u8fbb\U000e0100"),
        ("a\u00ad\u200bb", "a\u00ad\u200bb"),
    ],
)
def test_a_text_is_stored_clean(typed: str, stored: str) -> None:
    assert clean_text(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Ann \n\t Lee\u3000\xa0", "Ann Lee"),
        ("A" + 300 * "\n" + "b", "A b"),
        ("adm\u200bin\u2060\u00ad\u180e", "admin"),
        ("bob\u2800\u3164", "bob"),
        ("\u200fabc\u202edef", "abcdef"),
        ("a\u200db", "ab"),
        (FAMILY, FAMILY),
        ("\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f3f3\ufe0f\u200d\U0001f308"),
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
        ("a\u200b\u0301", "\u00e1"),
        (ENGLAND, ENGLAND),
    ],
)
def test_a_name_is_one_line_without_invisible_characters(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored


@pytest.mark.parametrize("clean", [clean_text, clean_name])
@pytest.mark.parametrize(
    "text",
    ["", " \n", "\u200b\u200d\ufeff", "\u3164", "\u2800", "\u0301\u0301", "\U000e0061", "\u2028", "\u202e", "\x00"],
)
def test_a_text_without_visible_characters_is_refused(clean: Callable[[str], str], text: str) -> None:
    assert refusal_of(clean, text) == "must contain visible characters"


@pytest.mark.parametrize("text", ["a", ".", "\ue000", "\u0378", "\ufffd", "\U0001f1e6", "\u0e01\u0e33"])
def test_letters_that_only_newer_fonts_know_count_as_visible(text: str) -> None:
    assert clean_text(text) == clean_name(text) == text


def test_limits_apply_after_cleaning() -> None:
    assert clean_text("a" * MAX_TEXT + "\x00") == "a" * MAX_TEXT
    assert clean_name("é" * MAX_NAME) == clean_name("e\u0301" * MAX_NAME) == "é" * MAX_NAME
    assert refusal_of(clean_text, "a" * 10_001) == "must be at most 10,000 characters long, not 10,001"
    assert refusal_of(clean_name, "a" * 81) == "must be at most 80 characters long, not 81"
    assert "characters" in refusal_of(clean_text, "\ufb2c" * 5_000)


def test_the_longest_text_has_at_most_its_limit_of_bytes() -> None:
    assert len(clean_text("\U0001f600" * MAX_TEXT).encode()) == MAX_TEXT_BYTES


@pytest.mark.parametrize(
    ("clean", "limit"),
    [
        (clean_text, MAX_TEXT),
        (clean_name, MAX_NAME),
        (clean_title, MAX_TITLE),
        (clean_note, MAX_NOTE),
        (clean_link, MAX_LINK),
        (post_key, MAX_KEY),
    ],
)
def test_far_too_long_input_is_refused_without_cleaning(clean: Callable[[str], str], limit: int) -> None:
    """Cleaning would shorten each of these to an accepted value."""
    padding = "/" if clean is post_key else " " if clean is clean_link else "\u202e"
    far_too_long = (("/a" if clean is post_key else "a.example") + padding * 40_000)[: 4 * limit + 1]

    assert clean(far_too_long[: 4 * limit])
    assert refusal_of(clean, far_too_long).startswith("must be ")


@pytest.mark.parametrize("clean", [clean_text, clean_name, clean_link])
def test_a_lone_surrogate_is_refused(clean: Callable[[str], str]) -> None:
    assert refusal_of(clean, "https://a.bc/\ud800\ud800").startswith("must ")


def test_marks_are_clipped_whatever_is_between_them() -> None:
    zalgo = "Z" + "\u0300" * 20 + "\u200d" + "\u0301" * 20 + "a"

    assert sum(unicodedata.combining(char) > 0 for char in tidy(zalgo)) <= MAX_MARKS
    assert tidy(zalgo).endswith("a")


def test_marks_in_descending_order_take_little_time() -> None:
    marks = [chr(code) for code in range(0x300, 0x350) if unicodedata.combining(chr(code)) > 0]
    worst = sorted(marks, key=unicodedata.combining, reverse=True) * 500

    assert len(tidy("a" + "".join(worst))) <= 1 + MAX_MARKS


@given(ODD | st.text())
def test_cleaning_is_idempotent(text: str) -> None:
    for clean in (clean_text, clean_name):
        cleaned = outcome(clean, text)
        assert cleaned is None or clean(cleaned) == cleaned


@given(ODD | st.text())
def test_accepted_text_is_normalized_visible_and_harmless(text: str) -> None:
    for cleaned in filter(None, (outcome(clean_text, text), outcome(clean_name, text))):
        assert unicodedata.is_normalized("NFC", cleaned)
        assert is_visible(cleaned)
        assert not HIDDEN.search(cleaned)
        assert clip_marks(cleaned) == cleaned
        assert cleaned.encode().decode() == cleaned


@given(ODD | st.text())
def test_a_name_is_one_line(text: str) -> None:
    name = outcome(clean_name, text) or ""

    assert name == " ".join(name.split())


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=MAX_NAME))
def test_plain_text_is_not_changed(text: str) -> None:
    assert clean_text(text) == clean_name(text) == text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" https://Example.org ", "https://example.org/"),
        ("HTTP://example.org:80/a?b=c#d", "http://example.org/a?b=c#d"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/~ann/", "https://example.org:8443/~ann/"),
        ("example.org", "https://example.org/"),
        ("example.org/x", "https://example.org/x"),
        ("www.example.org:8080?x", "https://www.example.org:8080/?x"),
        ("https://bücher.example/ä?ö#ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6#%C3%BC"),
        ("https://аpple.com/", "https://xn--pple-43d.com/"),
        ("https://example.org/a%20b[c]", "https://example.org/a%20b%5Bc%5D"),
        ("my_blog.example.org", "https://my_blog.example.org/"),
    ],
)
def test_a_link_is_normalized(typed: str, stored: str) -> None:
    assert clean_link(typed) == stored


NOT_A_WEBSITE = r"""
ann localhost localhost:8000 http://localhost/ http:example.org http:///example.org //example.org /x
javascript:alert(1) javascript.x:alert(1) data:text/html,x mailto:ann@example.org ann@example.org
ftp://example.org https://ann@example.org/ https://ann:secret@example.org/ https://example.org:99999/
https://example.org:x/ https://127.0.0.1/ https://2130706433/ https://[::1]/ https://1.2/ https://a..b/
https://.org/ https://-a.org/ https://example.org/\x https:\\example.org/ https://example.org/'x
https://example.org/"x https://example.org/<x> https://example.org/`x https://ex%61mple.org/
"""


@pytest.mark.parametrize(
    "typed",
    [
        *NOT_A_WEBSITE.strip().splitlines(),
        "",
        f"https://{'a' * 64}.org/",
        f"https://{'a.' * 130}org/",
        "https://example.org/\x00",
        "https://example.org/\u202ex",
        "https://example.org/\u00a0x",
        "https://example.org\u2100/",
        "https://example.org/" + "a" * MAX_LINK,
        "https://example.org/" + "ä" * 200,
    ],
)
def test_a_link_that_is_not_a_website_is_refused_with_a_message(typed: str) -> None:
    assert refusal_of(clean_link, typed).startswith("must ")


@given(
    st.sampled_from(["", "http://", "HTTPS://"]),
    st.text(st.sampled_from("aäÄß.-_1"), max_size=8),
    st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="\"'<>\\`") | st.sampled_from("/?#%:@[]")),
)
def test_a_link_is_ascii_and_cleaning_it_again_changes_nothing(scheme: str, host: str, path: str) -> None:
    link = outcome(clean_link, f"{scheme}{host}a.org/{path}")

    assert link is None or clean_link(link) == link
    assert link is None or link.isascii()
    assert link is None or link.startswith(("https://", "http://"))


@given(st.text())
def test_any_text_can_be_cleaned_as_a_link(typed: str) -> None:
    link = outcome(clean_link, typed)

    assert link is None or clean_link(link) == link


@pytest.mark.parametrize(
    ("name", "real"),
    [
        ("АDМIN", "admin"),
        ("4dm1n", "admin"),
        ("Paul", "PauI"),
        ("vvilliam", "William"),
        ("Bοb", "Bob"),
        ("𝐁𝐨𝐛", "Bob"),
        ("B\u200bo\u0301b", "Bob"),
        ("site owner", "Site\u00a0Owner"),
        ("Ｓｉｔｅ　Ｏｗｎｅｒ", "siteowner"),
        ("ﬁnance", "finance"),
        ("ⓕⓡⓔⓔ", "free"),
        ("🄵🅁🄴🄴", "free"),
        ("STRASSE", "straße"),
        ("ΣΑΣ", "σας"),
        ("\u212aelvin", "kelvin"),
    ],
)
def test_names_that_look_alike_have_the_same_skeleton(name: str, real: str) -> None:
    assert skeleton(name) == skeleton(real)


@pytest.mark.parametrize(("name", "other"), [("Ann", "Anna"), ("राम", "रमा"), ("佐藤", "伊藤"), ("Иван", "Ивана")])
def test_different_names_have_different_skeletons(name: str, other: str) -> None:
    assert skeleton(name) != skeleton(other)


@given(st.text() | st.text(st.sampled_from([chr(code) for code in LATIN] + list("rnvwß"))))
def test_the_skeleton_of_a_skeleton_is_itself(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)
