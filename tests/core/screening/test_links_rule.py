"""The rule about links: an example of a rule's test."""

from dataclasses import replace

import pytest

from chalicelib.core.decisions import AuthorRecord
from tests.core.screening.support import CONTEXT, found, policy

LIMITED = replace(CONTEXT, policy=policy(links={"allowed": 1}))


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("No link, but e.g. a full stop.And another.", 0),
        ("See https://a.example/x", 0),
        ("See https://a.example/x, and www.b.example.", 2),
        ("See [this](http://a.example) and <HTTP://B.example/?q=1#z>", 2),
        ("See [http://a.example](http://a.example/)", 0),
        ("\uff48\uff54\uff54\uff50://a.example h\u200bttp://b.example", 2),
    ],
    ids=["none", "one", "two", "in Markdown", "the same twice", "disguised"],
)
def test_more_links_than_allowed_are_held(text: str, links: int) -> None:
    assert found(replace(LIMITED, text=text)) == ({"links": {"links": links}} if links else {})


def test_authors_with_an_approved_comment_may_link() -> None:
    assert found(replace(LIMITED, text="www.a.example www.b.example", author_record=AuthorRecord(approved=1))) == {}


def test_it_is_off_by_default() -> None:
    assert found(replace(CONTEXT, text=" ".join(f"www.{number}.example" for number in range(50)))) == {}
