"""Markdown: what is rendered, what is shown as typed, and that nothing active comes through."""

import subprocess
import sys
from itertools import chain, repeat
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.text import markdown
from chalicelib.core.text.markdown import ATTRIBUTES, MAX_DEPTH, TAGS, to_html
from chalicelib.core.text.sanitize import clean_text, is_visible
from tests.support.html_oracle import elements, flags, text_of

REL = 'rel="ugc nofollow noopener"'
PIECES = [
    *"ab <>&#*_~[]()!\\-+=\n|:\"'`.1",
    *("\n\n", "> ", "- ", "1. ", "    ", "```", "**", "https://a.b/", "<b>", "](", "![", "&lt;", "\u200b", "é", "👍"),
]
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
PATTERNS = [
    "[",
    "![",
    "*a **a ",
    "> ",
    "- ",
    "1. ",
    "`",
    "e`",
    "<",
    "<!--",
    "a_ ",
    "[a](",
    "http://a.",
    "&",
    "\\",
    "~~",
]


def link(url: str, label: str) -> str:
    return f'<a href="{url}" {REL}>{label}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"),
        ("a  \nb\\\nc", "<p>a<br>\nb<br>\nc</p>\n"),
        ("*a* _b_ **c** ~~d~~", "<p><em>a</em> <em>b</em> <strong>c</strong> <del>d</del></p>\n"),
        ("*a **b *c* d** e*", "<p><em>a <strong>b c d</strong> e</em></p>\n"),
        ("`a < b`", "<p><code>a &lt; b</code></p>\n"),
        ("> a\n> b", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("7. a", '<ol start="7">\n<li>a</li>\n</ol>\n'),
        ("    a\n    b", "<pre><code>a\nb</code></pre>\n"),
    ],
)
def test_supported_markdown_is_rendered(text: str, html: str) -> None:
    assert to_html(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[a](https://b.c)", link("https://b.c", "a")),
        ("[*a*](HTTP://b.c:80/?d=1&e=2#f)", link("HTTP://b.c:80/?d=1&amp;e=2#f", "<em>a</em>")),
        ("[a](https://b_c_d.e/_f_)", link("https://b_c_d.e/_f_", "a")),
        ("[a](mailto:b@c.d)", link("mailto:b@c.d", "a")),
        ('[a](https://b.c "d\'\\"<")', f'<a href="https://b.c" title="d\'&quot;&lt;" {REL}>a</a>'),
        ("<https://a.b/?c&d_e_>", link("https://a.b/?c&amp;d_e_", "https://a.b/?c&amp;d_e_")),
        ("<a@b.c>", link("mailto:a@b.c", "a@b.c")),
        ("[https://a.b](https://c.d)", link("https://c.d", "https://a.b (c.d)")),
        ("https://a.b/?c=1&d=2#e", link("https://a.b/?c=1&amp;d=2#e", "https://a.b/?c=1&amp;d=2#e")),
        ("https://a.b/__init__.py", link("https://a.b/__init__.py", "https://a.b/__init__.py")),
        ("(https://a.b/c_(d)).", f"({link('https://a.b/c_(d)', 'https://a.b/c_(d)')})."),
        ("**https://a.b**", f"<strong>{link('https://a.b', 'https://a.b')}</strong>"),
        ("看https://a.b/_c_/ 好", f"看{link('https://a.b/_c_/', 'https://a.b/_c_/')} 好"),
        ("看 https://a.b，好", f"看 {link('https://a.b', 'https://a.b')}，好"),  # noqa: RUF001
    ],
)
def test_links_are_external_and_not_endorsed(text: str, html: str) -> None:
    assert to_html(text) == f"<p>{html}</p>\n"


UNSUPPORTED_LINKS = r"""
[a](javascript:alert(1)) [a](data:text/html,b) [a](vbscript:b) [a](/b) [a](//b.c) [a](#b) [a](www.b.c)
[a](ftp://b.c) [a](mailto:b) [](/a) [a](httpsx://b) <javascript:alert(1)> <ftp://a.b> [a](b [a][b]
"""


@pytest.mark.parametrize(
    "text",
    [
        *UNSUPPORTED_LINKS.split(),
        "[a](JaVaScRiPt:alert(1) 'title')",
        "[a](<mailto:b c@d>)",
        "[a]: b",
        "[a]: https:",
        "[^1]: a",
    ],
)
def test_an_unsupported_link_is_shown_as_typed(text: str) -> None:
    html = to_html(text)

    assert text_of(html) == f"{text}\n"
    assert [tag for tag, _ in elements(html)] == ["p"]


UNSUPPORTED = r"""
<b>a</b>
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<!-- a -->
<?a?>
<![CDATA[a]]>
<!DOCTYPE a>
</p>
a < b && c > d
&lt; &amp; &#60; &#x3c; &nbsp; &copy
&#8238; &#0;
# a
## a ##
---
***
_ _ _
|a|b|
[ ] a
![a](b)
a[^1]
$a$ :smile: @a a~b
*a `a [a
>
-
1.
``` ```
"""


@pytest.mark.parametrize("text", UNSUPPORTED.strip().splitlines())
def test_unsupported_markdown_is_shown_as_typed(text: str) -> None:
    assert text_of(to_html(text)) == f"{text}\n"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\n===", "a\n==="),
        ("a\n---", "a\n---"),
        ("> a\n> ---", "a\n---"),
        ("<sarcasm>\n*a*\n</sarcasm>", "<sarcasm>\na\n</sarcasm>"),
        ("\\<b> \\& \\# \\*a\\*", "<b> & # *a*"),
        ("![a](https://b.c)", "!a"),
        ("```\n\n```", "```\n```"),
    ],
)
def test_characters_that_markdown_would_interpret_are_shown(text: str, seen: str) -> None:
    assert text_of(to_html(text)).strip() == seen


@pytest.mark.parametrize(
    ("info", "attributes"),
    [
        ("python", {"data-language": "python"}),
        (" c# x=1", {"data-language": "c#"}),
        ("objective-c_2.0", {"data-language": "objective-c_2.0"}),
        ("", {}),
        ("a" * 33, {}),
        ("<b>", {}),
        ('"onclick="x', {}),
        ("&#97;", {}),
    ],
)
def test_fenced_code_has_its_language(info: str, attributes: dict[str, str]) -> None:
    assert list(elements(to_html(f"~~~{info}\nx\n~~~"))) == [("pre", {}), ("code", attributes)]


def test_nesting_of_quotes_and_lists_is_limited_without_losing_content() -> None:
    quoted = to_html("> " * 200 + "a")
    listed = to_html("1. " * 200 + "a")

    assert quoted.count("<blockquote>") == MAX_DEPTH
    assert listed.count("<ol>") == MAX_DEPTH
    assert text_of(quoted).strip() == text_of(listed).strip() == "a"


def test_an_address_that_only_the_sanitizer_refuses_is_shown_as_text() -> None:
    text = "*see* [this](http://999.999.999.999/)"

    assert to_html(text) == f"<p>{text}</p>\n"


def test_the_text_is_shown_as_typed_if_the_parser_panics(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def panic(_source: str) -> NoReturn:
        raise PanicException

    monkeypatch.setattr(markdown, "_parser", lambda: panic)

    assert to_html("*a* <b>\nc\n\nd") == "<p>*a* &lt;b&gt;<br>\nc</p>\n<p>d</p>\n"


def test_other_errors_of_the_parser_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_source: str) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(markdown, "_parser", lambda: interrupt)

    with pytest.raises(KeyboardInterrupt):
        to_html("a")


def test_reading_comments_does_not_load_the_parser() -> None:
    script = "import sys, chalicelib.core.text.markdown; print(*{'nh3', 'pyromark'} & {*sys.modules})"

    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603

    assert done.stdout.strip() == ""


@given(MARKDOWN)
def test_only_listed_elements_and_attributes_are_written(text: str) -> None:
    html = to_html(text)

    for tag, attributes in elements(html):
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        assert tag != "a" or attributes["rel"] == "ugc nofollow noopener"
        assert tag != "a" or attributes["href"].lower().startswith(("http://", "https://", "mailto:"))
    assert flags(html) == []


@given(MARKDOWN)
def test_the_sanitizer_has_nothing_left_to_remove(text: str) -> None:
    written = markdown._rendered(text)  # noqa: SLF001 - the first layer by itself

    if "<a " not in written:
        assert markdown._sanitizer().clean(written) == written  # noqa: SLF001


@given(st.text(st.sampled_from("ab <>&#*_~[]()!\\-+=\n|:\"'1."), max_size=60))
def test_characters_without_a_meaning_survive_in_order(text: str) -> None:
    visible = set("ab<&#![](=|:\"'")  # "1)" begins a list

    seen = text_of(to_html(text))

    assert [sign for sign in seen if sign in visible] == [sign for sign in text if sign in visible]


@given(st.text(st.sampled_from("ab<>&#;[]()!*_\\`: \n"), max_size=40))
def test_code_is_shown_exactly_as_typed(code: str) -> None:
    assert text_of(to_html(f"a\n\n~~~~\n{code}\n~~~~\nb")) == f"a\n{code}\n\nb\n"


@given(st.text(st.sampled_from("ab<>&#;[]()!*_\\:"), min_size=1, max_size=40))
def test_inline_code_is_shown_exactly_as_typed(code: str) -> None:
    assert to_html(f"a `{code}`").startswith("<p>a <code>")
    assert text_of(to_html(f"a `{code}`")) == f"a {code}\n"


@given(st.text())
def test_every_clean_text_renders_to_something_visible(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except ValueError:
        return

    assert is_visible(text_of(to_html(cleaned)))


@given(MARKDOWN)
def test_everything_like_markdown_renders_to_something_visible(text: str) -> None:
    assert is_visible(text_of(to_html(text))) == is_visible(text)


def steps(text: str) -> int:
    """The number of function calls of a rendering: a measure of time that is the same on every machine."""
    count = 0

    def counter(*_: Any) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counter)
    try:
        to_html(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("pattern", PATTERNS)
def test_rendering_takes_linear_time(pattern: str) -> None:
    whole, half = ("".join(chain.from_iterable(repeat(pattern, size // len(pattern)))) + "x" for size in (8_000, 4_000))

    assert steps(whole) <= 2.2 * steps(half) + 100
