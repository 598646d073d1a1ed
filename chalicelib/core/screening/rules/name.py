"""Rules about the author's name: nobody passes for the site's own people.  Two of them can't be switched off."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from ..context import Context, Fact
from ..policy import Settings
from ..reserved import looks_like_person, looks_like_reserved, looks_like_title
from ..rule import Finding, hold, rule

MAX_NAMES = 100
MAX_LENGTH = 80  # characters, as of an author's name


class ReservedNamesSettings(Settings):
    """Admin, Moderator and the like, and the moderators' names, are always held."""

    model_config = ConfigDict(title="Hold comments under names that you reserve")

    section: ClassVar[str] = "reserved_names"
    active: bool = True
    names: list[Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]] = Field(
        default=[], max_length=MAX_NAMES, title="Reserved names, one per line"
    )


@rule("The name looks like a title: {title}.")
def title_as_name(context: Context) -> Finding | None:
    """Hold a name that looks like a title of the site's people, such as Admin."""
    found = looks_like_title(context.name)
    return hold(title=found) if found else None


@rule("The name looks like that of a moderator: {name}.", needs={Fact.MODERATOR_NAMES})
def name_of_moderator(context: Context) -> Finding | None:
    """Hold a name that looks like a moderator's."""
    found = looks_like_person(context.name, context.moderator_names)
    return hold(name=found) if found else None


@rule("The name looks like a reserved one: {name}.", settings=ReservedNamesSettings)
def reserved_name(context: Context) -> Finding | None:
    """Hold a name that looks like one that the owner reserved."""
    found = looks_like_reserved(context.name, context.settings(ReservedNamesSettings).names)
    return hold(name=found) if found else None
