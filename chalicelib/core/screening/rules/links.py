"""Rules about links."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from ..context import Context, Fact
from ..policy import Settings, Whole
from ..rule import Finding, hold, rule


class LinksSettings(Settings):
    """Only of authors without an approved comment."""

    model_config = ConfigDict(title="Hold comments with many links")

    section: ClassVar[str] = "links"
    allowed: Whole = Field(default=2, ge=0, le=100, title="Links allowed")


@rule(
    "{links} links, from an author without approved comments.",
    one="A link, from an author without approved comments.",
    settings=LinksSettings,
    needs={Fact.AUTHOR_RECORD},
)
def links(context: Context) -> Finding | None:
    """Hold a text with many links from an author without approved comments."""
    found = len(context.links)
    if found <= context.settings(LinksSettings).allowed or context.author_record.approved:
        return None
    return hold(links=found)
