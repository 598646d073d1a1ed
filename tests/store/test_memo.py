"""The memo is short-lived, bounded, and never older than the last write."""

from datetime import timedelta

from chalicelib.store.memo import OVERHEAD, Memo
from tests.support.world import Clock


def add(memo: Memo, post: str, request: str, body: str) -> None:
    memo.store(post, request, body=body, etag="e", drops=memo.drops)


def test_a_response_is_cached_until_it_is_stale() -> None:
    clock = Clock()
    memo = Memo(clock, timedelta(seconds=2), max_size=100_000)
    add(memo, "/a", "list", "body")

    clock.forward(seconds=1.999)
    assert memo.get("/a", "list")
    clock.forward(seconds=0.001)
    assert memo.get("/a", "list") is None


def test_a_write_drops_the_responses_of_its_post_and_of_the_site_only() -> None:
    memo = Memo(Clock(), timedelta(seconds=2), max_size=100_000)
    for post in ("/a", "/b", ""):
        add(memo, post, "list", "body")

    memo.drop("/a")

    assert [bool(memo.get(post, "list")) for post in ("/a", "/b", "")] == [False, True, False]


def test_a_response_that_was_read_before_a_write_is_not_cached_after_it() -> None:
    memo = Memo(Clock(), timedelta(seconds=2), max_size=100_000)
    drops = memo.drops

    memo.drop("/a")
    memo.store("/a", "list", body="old", etag="e", drops=drops)

    assert memo.get("/a", "list") is None


def test_the_oldest_responses_are_dropped_when_the_memo_is_full() -> None:
    memo = Memo(Clock(), timedelta(seconds=2), max_size=2 * (OVERHEAD + len("/a0four")))
    for number in range(5):
        add(memo, "/a", str(number), "four")

    assert [bool(memo.get("/a", str(number))) for number in range(5)] == [False, False, False, True, True]
    add(memo, "/a", "huge", "x" * 2 * OVERHEAD)
    assert memo.get("/a", "huge") is None
