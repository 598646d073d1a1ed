"""Moderator accounts: links are exchanged for sessions; every request's session or API token is checked."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..core.accounts import (
    API_TOKEN_LIFE,
    INVITE_LIFE,
    LINK_LIFE,
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
        now = self.essentials.clock()
        last_use = principal.token.used or principal.token.created
        if now - last_use >= TOUCH_EVERY:
            self.accounts.touch(principal.token, idle_until=_idle_until(principal.token, now), now=now)
        return principal

    def _find(self, token: str, *kinds: TokenKind) -> Principal:
        moderator_id, token_hash = parse_token(token, *kinds)
        moderator, found = self.accounts.find(moderator_id, token_hash)
        is_kind = found.kind in kinds and token.startswith(f"aw_{found.kind}_")
        if not (is_kind and found.epoch == moderator.epoch and found.is_alive(self.essentials.clock())):
            raise Unauthenticated
        return Principal(moderator, found)

    def invite(self, name: str, role: Role, *, by: Actor = COMMAND_LINE) -> tuple[Moderator, str]:
        """Add a moderator; returns it with a link token that signs in once within 72 hours."""
        now = self.essentials.clock()
        moderator_id = base64url(self.essentials.entropy(MODERATOR_ID_BYTES))
        moderator = Moderator(id=moderator_id, name=name, role=role, created=now)
        token, invite = self._new_token(TokenKind.LINK, moderator, now, INVITE_LIFE)
        row = self._new_row(Action.INVITE, by, now, name=name, role=str(role))
        self.accounts.add_moderator(moderator, invite, row)
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

    def link(self, moderator_id: str) -> str:
        """Create the token of a sign-in link, valid once within 15 minutes.

        Raises:
            NotFound: there is no such moderator.
        """
        token, link = self._new_token(
            TokenKind.LINK, self.accounts.moderator(moderator_id), self.essentials.clock(), LINK_LIFE
        )
        self.accounts.add_token(link)
        return token

    def sign_in(self, link: str, *, persistent: bool) -> tuple[Principal, str]:
        """Exchange a link token for a session; returns the principal and the session's token.

        Raises:
            Unauthenticated: the link is unknown, used or expired.
        """
        principal = self._find(link, TokenKind.LINK)
        now = self.essentials.clock()
        life = PERSISTENT_SESSION_LIFE if persistent else SESSION_LIFE
        token, session = self._new_token(TokenKind.SESSION, principal.moderator, now, life)
        session = replace(
            session, persistent=persistent, idle_until=min(now + PERSISTENT_SESSION_IDLE, session.expires)
        )
        self.accounts.exchange(principal.token, session)
        return Principal(principal.moderator, session), token

    def api_token(self, moderator: Moderator, name: str, scopes: frozenset[Scope]) -> tuple[Token, str]:
        """Create an API token; returns its record and the token itself, which is not stored.

        Raises:
            Forbidden: the moderator does not have one of the scopes.
        """
        if not scopes <= moderator.scopes:
            raise Forbidden
        text, token = self._new_token(TokenKind.API, moderator, self.essentials.clock(), API_TOKEN_LIFE)
        token = replace(token, name=name, scopes=scopes)
        self.accounts.add_token(token)
        return token, text

    def tokens(self, moderator_id: str, kind: TokenKind) -> list[Token]:
        """A moderator's valid tokens of one kind."""
        moderator = self.accounts.moderator(moderator_id)
        alive = self.accounts.tokens(moderator_id, self.essentials.clock())
        return [token for token in alive if token.kind is kind and token.epoch == moderator.epoch]

    def _new_row(self, action: Action, by: Actor, now: datetime, **parameters: str) -> AuditRow:
        return AuditRow(id=self.essentials.new_ulid(now), action=action, actor=by, at=now, parameters=parameters)

    def _new_token(self, kind: TokenKind, moderator: Moderator, now: datetime, life: timedelta) -> tuple[str, Token]:
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
