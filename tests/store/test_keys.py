"""Keys are built and read in one module only, and reading a key returns what it was built from."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.ids import ULID_ENTROPY, ulid
from chalicelib.store.engine import keys
from tests.support.world import START

STORE = Path(keys.__file__).parents[1]
SOURCES = sorted(path for path in STORE.rglob("*.py") if path != Path(keys.__file__))
PREFIX = re.compile(r"[A-Z]{1,10}#")
SORT_KEYS = {"C", "T", "E", "V", "F", "Q", "A", "R", "J"}

ids = st.text("abcXYZ019_-CPAJMODT", min_size=1, max_size=22)
posts = st.text(min_size=1, max_size=30)


def literals(tree: ast.AST) -> Iterator[str]:
    """All texts in a module that are not docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def calls(tree: ast.AST) -> Iterator[str]:
    """The names of all methods that a module calls with a text as its argument, with that text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from (
                f"{node.func.attr}({each.value!r})"
                for each in node.args
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(STORE)))
def test_no_other_module_of_the_store_builds_or_reads_keys(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [text for text in literals(tree) if PREFIX.match(text) or text in SORT_KEYS] == []
    assert [call for call in calls(tree) if call.startswith("removeprefix(") or call.endswith("('#')")] == []


@given(ids, posts)
def test_the_readers_of_keys_return_what_the_keys_were_built_from(name: str, post: str) -> None:
    assert keys.comment_id_of(keys.comment(name)[0]) == name
    assert keys.post_of(keys.thread(post)) == keys.post_of(keys.post(post)[0]) == post
    assert keys.author_of(keys.record(name)[0]) == name
    assert keys.moderator_id_of(keys.moderator(name)[1]) == name
    assert keys.owner_of_tokens(keys.tokens(name)) == name
    assert keys.token_hash_of(keys.token("ada", name)[1]) == name
    assert keys.job_id_of(keys.job(name)[0]) == name


@given(st.dates(date(1970, 1, 1)), ids)
def test_a_day_is_read_as_it_was_built(day: date, moderator: str) -> None:
    assert keys.day_of(keys.day(day, moderator)) == (day, moderator)


@given(ids)
def test_only_a_comments_partition_has_a_comments_id(name: str) -> None:
    others = [keys.post(name), keys.record(name), keys.job(name), keys.audit("", name), keys.moderator(name)]

    assert [keys.comment_id_of(key[0]) for key in others] == [""] * len(others)
    assert keys.comment_id_of(keys.tombstone(name)[0]) == name


@given(ids, ids, st.integers(0, 999_999))
def test_a_range_contains_exactly_the_keys_of_its_kind(comment: str, author: str, settled: int) -> None:
    row = keys.audit(comment, ulid(START, bytes(ULID_ENTROPY)))
    flag, vote = keys.flag(comment, settled, author), keys.vote(comment, author)
    counter, policy = keys.reactions("v", comment, author), keys.policy(settled)
    everything = {row, flag, vote, counter, policy, keys.comment(comment), keys.tombstone(comment)}

    def within(found: keys.Range) -> set[tuple[str, str]]:
        return {key for key in everything if key[0] == found[0] and found[1] <= key[1] <= found[2]}

    assert within(keys.audit_rows(comment)) == {row}
    assert within(keys.flags(comment, settled)) == {flag}
    assert within(keys.policies()) == {policy}
    assert [within(each) for each in keys.all_reactions(comment)] == [{flag}, {counter}, {vote}]


@pytest.mark.parametrize(
    ("key", "kind"),
    [(keys.comment("x"), keys.COMMENT), (keys.vote("x", "ann"), keys.VOTE), (keys.flag("x", 0, "ann"), keys.FLAG)],
)
def test_the_kind_of_an_authors_item_is_in_its_sort_key(key: tuple[str, str], kind: str) -> None:
    assert keys.kind_of(key[1]) == kind
