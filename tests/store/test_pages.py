"""Page by page a reader sees every comment once, in order, by whole threads, whatever the thread's shape."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.core.comments import Comment, Status
from chalicelib.store.threads import Sort
from tests.store.paging import Table, check, filled, listed, pages_of
from tests.store.trees import gone, grown, in_order, store
from tests.wire_guard import guarded
from tests.world import POST, World, shared_client

pytestmark = pytest.mark.thorough

Forest = tuple[list[int | None], frozenset[int]]  # each comment's parent; those that are not public
SORTS = list(Sort)
some = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws(), guarded(shared_client()):
        yield filled


@st.composite
def forests(draw: st.DrawFn, most: int = 40) -> Forest:
    """Comments in threads of any shape, and which of them are not public."""
    begins = draw(st.sampled_from([3, 30, 80]))
    size = draw(st.integers(0, most))
    numbers = draw(st.lists(st.integers(0, 99), min_size=size, max_size=size))
    parents = [number % at if at and number >= begins else None for at, number in enumerate(numbers)]
    return parents, draw(st.frozensets(st.integers(0, max(0, len(numbers) - 1))))


def planted(forest: Forest) -> list[Comment]:
    parents, hidden = forest
    return with_hidden(grown(parents), hidden)


def with_hidden(comments: Sequence[Comment], hidden: frozenset[int]) -> list[Comment]:
    """Those of these numbers wait; or are gone, where something visible hangs below."""
    made, above = list(comments), set[str]()
    for number in reversed(range(len(made))):
        if number in hidden:
            one = made[number]
            made[number] = gone(one) if one.id in above else replace(one, status=Status.PENDING, published="")
        if made[number].is_visible:
            above.add(made[number].parent)
    return made


@some
@given(forest=forests(), sort=st.sampled_from(SORTS), limit=st.sampled_from([1, 2, 3, 4, 5, 7, 10, 25, 100]))
def test_pages_show_every_comment_once_in_order(table: Table, forest: Forest, sort: Sort, limit: int) -> None:
    comments = planted(forest)

    pages = pages_of(table(comments), sort, limit)

    check(pages, comments, sort, limit)


@some
@given(forest=forests(most=30), sort=st.sampled_from(SORTS), limit=st.sampled_from([1, 3, 5, 25]))
def test_the_api_shows_the_same_pages(table: Table, forest: Forest, sort: Sort, limit: int) -> None:
    comments = planted(forest)
    world = table(comments)

    with world.open():
        pages = listed(world, "/v1/comments", post=POST, sort=str(sort), limit=str(limit))
        check(pages, comments, sort, limit)


@some
@given(forest=forests(), limit=st.sampled_from([1, 2, 3, 5, 25]), number=st.integers(0, 40))
def test_replies_come_once_and_in_order(table: Table, forest: Forest, limit: int, number: int) -> None:
    comments = planted(forest)
    visible = [each for each in comments if each.is_visible]
    assume(visible)
    top = visible[number % len(visible)]
    world = table(comments)

    with world.open():
        pages = listed(world, "/v1/comments/{comment_id}/replies", comment_id=top.id, limit=str(limit))

    below = in_order([each for each in comments if each.path.startswith(f"{top.path}#")], newest=False)
    assert [one for page in pages for one in page] == below
    assert max(map(len, pages)) <= limit
    assert all(pages) or not below


@some
@given(forest=forests(most=30), number=st.integers(0, 30))
def test_a_permalink_shows_what_is_above_and_below(table: Table, forest: Forest, number: int) -> None:
    comments = planted(forest)
    public = [each for each in comments if each.is_public]
    assume(public)
    one = public[number % len(public)]
    world = table(comments)

    with world.open():
        first = world.get("/v1/comments/{comment_id}", path={"comment_id": one.id}).json
        more = {"cursor": first["next"]} if first["next"] else None
        rest = listed(world, "/v1/comments/{comment_id}/replies", comment_id=one.id, **more) if more else []

    shown = [*(each["id"] for each in first["comments"]), *(each for page in rest for each in page)]
    around = [
        each
        for each in comments
        if f"{each.path}#".startswith(f"{one.path}#") or f"{one.path}#".startswith(f"{each.path}#")
    ]
    assert shown == in_order(around, newest=False)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 2, 25])
@pytest.mark.parametrize("more", [-1, 0, 1, 2])
def test_flat_threads_fill_each_page_and_nothing_follows_the_last(
    table: Table, sort: Sort, limit: int, more: int
) -> None:
    comments = grown([None] * (limit + more))

    pages = pages_of(table(comments), sort, limit)

    sizes = [size for size in (min(limit, limit + more), more) if size > 0] or [0]
    assert [len(page) for page in pages] == (sizes if limit > 1 else [1] * (limit + more) or [0])
    check(pages, comments, sort, limit)


@pytest.mark.parametrize("size", [60, 300, 600])
@pytest.mark.engine
def test_pages_of_a_long_post(engine_world: World, size: int) -> None:
    chance = random.Random(size)  # noqa: S311  not a secret
    parents = [chance.randrange(at) if at and chance.random() < 0.7 else None for at in range(size)]
    comments = planted((parents, frozenset(chance.sample(range(size), size // 10))))

    store(engine_world, comments)
    for sort in SORTS:
        for limit in (25, 100):
            check(pages_of(engine_world, sort, limit), comments, sort, limit)
