"""What the routes for moderators share: who may call them, page sizes, cursors and names."""

from collections.abc import Mapping

from pydantic import Field

from ...core.actors import Actor, ActorKind
from ...core.errors import Forbidden, Unauthenticated
from ..http.endpoints import Call
from ..http.pagination import signed_cursor
from ..public.schemas import ResponseModel

AUTH_REFUSALS = (Unauthenticated, Forbidden)  # of every route for moderators


class ActorSchema(ResponseModel):
    """Who did something: a moderator, or one of the others, who have no id."""

    kind: ActorKind
    id: str | None = Field(description="The id of the moderator.")
    name: str | None = Field(description="The name of the moderator; absent if the moderator was removed.")


def actor_schema(actor: Actor, names: Mapping[str, str]) -> ActorSchema:
    """An actor as JSON; ``names`` are the moderators' names by id."""
    return ActorSchema(kind=actor.kind, id=actor.id or None, name=names.get(actor.id))


def moderator_names(call: Call) -> dict[str, str]:
    """Moderator id → name."""
    return {moderator.id: moderator.name for moderator in call.runtime.accounts.moderators()}


def next_cursor(call: Call, following: str, *bound: str) -> str | None:
    """The cursor of the next page, if there is one."""
    return signed_cursor(call, following, *bound) if following else None
