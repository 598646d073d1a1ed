"""Pages show every comment exactly once, in order and in whole threads, for threads of any shape."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.core.comments import Comment, Status
from chalicelib.store.threads import Sort
from tests.support.pagination import Table, api_pages, check_pages, store_pages, world_with
from tests.support.threads import grow_forest, in_order, store, tombstoned
from tests.support.wire_guard import guarded
from tests.support.world import POST, World, shared_client

pytestmark = pytest.mark.slow

Forest = tuple[list[int | None], frozenset[int]]  # each comment's parent; those that are not public
SORTS = list(Sort)
examples = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws(), guarded(shared_client()):
        yield world_with


@st.composite
def forests(draw: st.DrawFn, most: int = 40) -> Forest:
    """Threads of any shape, and the numbers of comments that are not public."""
    threshold = draw(st.sampled_from([3, 30, 80]))
    size = draw(st.integers(0, most))
    numbers = draw(st.lists(st.integers(0, 99), min_size=size, max_size=size))
    parents = [number % at if at and number >= threshold else None for at, number in enumerate(numbers)]
    return parents, draw(st.frozensets(st.integers(0, max(0, len(numbers) - 1))))


def comments_of(forest: Forest) -> list[Comment]:
    parents, hidden = forest
    return with_hidden(grow_forest(parents), hidden)


def with_hidden(comments: Sequence[Comment], hidden: frozenset[int]) -> list[Comment]:
    """The comments with these numbers are pending, or tombstones if they have visible replies."""
    made, parents_of_visible = list(comments), set[str]()
    for number in reversed(range(len(made))):
        if number in hidden:
            one = made[number]
            made[number] = (
                tombstoned(one) if one.id in parents_of_visible else replace(one, status=Status.PENDING, published="")
            )
        if made[number].is_visible:
            parents_of_visible.add(made[number].parent)
    return made


@examples
@given(forest=forests(), sort=st.sampled_from(SORTS), limit=st.sampled_from([1, 2, 3, 4, 5, 7, 10, 25, 100]))
def test_pages_show_every_comment_once_in_order(table: Table, forest: Forest, sort: Sort, limit: int) -> None:
    comments = comments_of(forest)

    pages = store_pages(table(comments), sort, limit)

    check_pages(pages, comments, sort, limit)


@examples
@given(forest=forests(most=30), sort=st.sampled_from(SORTS), limit=st.sampled_from([1, 3, 5, 25]))
def test_the_api_shows_the_same_pages(table: Table, forest: Forest, sort: Sort, limit: int) -> None:
    comments = comments_of(forest)
    world = table(comments)

    with world.open():
        pages = api_pages(world, "/v1/comments", post=POST, sort=str(sort), limit=str(limit))
        check_pages(pages, comments, sort, limit)


@examples
@given(forest=forests(), limit=st.sampled_from([1, 2, 3, 5, 25]), number=st.integers(0, 40))
def test_replies_are_listed_once_and_in_order(table: Table, forest: Forest, limit: int, number: int) -> None:
    comments = comments_of(forest)
    visible = [each for each in comments if each.is_visible]
    assume(visible)
    top = visible[number % len(visible)]
    world = table(comments)

    with world.open():
        pages = api_pages(world, "/v1/comments/{comment_id}/replies", comment_id=top.id, limit=str(limit))

    below = in_order([each for each in comments if each.path.startswith(f"{top.path}#")], newest=False)
    assert [one for page in pages for one in page] == below
    assert max(map(len, pages)) <= limit
    assert all(pages) or not below


@examples
@given(forest=forests(most=30), number=st.integers(0, 30))
def test_a_permalink_shows_ancestors_and_replies(table: Table, forest: Forest, number: int) -> None:
    comments = comments_of(forest)
    public = [each for each in comments if each.is_public]
    assume(public)
    one = public[number % len(public)]
    world = table(comments)

    with world.open():
        first = world.get("/v1/comments/{comment_id}", path={"comment_id": one.id}).json
        more = {"cursor": first["next"]} if first["next"] else None
        rest = api_pages(world, "/v1/comments/{comment_id}/replies", comment_id=one.id, **more) if more else []

    shown = [*(each["id"] for each in first["comments"]), *(each for page in rest for each in page)]
    context = [
        each
        for each in comments
        if f"{each.path}#".startswith(f"{one.path}#") or f"{one.path}#".startswith(f"{each.path}#")
    ]
    assert shown == in_order(context, newest=False)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 2, 25])
@pytest.mark.parametrize("more", [-1, 0, 1, 2])
def test_flat_threads_fill_each_page_and_the_last_page_has_no_cursor(
    table: Table, sort: Sort, limit: int, more: int
) -> None:
    comments = grow_forest([None] * (limit + more))

    pages = store_pages(table(comments), sort, limit)

    sizes = [size for size in (min(limit, limit + more), more) if size > 0] or [0]
    assert [len(page) for page in pages] == (sizes if limit > 1 else [1] * (limit + more) or [0])
    check_pages(pages, comments, sort, limit)


@pytest.mark.parametrize("size", [60, 300, 600])
@pytest.mark.engine
def test_pages_of_a_long_post(engine_world: World, size: int) -> None:
    chance = random.Random(size)  # noqa: S311  not a secret
    parents = [chance.randrange(at) if at and chance.random() < 0.7 else None for at in range(size)]
    comments = comments_of((parents, frozenset(chance.sample(range(size), size // 10))))

    store(engine_world, comments)
    for sort in SORTS:
        for limit in (25, 100):
            check_pages(store_pages(engine_world, sort, limit), comments, sort, limit)
