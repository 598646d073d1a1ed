"""The memo: for a moment, bounded, and never older than the last write."""

from datetime import timedelta

from chalicelib.store.memo import OVERHEAD, Memo
from tests.world import Clock


def kept(memo: Memo, post: str, asked: str, body: str) -> None:
    memo.keep(post, asked, body=body, etag="e", drops=memo.drops)


def test_an_answer_is_kept_for_its_life_and_no_longer() -> None:
    clock = Clock()
    memo = Memo(clock, timedelta(seconds=2), most=100_000)
    kept(memo, "/a", "list", "body")

    clock.forward(seconds=1.999)
    assert memo.get("/a", "list")
    clock.forward(seconds=0.001)
    assert memo.get("/a", "list") is None


def test_a_write_drops_what_shows_its_post_and_the_site_and_nothing_else() -> None:
    memo = Memo(Clock(), timedelta(seconds=2), most=100_000)
    for post in ("/a", "/b", ""):
        kept(memo, post, "list", "body")

    memo.drop("/a")

    assert [bool(memo.get(post, "list")) for post in ("/a", "/b", "")] == [False, True, False]


def test_an_answer_that_was_read_before_a_write_is_not_kept_after_it() -> None:
    memo = Memo(Clock(), timedelta(seconds=2), most=100_000)
    drops = memo.drops

    memo.drop("/a")
    memo.keep("/a", "list", body="old", etag="e", drops=drops)

    assert memo.get("/a", "list") is None


def test_the_oldest_answers_go_when_there_is_no_room() -> None:
    memo = Memo(Clock(), timedelta(seconds=2), most=2 * (OVERHEAD + len("/a0four")))
    for number in range(5):
        kept(memo, "/a", str(number), "four")

    assert [bool(memo.get("/a", str(number))) for number in range(5)] == [False, False, False, True, True]
    kept(memo, "/a", "huge", "x" * 2 * OVERHEAD)
    assert memo.get("/a", "huge") is None
