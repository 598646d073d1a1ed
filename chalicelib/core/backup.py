"""The lines of a backup: a header, one entry for each item of the table, and an end line with their counts.

``docs/backup.md`` explains the format; ``docs/backup.schema.json`` is generated from these models.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, TypeAdapter
from typing_extensions import TypeAliasType

FORMAT = 1  # raise it when older releases could not restore what this one writes

Attribute = TypeAliasType("Attribute", "StrictBool | StrictInt | StrictStr | list[Attribute] | dict[str, Attribute]")


class BadBackup(Exception):  # noqa: N818  a state of the world
    """A backup can't be made, or can't be restored here; the message says why, and what to do."""


class EntryKind(StrEnum):
    """The kind of item that an entry contains."""

    KEYS = "keys"
    POLICY = "policy"
    MODERATOR = "moderator"
    COMMENT = "comment"
    TOMBSTONE = "tombstone"
    AUDIT = "audit"
    VOTE = "vote"
    FLAG = "flag"
    FLAGGED = "flagged"
    EDIT = "edit"
    NETWORK = "network"
    RECORD = "record"
    POST = "post"
    DAY = "day"
    JOB = "job"
    PREVIOUS_TEXT = "previous_text"


class Line(BaseModel):
    """A line with exactly the documented fields, of exactly their types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Header(Line):
    """The first line."""

    afterword: int = Field(description="The version of the format: 1.", ge=1)
    id: str = Field(description="The ULID of this backup.")
    fingerprint: str = Field(description="Of the identity key: a backup can only be restored with the same secret.")
    made: str = Field(description="When the backup was started: ISO 8601, UTC.")


class Entry(Line):
    """One item of the table."""

    kind: EntryKind
    item: dict[str, Attribute] = Field(description="All attributes as they are stored, including keys of indexes.")


class End(Line):
    """The last line: a file without it is incomplete."""

    counts: dict[EntryKind, int] = Field(description="The number of entries of each kind.")
    changed: int = Field(description="The number of comments that were added or changed during the backup.", ge=0)


LINES: TypeAdapter[Header | Entry | End] = TypeAdapter(Header | Entry | End)
