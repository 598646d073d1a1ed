"""Moderators: signing in and out; for owners, who moderates, and tokens for programs."""

from typing import Annotated

from pydantic import Field

from ...core.accounts import LINK_LIFE, Moderator, Role, Scope, Signed, Token, TokenKind
from ...core.drafts import Name, Strict
from ...core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from ...core.times import iso
from ...service.accounts import LastOwner
from ..http.endpoints import Answer, Call, Topic
from ..http.parsing import Query
from ..public.schemas import Out

topic = Topic(__name__)

MAX_TOKEN = 120  # characters
TokenId = Annotated[str, Field(min_length=1, max_length=64)]


class ModeratorShape(Out):
    """A moderator."""

    id: str
    name: str
    role: Role
    created: str


class Moderators(Out):
    """All moderators."""

    moderators: list[ModeratorShape]


class TokenShape(Out):
    """A session or an API token, without its secret."""

    id: str
    created: str
    used: str | None = Field(description="When it was last seen, to the hour.")
    expires: str
    name: str | None = None
    scopes: list[Scope]
    current: bool = Field(description="The one that asks.")


class Tokens(Out):
    """Sessions or API tokens that still count."""

    tokens: list[TokenShape]


class SignIn(Strict):
    """``link`` is what stands after ``#`` in a sign-in link or invite."""

    link: Annotated[str, Field(min_length=1, max_length=MAX_TOKEN)]
    keep: bool = Field(default=False, description="For 30 days since last use, 90 at most; else for 12 hours.")


class SignedIn(Out):
    """A new session."""

    token: str = Field(description="Send it as a bearer token.  It is shown this once.")
    session: TokenShape
    moderator: ModeratorShape


class NewToken(Strict):
    """A token for a program."""

    name: Name
    scopes: Annotated[list[Annotated[Scope, Field(strict=False)]], Field(min_length=1, max_length=3)]


class MadeToken(Out):
    """A new API token."""

    token: str = Field(description="Send it as a bearer token.  It is shown this once.")
    about: TokenShape


class NewModerator(Strict):
    """Somebody to invite."""

    name: Name
    role: Annotated[Role, Field(strict=False)] = Role.MODERATOR


class Invited(Out):
    """A new moderator, and what lets them in once within 72 hours."""

    moderator: ModeratorShape
    link: str = Field(description="The whole address, or its end if the service does not know its own address.")


class OwnLink(Out):
    """What signs the same moderator in once more, on another device."""

    link: str = Field(description="The whole address, or its end if the service does not know its own address.")
    expires: str


class SessionsQuery(Query):
    """Which session to end: this one, if nothing is said."""

    id: TokenId | None = None
    all: bool = Field(default=False, description="All sessions and tokens of this moderator.")


class IdQuery(Query):
    """Which one."""

    id: TokenId


@topic.endpoint(
    "POST",
    "/v1/moderation/sessions",
    body=SignIn,
    answers={201: SignedIn},
    refusals=(Invalid, Unauthenticated),
)
def sign_in(call: Call) -> Answer:
    """Exchange a sign-in link or an invite for a session.  A link works once."""
    signed, token = call.runtime.signing_in.sign_in(call.body.link, keep=call.body.keep)
    shown = SignedIn(token=token, session=_token(signed.token, signed), moderator=_moderator(signed.moderator))
    return Answer(shown, 201)


@topic.endpoint(
    "GET",
    "/v1/moderation/sessions",
    answers={200: Tokens},
    refusals=(Unauthenticated, Forbidden),
    scope=Scope.READ,
)
def sessions(call: Call) -> Tokens:
    """List one's own sessions."""
    signed = call.signed
    found = call.runtime.signing_in.tokens(signed.moderator.id, TokenKind.SESSION)
    return Tokens(tokens=[_token(token, signed) for token in found])


@topic.endpoint(
    "DELETE",
    "/v1/moderation/sessions",
    query=SessionsQuery,
    answers={204: None},
    refusals=(Invalid, NotFound, Unauthenticated, Forbidden),
    scope=Scope.READ,
)
def sign_out(call: Call) -> Answer:
    """End this session, another one of one's own, or all with all tokens.

    An API token ends nothing but itself.
    """
    signed = call.signed
    is_own_end = call.query.id in {None, signed.token.hash} and not call.query.all
    if signed.token.kind is TokenKind.API and not is_own_end:
        raise Forbidden
    if call.query.all:
        call.runtime.access.sign_out_everywhere(signed.moderator)
    else:
        call.runtime.access.revoke(signed.moderator.id, call.query.id or signed.token.hash)
    return Answer(status=204)


@topic.endpoint(
    "POST",
    "/v1/moderation/links",
    answers={201: OwnLink},
    refusals=(Unauthenticated, Forbidden),
    scope=Scope.READ,
)
def make_link(call: Call) -> Answer:
    """Make a link that signs the same moderator in on another device, once within 15 minutes.

    Only people may: an API token can't make more of what it is.
    """
    signed = call.signed
    if signed.token.kind is TokenKind.API:
        raise Forbidden
    token = call.runtime.signing_in.link(signed.moderator.id)
    expires = call.runtime.clock() + LINK_LIFE
    return Answer(OwnLink(link=_address(call, token), expires=iso(expires)), 201)


@topic.endpoint(
    "GET",
    "/v1/moderation/tokens",
    answers={200: Tokens},
    refusals=(Unauthenticated, Forbidden),
    scope=Scope.MANAGE,
)
def tokens(call: Call) -> Tokens:
    """List one's own API tokens."""
    signed = call.signed
    found = call.runtime.signing_in.tokens(signed.moderator.id, TokenKind.API)
    return Tokens(tokens=[_token(token, signed) for token in found])


@topic.endpoint(
    "POST",
    "/v1/moderation/tokens",
    body=NewToken,
    answers={201: MadeToken},
    refusals=(Invalid, Unauthenticated, Forbidden),
    scope=Scope.MANAGE,
)
def make_token(call: Call) -> Answer:
    """Make an API token, which may do no more than the token that asks for it."""
    signed = call.signed
    for scope in call.body.scopes:
        signed.need(scope)
    made, token = call.runtime.signing_in.api_token(signed.moderator, call.body.name, frozenset(call.body.scopes))
    return Answer(MadeToken(token=token, about=_token(made, signed)), 201)


@topic.endpoint(
    "DELETE",
    "/v1/moderation/tokens",
    query=IdQuery,
    answers={204: None},
    refusals=(Invalid, NotFound, Unauthenticated, Forbidden),
    scope=Scope.MANAGE,
)
def revoke_token(call: Call) -> Answer:
    """Revoke an API token."""
    call.runtime.access.revoke(call.signed.moderator.id, call.query.id)
    return Answer(status=204)


@topic.endpoint(
    "GET",
    "/v1/moderation/moderators",
    answers={200: Moderators},
    refusals=(Unauthenticated, Forbidden),
    scope=Scope.MANAGE,
)
def moderators(call: Call) -> Moderators:
    """List who moderates."""
    return Moderators(moderators=[_moderator(each) for each in call.runtime.access.moderators()])


@topic.endpoint(
    "POST",
    "/v1/moderation/moderators",
    body=NewModerator,
    answers={201: Invited},
    refusals=(Invalid, Unauthenticated, Forbidden),
    scope=Scope.MANAGE,
)
def invite(call: Call) -> Answer:
    """Invite a moderator."""
    by = call.signed.moderator.id
    moderator, token = call.runtime.signing_in.invite(call.body.name, call.body.role, by=by)
    return Answer(Invited(moderator=_moderator(moderator), link=_address(call, token)), 201)


@topic.endpoint(
    "DELETE",
    "/v1/moderation/moderators",
    query=IdQuery,
    answers={204: None},
    refusals=(Invalid, NotFound, LastOwner, Unauthenticated, Forbidden),
    scope=Scope.MANAGE,
)
def dismiss(call: Call) -> Answer:
    """Remove a moderator, with all their sessions and tokens."""
    call.runtime.signing_in.dismiss(call.query.id, by=call.signed.moderator.id)
    return Answer(status=204)


def _address(call: Call, link: str) -> str:
    base = call.runtime.settings.url or call.incoming.base
    return f"{base}/moderate#{link}"


def _moderator(moderator: Moderator) -> ModeratorShape:
    created = iso(moderator.created)
    return ModeratorShape(id=moderator.id, name=moderator.name, role=moderator.role, created=created)


def _token(token: Token, asking: Signed) -> TokenShape:
    return TokenShape(
        id=token.hash,
        created=iso(token.created),
        used=iso(token.used) if token.used else None,
        expires=iso(min(token.expires, token.idle_until)),
        name=token.name or None,
        scopes=sorted(token.scopes & asking.moderator.scopes),
        current=token.hash == asking.token.hash,
    )
