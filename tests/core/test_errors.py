"""Refusals: each has a status, and a code of its own."""

from collections.abc import Iterator

import pytest

import app  # noqa: F401  loads every module that refuses
from chalicelib.api.http.problems import ContentTooLarge, problem_of, status_of
from chalicelib.core.errors import Invalid, KeyReused, ParentNotPublished, Refusal, TooManyRequests, Unavailable


def all_refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from all_refusals(each)


@pytest.mark.parametrize("kind", list(all_refusals()), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_status(kind: type[Refusal]) -> None:
    assert 400 <= status_of(kind) < 600


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in all_refusals()]

    assert len(set(codes)) == len(codes)
    assert "refused" not in codes


def test_a_problem_has_the_invalid_fields_the_waiting_time_and_the_comment() -> None:
    invalid = problem_of(Invalid({"text": "must be shorter"}))
    busy = problem_of(TooManyRequests(retry_after=0))
    reused = problem_of(KeyReused("c"))
    waiting = problem_of(ParentNotPublished("p", 3))

    assert invalid.errors
    assert (invalid.errors[0].field, invalid.errors[0].message) == ("text", "must be shorter")
    assert busy.parameters == {"retry_after": 1}
    assert reused.parameters == {"comment": "c"}
    assert waiting.parameters == {"parent": "p", "version": 3}
    assert problem_of(ContentTooLarge()).detail == "The request body is too large. The limit is 163840 bytes."
    assert problem_of(Unavailable()).status == 503
