"""Accounts: sessions and sign-in links; for owners also API tokens and moderators."""

from datetime import timedelta

from ...core.accounts import INVITE_LIFE, LINK_LIFE, Scope, TokenKind
from ...core.errors import Invalid, NotFound, Unauthenticated
from ...core.times import iso
from ...service.accounts import LastOwner
from ..http.endpoints import Call, Router, ViewResponse
from .account_schemas import (
    CreatedSession,
    CreatedToken,
    IdQuery,
    Invitation,
    Links,
    LinkSchema,
    Moderators,
    NewModerator,
    NewToken,
    SessionsQuery,
    SignIn,
    SignInLink,
    Tokens,
    moderator_schema,
    token_schema,
)
from .common import AUTH_REFUSALS

router = Router(__name__)


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
        token=token, session=token_schema(principal.token, principal), moderator=moderator_schema(principal.moderator)
    )
    return ViewResponse(created, 201)


@router.endpoint("GET", "/v1/moderation/sessions", responses={200: Tokens}, refusals=AUTH_REFUSALS, scope=Scope.READ)
def sessions(call: Call) -> Tokens:
    """List your sessions."""
    principal = call.principal
    found = call.runtime.accounts_service.tokens(principal.moderator.id, TokenKind.SESSION)
    return Tokens(tokens=[token_schema(token, principal) for token in found])


@router.endpoint(
    "DELETE",
    "/v1/moderation/sessions",
    query=SessionsQuery,
    responses={204: None},
    refusals=(Invalid, NotFound, *AUTH_REFUSALS),
    scope=Scope.READ,
)
def sign_out(call: Call) -> ViewResponse:
    """Sign out: end this session, another session of yours, or all your sessions, links and API tokens.

    Devices that were signed in with a session's links are signed out with it, and its links and invitations no longer
    work.  An API token can revoke only itself.
    """
    principal = call.principal
    if call.query.all:
        principal.require_session()
        call.runtime.accounts.sign_out_everywhere(principal.moderator)
        return ViewResponse(status=204)
    ended = call.query.id or principal.token.hash
    kind = principal.token.kind if ended == principal.token.hash else TokenKind.SESSION
    call.runtime.accounts_service.end(principal, ended, kind)
    return ViewResponse(status=204)


@router.endpoint("POST", "/v1/moderation/links", responses={201: SignInLink}, refusals=AUTH_REFUSALS, scope=Scope.READ)
def make_link(call: Call) -> ViewResponse:
    """Create a link that signs you in on another device, once within 15 minutes.

    That device is signed out with this session at the latest.  API tokens cannot create links.
    """
    principal = call.principal
    token = call.runtime.accounts_service.link(principal.moderator.id, by=principal)
    return ViewResponse(SignInLink(link=_sign_in_url(call, token), expires=_expiry(call, LINK_LIFE)), 201)


@router.endpoint("GET", "/v1/moderation/links", responses={200: Links}, refusals=AUTH_REFUSALS, scope=Scope.READ)
def links(call: Call) -> Links:
    """List your sign-in links that were not used yet."""
    found = call.runtime.accounts_service.tokens(call.principal.moderator.id, TokenKind.LINK)
    return Links(
        links=[LinkSchema(id=each.hash, created=iso(each.created), expires=iso(each.expires)) for each in found]
    )


@router.endpoint(
    "DELETE",
    "/v1/moderation/links",
    query=IdQuery,
    responses={204: None},
    refusals=(Invalid, NotFound, *AUTH_REFUSALS),
    scope=Scope.READ,
)
def revoke_link(call: Call) -> ViewResponse:
    """Revoke a sign-in link of yours.  API tokens cannot revoke links."""
    call.runtime.accounts_service.end(call.principal, call.query.id, TokenKind.LINK)
    return ViewResponse(status=204)


@router.endpoint("GET", "/v1/moderation/tokens", responses={200: Tokens}, refusals=AUTH_REFUSALS, scope=Scope.MANAGE)
def tokens(call: Call) -> Tokens:
    """List your API tokens."""
    principal = call.principal
    found = call.runtime.accounts_service.tokens(principal.moderator.id, TokenKind.API)
    return Tokens(tokens=[token_schema(token, principal) for token in found])


@router.endpoint(
    "POST",
    "/v1/moderation/tokens",
    body=NewToken,
    responses={201: CreatedToken},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def make_token(call: Call) -> ViewResponse:
    """Create an API token.  It outlives your session, until you revoke it or sign out everywhere.

    API tokens cannot create others.
    """
    principal = call.principal
    created, token = call.runtime.accounts_service.api_token(
        principal.moderator, call.body.name, frozenset(call.body.scopes), by=principal
    )
    return ViewResponse(CreatedToken(token=token, about=token_schema(created, principal)), 201)


@router.endpoint(
    "DELETE",
    "/v1/moderation/tokens",
    query=IdQuery,
    responses={204: None},
    refusals=(Invalid, NotFound, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def revoke_token(call: Call) -> ViewResponse:
    """Revoke an API token.  An API token can revoke only itself."""
    call.runtime.accounts_service.end(call.principal, call.query.id, TokenKind.API)
    return ViewResponse(status=204)


@router.endpoint(
    "GET", "/v1/moderation/moderators", responses={200: Moderators}, refusals=AUTH_REFUSALS, scope=Scope.MANAGE
)
def moderators(call: Call) -> Moderators:
    """List all moderators, with the invitations that were not accepted yet."""
    accounts = call.runtime.accounts
    found = accounts.moderators()
    invitations = accounts.invitations(found, call.runtime.clock())
    return Moderators(moderators=[moderator_schema(each, invitations.get(each.id)) for each in found])


@router.endpoint(
    "POST",
    "/v1/moderation/moderators",
    body=NewModerator,
    responses={201: Invitation},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def invite(call: Call) -> ViewResponse:
    """Invite a moderator.  The invitation ends with your session at the latest.  API tokens cannot invite."""
    moderator, token = call.runtime.accounts_service.invite(call.body.name, call.body.role, by=call.principal)
    expires = _expiry(call, INVITE_LIFE)
    return ViewResponse(
        Invitation(moderator=moderator_schema(moderator), link=_sign_in_url(call, token), expires=expires), 201
    )


@router.endpoint(
    "DELETE",
    "/v1/moderation/moderators",
    query=IdQuery,
    responses={204: None},
    refusals=(Invalid, NotFound, LastOwner, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def dismiss(call: Call) -> ViewResponse:
    """Remove a moderator, with all their sessions, links and tokens, or revoke an invitation.

    API tokens cannot remove anybody.
    """
    call.principal.require_session()
    call.runtime.accounts_service.dismiss(call.query.id, by=call.principal.actor)
    return ViewResponse(status=204)


def _sign_in_url(call: Call, link: str) -> str:
    base = call.runtime.settings.url or call.request.base
    return f"{base}/moderate#{link}"


def _expiry(call: Call, life: timedelta) -> str:
    """When a link ends that was just made: with the session at the latest."""
    return iso(min(call.runtime.clock() + life, call.principal.token.expires))
