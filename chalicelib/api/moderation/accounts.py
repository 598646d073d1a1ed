"""Accounts: sessions and sign-in links; for owners also API tokens and moderators."""

from typing import Annotated

from pydantic import Field

from ...core.accounts import LINK_LIFE, Moderator, Principal, Role, Scope, Token, TokenKind
from ...core.drafts import Name, Strict
from ...core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from ...core.times import iso
from ...service.accounts import LastOwner
from ..http.endpoints import Call, Router, ViewResponse
from ..http.parsing import Query
from ..public.schemas import ResponseModel
from .common import AUTH_REFUSALS

router = Router(__name__)

MAX_TOKEN = 120  # characters
TokenId = Annotated[str, Field(min_length=1, max_length=64)]


class ModeratorSchema(ResponseModel):
    """A moderator."""

    id: str
    name: str
    role: Role
    created: str


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


class Tokens(ResponseModel):
    """Sessions or API tokens that are valid."""

    tokens: list[TokenSchema]


class SignIn(Strict):
    """A sign-in request.  ``link`` is the part after ``#`` of a sign-in link or invitation."""

    link: Annotated[str, Field(min_length=1, max_length=MAX_TOKEN)]
    keep: bool = Field(
        default=False,
        description="Stay signed in for 30 days after the last use (90 days at most) instead of 12 hours.",
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
    """A new moderator and their sign-in link, which works once within 72 hours."""

    moderator: ModeratorSchema
    link: str = Field(description="The full URL, or only its last part if the service does not know its URL.")


class SignInLink(ResponseModel):
    """A link that signs the same moderator in on another device."""

    link: str = Field(description="The full URL, or only its last part if the service does not know its URL.")
    expires: str


class SessionsQuery(Query):
    """Which session to end: by default the current one."""

    id: TokenId | None = None
    all: bool = Field(default=False, description="End all sessions and API tokens of this moderator.")


class IdQuery(Query):
    """The id of one item."""

    id: TokenId


@router.endpoint(
    "POST",
    "/v1/moderation/sessions",
    body=SignIn,
    responses={201: CreatedSession},
    refusals=(Invalid, Unauthenticated),
)
def sign_in(call: Call) -> ViewResponse:
    """Exchange a sign-in link or an invitation for a session.  A link works once."""
    principal, token = call.runtime.accounts_service.sign_in(call.body.link, persistent=call.body.keep)
    created = CreatedSession(
        token=token, session=_token(principal.token, principal), moderator=_moderator(principal.moderator)
    )
    return ViewResponse(created, 201)


@router.endpoint("GET", "/v1/moderation/sessions", responses={200: Tokens}, refusals=AUTH_REFUSALS, scope=Scope.READ)
def sessions(call: Call) -> Tokens:
    """List your sessions."""
    principal = call.principal
    found = call.runtime.accounts_service.tokens(principal.moderator.id, TokenKind.SESSION)
    return Tokens(tokens=[_token(token, principal) for token in found])


@router.endpoint(
    "DELETE",
    "/v1/moderation/sessions",
    query=SessionsQuery,
    responses={204: None},
    refusals=(Invalid, NotFound, *AUTH_REFUSALS),
    scope=Scope.READ,
)
def sign_out(call: Call) -> ViewResponse:
    """Sign out: end this session, another session of yours, or all sessions and API tokens.

    An API token can revoke only itself.
    """
    principal = call.principal
    ends_itself = call.query.id in {None, principal.token.hash} and not call.query.all
    if principal.token.kind is TokenKind.API and not ends_itself:
        raise Forbidden
    if call.query.all:
        call.runtime.accounts.sign_out_everywhere(principal.moderator)
    else:
        call.runtime.accounts.revoke(principal.moderator.id, call.query.id or principal.token.hash)
    return ViewResponse(status=204)


@router.endpoint("POST", "/v1/moderation/links", responses={201: SignInLink}, refusals=AUTH_REFUSALS, scope=Scope.READ)
def make_link(call: Call) -> ViewResponse:
    """Create a link that signs you in on another device, once within 15 minutes.

    API tokens cannot create links.
    """
    principal = call.principal
    if principal.token.kind is TokenKind.API:
        raise Forbidden
    token = call.runtime.accounts_service.link(principal.moderator.id)
    expires = call.runtime.clock() + LINK_LIFE
    return ViewResponse(SignInLink(link=_sign_in_url(call, token), expires=iso(expires)), 201)


@router.endpoint("GET", "/v1/moderation/tokens", responses={200: Tokens}, refusals=AUTH_REFUSALS, scope=Scope.MANAGE)
def tokens(call: Call) -> Tokens:
    """List your API tokens."""
    principal = call.principal
    found = call.runtime.accounts_service.tokens(principal.moderator.id, TokenKind.API)
    return Tokens(tokens=[_token(token, principal) for token in found])


@router.endpoint(
    "POST",
    "/v1/moderation/tokens",
    body=NewToken,
    responses={201: CreatedToken},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def make_token(call: Call) -> ViewResponse:
    """Create an API token.  Its scopes cannot exceed those of the token in this request."""
    principal = call.principal
    for scope in call.body.scopes:
        principal.require(scope)
    created, token = call.runtime.accounts_service.api_token(
        principal.moderator, call.body.name, frozenset(call.body.scopes)
    )
    return ViewResponse(CreatedToken(token=token, about=_token(created, principal)), 201)


@router.endpoint(
    "DELETE",
    "/v1/moderation/tokens",
    query=IdQuery,
    responses={204: None},
    refusals=(Invalid, NotFound, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def revoke_token(call: Call) -> ViewResponse:
    """Revoke an API token."""
    call.runtime.accounts.revoke(call.principal.moderator.id, call.query.id)
    return ViewResponse(status=204)


@router.endpoint(
    "GET", "/v1/moderation/moderators", responses={200: Moderators}, refusals=AUTH_REFUSALS, scope=Scope.MANAGE
)
def moderators(call: Call) -> Moderators:
    """List all moderators."""
    return Moderators(moderators=[_moderator(each) for each in call.runtime.accounts.moderators()])


@router.endpoint(
    "POST",
    "/v1/moderation/moderators",
    body=NewModerator,
    responses={201: Invitation},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def invite(call: Call) -> ViewResponse:
    """Invite a moderator."""
    by = call.principal.actor
    moderator, token = call.runtime.accounts_service.invite(call.body.name, call.body.role, by=by)
    return ViewResponse(Invitation(moderator=_moderator(moderator), link=_sign_in_url(call, token)), 201)


@router.endpoint(
    "DELETE",
    "/v1/moderation/moderators",
    query=IdQuery,
    responses={204: None},
    refusals=(Invalid, NotFound, LastOwner, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def dismiss(call: Call) -> ViewResponse:
    """Remove a moderator, with all their sessions and tokens."""
    call.runtime.accounts_service.dismiss(call.query.id, by=call.principal.actor)
    return ViewResponse(status=204)


def _sign_in_url(call: Call, link: str) -> str:
    base = call.runtime.settings.url or call.request.base
    return f"{base}/moderate#{link}"


def _moderator(moderator: Moderator) -> ModeratorSchema:
    created = iso(moderator.created)
    return ModeratorSchema(id=moderator.id, name=moderator.name, role=moderator.role, created=created)


def _token(token: Token, caller: Principal) -> TokenSchema:
    return TokenSchema(
        id=token.hash,
        created=iso(token.created),
        used=iso(token.used) if token.used else None,
        expires=iso(min(token.expires, token.idle_until)),
        name=token.name or None,
        scopes=sorted(token.scopes & caller.moderator.scopes),
        current=token.hash == caller.token.hash,
    )
