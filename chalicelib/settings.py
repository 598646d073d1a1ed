"""Every setting: name, default, unit, meaning.  The only reader of the environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from typing import Any

PREFIX = "AFTERWORD_"
MIN_SECRET = 32  # characters
MIN_KEPT = 30  # days: as long as a decision can be taken back
MAX_WORK = 22  # bits: seconds on a fast machine, a minute on a slow phone


class BadSettingError(Exception):
    """A setting that the service can't run with; the message names it."""


def _setting(
    default: str | int, unit: str, meaning: str, *, least: int = 1, most: int = sys.maxsize, or_0: bool = False
) -> Any:  # noqa: ANN401  as dataclasses.field
    """``least`` and ``most`` are bounds of a number; ``or_0``: 0 is allowed too."""
    about = {"unit": unit, "meaning": meaning, "least": least, "most": most, "or_0": or_0}
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    """Read from ``AFTERWORD_<NAME>``; docs/settings.md shows them as a table."""

    table: str = _setting("afterword-dev", "name", "The DynamoDB table.")
    dynamodb_endpoint: str = _setting("", "URL", "Another DynamoDB than AWS's, for development.")
    secret: str = _setting("", "characters", "At least 32 random characters; all keys are derived from it.")
    secret_parameter: str = _setting(
        "", "name", "The SSM parameter that holds the secret, where that is not set itself."
    )
    signing_generation: int = _setting(1, "number", "Raise it to rotate the signing keys; the last two count.")
    site: str = _setting("", "URL", "Where the posts are; a post's link is this and its key.")
    url: str = _setting("", "URL", "Where this service is, for links that leave it.")
    distribution: str = _setting(
        "", "id", "The CloudFront distribution to tell when public words go away; none: no cache."
    )
    edit_minutes: int = _setting(15, "minutes", "How long an author can edit a comment.")
    limit_minute: int = _setting(5, "submissions a minute", "From one network.")
    limit_day: int = _setting(60, "submissions a day", "From one network.")
    limit_post_held: int = _setting(50, "submissions a second", "Under one post, held for a moderator.")
    limit_post_published: int = _setting(10, "submissions a second", "Under one post, published at once.")
    limit_site: int = _setting(200, "submissions a second", "Over the whole site.")
    limit_edits: int = _setting(10, "edits a minute", "From one network.")
    limit_previews: int = _setting(30, "previews a minute", "From one network.")
    limit_reactions: int = _setting(30, "votes an hour, and as many flags", "From one network.")
    work: int = _setting(
        0,
        "bits, 0 to 22",
        "Proof of work for each comment: the zero bits to look for, each twice as long. 0: none.",
        least=0,
        most=MAX_WORK,
    )
    keep_rejected_days: int = _setting(
        90,
        "days, 0 or at least 30",
        "How long rejected comments and spam are kept after the last decision about them. 0: for ever.",
        least=MIN_KEPT,
        or_0=True,
    )
    notices: str = _setting("", "name", "The SNS topic that is told how many wait, once an hour at most. Empty: none.")
    deadline: int = _setting(8, "seconds", "What one request may take; then it is refused with 503.")
    memo_seconds: int = _setting(2, "seconds", "How long an instance repeats a public answer.")
    memo_bytes: int = _setting(16_000_000, "bytes", "How much of them an instance keeps.")

    @property
    def edit_window(self) -> timedelta:
        """How long an author can edit."""
        return timedelta(minutes=self.edit_minutes)

    @property
    def keep_rejected(self) -> timedelta | None:
        """How long what was rejected is kept; nothing means for ever."""
        return timedelta(days=self.keep_rejected_days) if self.keep_rejected_days else None


def checked_secret(secret: str) -> str:
    """A secret that will do.

    Raises:
        BadSettingError: there is none, or it is too short.
    """
    if len(secret) < MIN_SECRET:
        raise BadSettingError(f"{PREFIX}SECRET must be at least {MIN_SECRET} random characters long")
    return secret


def on_lambda(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process is a Lambda function's."""
    return "AWS_LAMBDA_FUNCTION_NAME" in environment


def is_chosen(variables: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment says which table this is about."""
    return bool(variables.get(f"{PREFIX}TABLE"))


def from_environment(variables: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process, or of a stage with these variables, for which nothing else counts.

    Raises:
        BadSettingError: a number that is none, or is out of its bounds.
    """
    values: dict[str, Any] = {}
    for each in fields(Settings):
        text = variables.get(PREFIX + each.name.upper(), "")
        if text:
            values[each.name] = _number(each, text) if each.type is int else text
    return Settings(**values)


def _number(about: "Field[Any]", text: str) -> int:
    least, most, or_0 = (about.metadata[name] for name in ("least", "most", "or_0"))
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not (least <= number <= most or (or_0 and number == 0)):
        bounds = ("0 or " if or_0 else "") + f"from {least}" + (f" to {most}" if most < sys.maxsize else "")
        raise BadSettingError(f"{PREFIX}{about.name.upper()} must be a whole number {bounds}, not {text!r}")
    return int(text)


def reference() -> str:
    """The settings as a Markdown table."""
    rows = [
        f"| `{PREFIX}{each.name.upper()}` | `{each.default}` | {each.metadata['unit']} | {each.metadata['meaning']} |"
        for each in fields(Settings)
    ]
    return "\n".join(["| name | default | unit | meaning |", "|---|---|---|---|", *rows]) + "\n"
