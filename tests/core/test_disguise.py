"""The label of a link that looks like another site's address is followed by the host to which the link leads."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.text.markdown import to_html

DISGUISED = {
    "a whole address": ("[https://bank.example](https://evil.example/x)", "evil.example"),
    "another path does not help": ("[https://bank.example/login](https://evil.example/login)", "evil.example"),
    "only a host": ("[bank.example](https://evil.example)", "evil.example"),
    "a host among words": ("[Log in at bank.example now](https://evil.example)", "evil.example"),
    "capitals": ("[BANK.EXAMPLE](https://evil.example)", "evil.example"),
    "with signs inside": ("[https://**bank**.example](https://evil.example)", "evil.example"),
    "with an invisible letter": ("[bank\u200b.exam\u00adple](https://evil.example)", "evil.example"),
    "with a full-width dot": ("[bank\uff0eexample](https://evil.example)", "evil.example"),
    "with an ideographic dot": ("[bank\u3002example](https://evil.example)", "evil.example"),
    "as code": ("[`https://bank.example`](https://evil.example)", "evil.example"),
    "the beginning of the real host": (
        "[bank.example](https://bank.example.evil.example)",
        "bank.example.evil.example",
    ),
    "the end of the real host": ("[blog.example](https://evil.blog.example)", "evil.blog.example"),
    "an accent in the target": ("[bank.example](https://b\u00e1nk.example)", "xn--bnk-ela.example"),
    "Cyrillic letters in the target": ("[bank.example](https://b\u0430nk.example)", "xn--bnk-6cd.example"),
    "an e-mail address": ("[ann@bank.example](mailto:eve@evil.example)", "eve@evil.example"),
    "a site for an e-mail address": ("[https://bank.example](mailto:eve@evil.example)", "eve@evil.example"),
    "of two hosts, one is real": ("[evil.example and bank.example](https://evil.example)", "evil.example"),
}
HONEST = [
    "[https://bank.example](https://bank.example)",
    "[https://bank.example](https://bank.example/a/long/path?x=1)",
    "[bank.example](https://www.bank.example/)",
    "[www.bank.example](http://BANK.example)",
    "[the bank](https://evil.example)",
    "[1.5 million, e.g. this](https://evil.example)",
    "[ann@bank.example](mailto:ann@bank.example)",
    "[b\u00fccher.example](https://b\u00fccher.example)",
]


def text_of(html: str) -> str:
    """What readers see."""
    return " ".join(re.sub("<[^>]*>", "", html).split())


@pytest.mark.parametrize(("source", "place"), DISGUISED.values(), ids=DISGUISED)
def test_a_label_that_looks_like_another_host_shows_where_the_link_leads(source: str, place: str) -> None:
    html = to_html(source)

    assert text_of(html).endswith(f" ({place})"), html
    assert html.count("<a ") == 1


@pytest.mark.parametrize("source", HONEST)
def test_an_honest_label_stays_as_it_is(source: str) -> None:
    label = source[1:].partition("](")[0]

    assert text_of(to_html(source)) == label


WORD = st.text("abcxyz", min_size=2, max_size=8)
HOST = st.builds("{}.{}".format, WORD, WORD)


@given(
    shown=HOST, real=HOST, before=st.sampled_from(["", "https://", "see ", "www."]), path=st.sampled_from(["", "/a"])
)
def test_two_different_hosts_are_both_seen(shown: str, real: str, before: str, path: str) -> None:
    seen = text_of(to_html(f"[{before}{shown}{path}](https://{real}/)"))

    assert seen == f"{before}{shown}{path}" + (f" ({real})" if shown != real else "")
