"""A backup's lines: a head, one entry for each item of the table, an end that counts them.

``docs/backup.md`` explains the format, ``docs/backup.schema.json`` is made from these models.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, TypeAdapter
from typing_extensions import TypeAliasType

FORMAT = 1  # raise it when an older release could not restore what this one writes

Attribute = TypeAliasType("Attribute", "StrictBool | StrictInt | StrictStr | list[Attribute] | dict[str, Attribute]")


class BadBackup(Exception):  # noqa: N818  a state of the world
    """It can't be made, or not be restored here; the message says why, and what to do."""


class Kind(StrEnum):
    """What an entry is."""

    KEYS = "keys"
    POLICY = "policy"
    MODERATOR = "moderator"
    COMMENT = "comment"
    TOMBSTONE = "tombstone"
    AUDIT = "audit"
    VOTE = "vote"
    FLAG = "flag"
    FLAGGED = "flagged"
    NETWORK = "network"
    RECORD = "record"
    POST = "post"
    DAY = "day"
    JOB = "job"
    EARLIER = "earlier"


class Line(BaseModel):
    """Exactly the documented fields, of exactly their types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Head(Line):
    """The first line."""

    afterword: int = Field(description="The version of the format: 1.", ge=1)
    id: str = Field(description="The ULID of this backup.")
    fingerprint: str = Field(description="Of the identity key: a backup goes only where the same secret is.")
    made: str = Field(description="When it was begun: ISO 8601, UTC.")


class Entry(Line):
    """One item of the table."""

    kind: Kind
    item: dict[str, Attribute] = Field(description="All attributes as they are stored, keys of indexes included.")


class End(Line):
    """The last line: a file without it was cut."""

    counts: dict[Kind, int] = Field(description="How many entries of each kind stand above.")
    changed: int = Field(description="Comments that came or changed while the backup was made.", ge=0)


LINES: TypeAdapter[Head | Entry | End] = TypeAdapter(Head | Entry | End)
