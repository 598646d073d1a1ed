"""A draft in which no rule finds anything, to be changed by the tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.core.comments import Comment, Status
from chalicelib.core.posts import Post
from chalicelib.core.screening.context import Context
from chalicelib.core.screening.engine import screen
from chalicelib.core.screening.policy import Policy

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def policy(**rules: bool | Mapping[str, Any]) -> Policy:
    """A policy that holds only by these rules: ``links=True``, or ``links={"allowed": 0}`` with settings."""
    settings = {name: {} if isinstance(rule, bool) else rule for name, rule in rules.items()}
    chosen = {name: {"active": rules[name] is not False, **each} for name, each in settings.items()}
    return Policy(rules={"every_comment": {"active": False}, **chosen})


CONTEXT = Context(
    now=NOW, policy=policy(), post=Post(key="/a", count=1, first_seen=NOW), form_opened=NOW - timedelta(minutes=2)
)
PUBLIC = Comment(id="p", post="/a", status=Status.PUBLISHED, path="P", created=NOW, submission_hash="h")


def found(context: Context) -> dict[str, Mapping[str, int | str]]:
    """What the rules found in a draft that they hold: rule → parameters."""
    return {reason.rule: reason.parameters for reason in screen(context).reasons}
