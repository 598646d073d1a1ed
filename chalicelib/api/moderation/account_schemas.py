"""JSON schemas of accounts: moderators, sessions, links and API tokens."""

from typing import Annotated

from pydantic import Field

from ...core.accounts import Moderator, Principal, Role, Scope, Token
from ...core.drafts import Name, Strict
from ...core.times import iso
from ..http.parsing import Query
from ..public.schemas import ResponseModel

MAX_TOKEN = 120  # characters
TokenId = Annotated[str, Field(min_length=1, max_length=64)]


class ModeratorSchema(ResponseModel):
    """A moderator."""

    id: str
    name: str
    role: Role
    created: str
    invited: bool = Field(description="Whether they have not signed in yet.")
    invitation: str | None = Field(
        default=None, description="How long the invitation of somebody who has not signed in yet still works."
    )


class Moderators(ResponseModel):
    """All moderators."""

    moderators: list[ModeratorSchema]


class TokenSchema(ResponseModel):
    """A session or an API token, without its secret."""

    id: str
    created: str
    used: str | None = Field(description="When it was last used, to the hour.")
    expires: str
    name: str | None = None
    scopes: list[Scope]
    current: bool = Field(description="Whether this request uses it.")


class LinkSchema(ResponseModel):
    """A sign-in link that was not used yet, without its secret."""

    id: str
    created: str
    expires: str


class Links(ResponseModel):
    """Sign-in links that still work."""

    links: list[LinkSchema]


class Tokens(ResponseModel):
    """Sessions or API tokens that are valid."""

    tokens: list[TokenSchema]


class SignIn(Strict):
    """A sign-in request.  ``link`` is the part after ``#`` of a sign-in link or invitation."""

    link: Annotated[str, Field(min_length=1, max_length=MAX_TOKEN)]
    keep: bool = Field(
        default=False,
        description="Stay signed in for 30 days after the last use (90 days at most) instead of 12 hours, "
        "but no longer than the session that made the link.",
    )


class CreatedSession(ResponseModel):
    """A new session."""

    token: str = Field(description="The bearer token. It is shown only once.")
    session: TokenSchema
    moderator: ModeratorSchema


class NewToken(Strict):
    """An API token to create."""

    name: Name
    scopes: Annotated[list[Annotated[Scope, Field(strict=False)]], Field(min_length=1, max_length=3)]


class CreatedToken(ResponseModel):
    """A new API token."""

    token: str = Field(description="The bearer token. It is shown only once.")
    about: TokenSchema


class NewModerator(Strict):
    """A moderator to invite."""

    name: Name
    role: Annotated[Role, Field(strict=False)] = Role.MODERATOR


class Invitation(ResponseModel):
    """A new moderator and their sign-in link, which works once within 72 hours, and while your session lasts."""

    moderator: ModeratorSchema
    link: str = Field(description="The full URL, or only its last part if the service does not know its URL.")
    expires: str


class SignInLink(ResponseModel):
    """A link that signs the same moderator in on another device."""

    link: str = Field(description="The full URL, or only its last part if the service does not know its URL.")
    expires: str


class SessionsQuery(Query):
    """Which session to end: by default the current one."""

    id: TokenId | None = None
    all: bool = Field(default=False, description="End all sessions, links and API tokens of this moderator.")


class IdQuery(Query):
    """The id of one item."""

    id: TokenId


def moderator_schema(moderator: Moderator, invitation: Token | None = None) -> ModeratorSchema:
    """A moderator as JSON, with the invitation that was not accepted yet."""
    return ModeratorSchema(
        id=moderator.id,
        name=moderator.name,
        role=moderator.role,
        created=iso(moderator.created),
        invited=bool(moderator.invitation),
        invitation=iso(invitation.expires) if invitation else None,
    )


def token_schema(token: Token, caller: Principal) -> TokenSchema:
    """A token as JSON, for its owner."""
    return TokenSchema(
        id=token.hash,
        created=iso(token.created),
        used=iso(token.used) if token.used else None,
        expires=iso(min(token.expires, token.idle_until)),
        name=token.name or None,
        scopes=sorted(token.scopes & caller.moderator.scopes),
        current=token.hash == caller.token.hash,
    )
