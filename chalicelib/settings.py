"""Settings: name, default, unit and meaning of each.  Only this module reads them from the environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from typing import Any

PREFIX = "AFTERWORD_"
MIN_SECRET = 32  # characters
MIN_RETENTION = 30  # days: as long as a decision can be undone
MAX_WORK = 22  # bits: seconds on a fast computer, a minute on a slow phone


class BadSettingError(Exception):
    """A setting has an invalid value; the message names the setting."""


def _setting(
    default: str | int, unit: str, meaning: str, *, least: int = 1, most: int = sys.maxsize, or_0: bool = False
) -> Any:  # noqa: ANN401  as dataclasses.field
    """A field of ``Settings``.  Numbers are between ``least`` and ``most``; with ``or_0`` they may also be 0."""
    about = {"unit": unit, "meaning": meaning, "least": least, "most": most, "or_0": or_0}
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    """The settings, read from ``AFTERWORD_<NAME>``.  docs/settings.md lists them in a table."""

    table: str = _setting("afterword-dev", "name", "The DynamoDB table.")
    dynamodb_endpoint: str = _setting("", "URL", "A DynamoDB endpoint other than AWS, for development.")
    secret: str = _setting("", "characters", "At least 32 random characters; all keys are derived from it.")
    secret_parameter: str = _setting(
        "", "name", "The parameter in Systems Manager that has the secret, if `AFTERWORD_SECRET` is empty."
    )
    signing_generation: int = _setting(
        1, "number", "Raise it to rotate the signing keys; the last two generations are valid."
    )
    site: str = _setting("", "URL", "The address of your site. A post's link is this address followed by its key.")
    url: str = _setting("", "URL", "The public address of this service, for links in digests and feeds.")
    security_contact: str = _setting(
        "", "URL", "Where to report vulnerabilities, `mailto:…` or `https://…`, for `/.well-known/security.txt`."
    )
    distribution: str = _setting(
        "", "id", "The CloudFront distribution to invalidate when public content is removed. Empty: none."
    )
    edge_key_hashes: str = _setting(
        "",
        "hashes",
        "The SHA-256 hashes of the keys that CloudFront sends, separated by commas; `make cdn` sets them. Empty: there "
        "is no function of its own for readers.",
    )
    edit_minutes: int = _setting(15, "minutes", "How long an author can edit a comment.")
    limit_minute: int = _setting(5, "submissions a minute", "From one network.")
    limit_day: int = _setting(60, "submissions a day", "From one network.")
    limit_post_held: int = _setting(50, "submissions a second", "For one post, if they are held.")
    limit_post_published: int = _setting(10, "submissions a second", "For one post, if they are published at once.")
    limit_site: int = _setting(200, "submissions a second", "For the whole site.")
    limit_edits: int = _setting(10, "edits a minute, and as many erasures", "From one network.")
    limit_previews: int = _setting(30, "previews a minute", "From one network.")
    limit_reactions: int = _setting(30, "votes an hour, and as many flags", "From one network.")
    limit_forms: int = _setting(
        5,
        "submissions an hour",
        "From one network, with the form without JavaScript, while a proof of work is required.",
    )
    limit_invalidations: int = _setting(
        30,
        "invalidations a day",
        "Of CloudFront's cache, when public content is removed. After that, CloudFront keeps pages for a shorter time.",
    )
    work: int = _setting(
        0,
        "bits, 0 to 22",
        "The proof of work required for each comment, in zero bits; each bit doubles the work. 0: none.",
        least=0,
        most=MAX_WORK,
    )
    keep_rejected_days: int = _setting(
        90,
        "days, 0 or at least 30",
        "How long rejected comments and spam are kept after the last decision about them. 0: forever.",
        least=MIN_RETENTION,
        or_0=True,
    )
    notices: str = _setting(
        "", "name", "The SNS topic for digests of waiting comments, at most one an hour. Empty: none."
    )
    metrics: int = _setting(
        1, "0 or 1", "Whether the hourly timer writes metrics, which alarms need and which cost money.", least=0, most=1
    )
    deadline: int = _setting(8, "seconds", "The longest time for one request; after that the response is 503.")
    memo_seconds: int = _setting(2, "seconds", "How long an instance caches public responses.")
    memo_bytes: int = _setting(16_000_000, "bytes", "The largest size of that cache.")

    @property
    def edit_window(self) -> timedelta:
        """How long an author can edit a comment."""
        return timedelta(minutes=self.edit_minutes)

    @property
    def keep_rejected(self) -> timedelta | None:
        """How long rejected comments and spam are kept; None means for ever."""
        return timedelta(days=self.keep_rejected_days) if self.keep_rejected_days else None


def checked_secret(secret: str) -> str:
    """Return the secret if it is long enough.

    Raises:
        BadSettingError: it is missing or too short.
    """
    if len(secret) < MIN_SECRET:
        raise BadSettingError(f"{PREFIX}SECRET must be at least {MIN_SECRET} random characters long")
    return secret


def on_lambda(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process runs on Lambda."""
    return "AWS_LAMBDA_FUNCTION_NAME" in environment


def names_a_table(variables: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names the table to use."""
    return bool(variables.get(f"{PREFIX}TABLE"))


def edge_key_hashes(variables: Mapping[str, str] = os.environ) -> list[str]:
    """The hashes of the keys that CloudFront sends; empty if readers have no function of their own."""
    return [text for each in variables.get(f"{PREFIX}EDGE_KEY_HASHES", "").split(",") if (text := each.strip())]


def from_environment(variables: Mapping[str, str] = os.environ) -> Settings:
    """The settings that these variables define; by default those of this process.

    Raises:
        BadSettingError: a value is not a number, or is out of bounds.
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
