"""Post keys: a post has one key, however its page is addressed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.posts import MAX_KEY, post_key, post_link

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "post_keys.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: repr(vector["raw"]))
def test_the_shared_test_vectors(vector: dict[str, str | None]) -> None:
    raw = vector["raw"] or ""

    if vector["key"] is None:
        with pytest.raises(ValueError, match="must"):
            post_key(raw)
    else:
        assert post_key(raw) == vector["key"]


def _key_or_none(raw: str) -> str | None:
    try:
        return post_key(raw)
    except ValueError:
        return None


@given(st.text() | st.text("/%0123456789abcdefABCDEF?#.index html\u00e9\u0301", min_size=1).map("/".__add__))
def test_normalizing_twice_changes_nothing(raw: str) -> None:
    key = _key_or_none(raw)

    assert key is None or post_key(key) == key


def test_a_key_longer_than_a_sort_key_is_refused() -> None:
    assert len(post_key("/" + "\u00e9" * 511).encode()) == MAX_KEY - 1
    with pytest.raises(ValueError, match="1024 bytes"):
        post_key("/" + "\u00e9" * 512)


@pytest.mark.parametrize(
    ("key", "link"),
    [
        ("/a b", "https://blog.example/a%20b"),
        ("/100%25", "https://blog.example/100%25"),
        ("/caf\u00e9", "https://blog.example/caf%C3%A9"),
        ("post-42", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_only_a_path_has_a_url_on_the_owners_site(key: str, link: str) -> None:
    assert post_link("https://blog.example/", key) == link
