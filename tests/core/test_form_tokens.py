"""Form tokens: what a token proves, for which post and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core.crypto.form_tokens import MAX_WRITING, Form, form_from_token, form_token

KEYS = [b"k" * 32]
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "author", [None, "", "a" * 43], ids=["no proof of work", "without author key", "with author key"]
)
def test_a_form_token_is_valid_for_a_day_and_for_its_post(author: str | None) -> None:
    form = Form(NOW, author)
    token = form_token(KEYS, "/a", form)
    end = NOW + timedelta(seconds=MAX_WRITING)

    assert form_from_token(KEYS, "/a", token, NOW) == form_from_token(KEYS, "/a", token, end) == form
    assert form_from_token(KEYS, "/b", token, NOW) is None
    assert form_from_token(KEYS, "/a", token, end + timedelta(seconds=1)) is None
    assert form_from_token(KEYS, "/a", token, NOW - timedelta(seconds=1)) is None
