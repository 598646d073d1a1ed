"""Moderator accounts: links are exchanged for sessions; every request's session or API token is checked."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..core.accounts import (
    API_TOKEN_LIFE,
    INVITE_LIFE,
    LINK_LIFE,
    MAX_MAKERS,
    MODERATOR_ID_BYTES,
    PERSISTENT_SESSION_IDLE,
    PERSISTENT_SESSION_LIFE,
    SECRET_BYTES,
    SESSION_LIFE,
    Moderator,
    Principal,
    Role,
    Scope,
    Token,
    TokenKind,
    new_token,
    parse_token,
)
from ..core.actors import COMMAND_LINE, Actor
from ..core.audit import Action, AuditRow
from ..core.errors import Conflict, Forbidden, Unauthenticated
from ..core.ids import base64url
from ..store.accounts import Accounts
from .clock import Essentials
from .retry import retry

TOUCH_EVERY = timedelta(hours=1)  # how often at most a token's last use is stored


class LastOwner(Conflict):
    """The last owner can't be removed: nobody could invite others any more."""

    code = "last_owner"
    message = "This is the last owner; name another one first."


class AccountService:
    """Manages moderators and their tokens."""

    def __init__(self, essentials: Essentials, accounts: Accounts) -> None:
        self.essentials, self.accounts = essentials, accounts

    def check(self, token: str) -> Principal:
        """Return the principal who owns this session or API token, and extend an idle session.

        Raises:
            Unauthenticated: the token is unknown, expired or revoked.
        """
        principal = self._find(token, TokenKind.SESSION, TokenKind.API)
        now, last_use = self.essentials.clock(), principal.token.used
        if last_use is None or now - last_use >= TOUCH_EVERY:
            self.accounts.touch(principal.token, idle_until=_idle_until(principal.token, now), now=now)
        return principal

    def _find(self, token: str, *kinds: TokenKind) -> Principal:
        moderator_id, token_hash = parse_token(token, *kinds)
        moderator, found = self.accounts.find(moderator_id, token_hash, self.essentials.clock())
        if found.kind not in kinds or not token.startswith(f"aw_{found.kind}_"):
            raise Unauthenticated
        return Principal(moderator, found)

    def invite(self, name: str, role: Role, *, by: Principal | None = None) -> tuple[Moderator, str]:
        """Add a moderator; returns it with a link token that signs in once within 72 hours, while ``by`` works.

        Raises:
            Forbidden: an API token can't invite anybody, and nobody can give more than they have.
        """
        now = self.essentials.clock()
        moderator_id = base64url(self.essentials.entropy(MODERATOR_ID_BYTES))
        moderator = Moderator(id=moderator_id, name=name, role=role, created=now)
        token, link = self._new_link(moderator, INVITE_LIFE, by)
        moderator = replace(moderator, invitation=link.hash)
        row = self._new_row(Action.INVITE, by.actor if by else COMMAND_LINE, now, name=name, role=str(role))
        self.accounts.add_moderator(moderator, link, row)
        return moderator, token

    def dismiss(self, moderator_id: str, *, by: Actor = COMMAND_LINE) -> None:
        """Remove a moderator with all their tokens.

        Raises:
            NotFound: there is no such moderator.
            LastOwner: it is the last owner.
        """
        retry(lambda: self._dismiss_once(moderator_id, by))

    def _dismiss_once(self, moderator_id: str, by: Actor) -> None:
        moderator, now = self.accounts.moderator(moderator_id), self.essentials.clock()
        others = [each for each in self.accounts.moderators() if each.role is Role.OWNER and each.id != moderator_id]
        if not others:
            raise LastOwner
        row = self._new_row(Action.DISMISS, by, now, name=moderator.name)
        self.accounts.remove_moderator(moderator_id, row, remaining_owner=others[0])

    def link(self, moderator_id: str, *, by: Principal | None = None) -> str:
        """Create the token of a sign-in link, valid once within 15 minutes, while ``by`` works.

        Raises:
            NotFound: there is no such moderator.
            Forbidden: an API token can't create links, nor can a session at the end of MAX_MAKERS others.
        """
        token, link = self._new_link(self.accounts.moderator(moderator_id), LINK_LIFE, by)
        self.accounts.add_token(link)
        return token

    def _new_link(self, moderator: Moderator, life: timedelta, by: Principal | None) -> tuple[str, Token]:
        text, link = self._new_token(TokenKind.LINK, moderator, life)
        if by is None:
            return text, link
        by.require_session()
        makers = (by.token.hash, *by.token.makers)
        if len(makers) > MAX_MAKERS or not moderator.scopes <= by.scopes:
            raise Forbidden
        expires = min(link.expires, by.token.expires)
        return text, replace(link, expires=expires, idle_until=expires, made_by=by.moderator.id, makers=makers)

    def sign_in(self, link: str, *, persistent: bool) -> tuple[Principal, str]:
        """Exchange a link token for a session; returns the principal and the session's token.

        With a link that a session made, the new session ends with that session, and no later.

        Raises:
            Unauthenticated: the link is unknown, used, expired or revoked.
        """
        principal = self._find(link, TokenKind.LINK)
        now, used = self.essentials.clock(), principal.token
        life = PERSISTENT_SESSION_LIFE if persistent else SESSION_LIFE
        token, session = self._new_token(TokenKind.SESSION, principal.moderator, life)
        if used.makers and not used.is_invitation:
            ends = [session.expires, *(maker.expires for maker in self.accounts.makers([used]).values())]
            session = replace(session, expires=min(ends), made_by=used.made_by, makers=used.makers)
        idle_until = min(now + PERSISTENT_SESSION_IDLE, session.expires)
        session = replace(session, persistent=persistent, idle_until=idle_until, used=now)
        self.accounts.exchange(principal, session)
        return Principal(replace(principal.moderator, invitation=""), session), token

    def api_token(
        self, moderator: Moderator, name: str, scopes: frozenset[Scope], *, by: Principal | None = None
    ) -> tuple[Token, str]:
        """Create an API token; returns its record and the token itself, which is not stored.

        It belongs to the moderator and outlives the session ``by``.

        Raises:
            Forbidden: the moderator or the session lacks one of the scopes, or an API token is used.
        """
        if by:
            by.require_session()
        if not scopes <= (by.scopes if by else moderator.scopes):
            raise Forbidden
        text, token = self._new_token(TokenKind.API, moderator, API_TOKEN_LIFE)
        token = replace(token, name=name, scopes=scopes)
        self.accounts.add_token(token)
        return token, text

    def tokens(self, moderator_id: str, kind: TokenKind) -> list[Token]:
        """A moderator's valid tokens of one kind."""
        alive = self.accounts.tokens(self.accounts.moderator(moderator_id), self.essentials.clock())
        return [token for token in alive if token.kind is kind]

    def end(self, principal: Principal, token_hash: str, kind: TokenKind) -> None:
        """Revoke a session, link or API token of the same moderator; an API token can revoke only itself.

        Raises:
            Forbidden: an API token would end something else.
            NotFound: there is no such token of this kind.
        """
        if token_hash != principal.token.hash:
            principal.require_session()
        self.accounts.revoke(principal.moderator.id, token_hash, kind)

    def _new_row(self, action: Action, by: Actor, now: datetime, **parameters: str) -> AuditRow:
        return AuditRow(id=self.essentials.new_ulid(now), action=action, actor=by, at=now, parameters=parameters)

    def _new_token(self, kind: TokenKind, moderator: Moderator, life: timedelta) -> tuple[str, Token]:
        now = self.essentials.clock()
        text, token_hash = new_token(kind, moderator.id, self.essentials.entropy(SECRET_BYTES))
        token = Token(
            kind=kind,
            hash=token_hash,
            moderator=moderator.id,
            created=now,
            expires=now + life,
            idle_until=now + life,
            epoch=moderator.epoch,
        )
        return text, token


def _idle_until(token: Token, now: datetime) -> datetime:
    """When a token that is used now expires if it is not used again."""
    if token.kind is TokenKind.API:
        return token.idle_until
    return min(now + (PERSISTENT_SESSION_IDLE if token.persistent else SESSION_LIFE), token.expires)
