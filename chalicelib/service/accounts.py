"""Signing in: links are exchanged for sessions; sessions and API tokens are checked at each request."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..core.accounts import (
    API_TOKEN_LIFE,
    INVITE_LIFE,
    KEPT_SESSION_IDLE,
    KEPT_SESSION_LIFE,
    LINK_LIFE,
    MODERATOR_ID_BYTES,
    SECRET_BYTES,
    SESSION_LIFE,
    Moderator,
    Role,
    Scope,
    Signed,
    Token,
    TokenKind,
    moderator_of,
    new_token,
)
from ..core.decisions import Act, AuditRow
from ..core.errors import ChangedMeanwhile, Conflict, Forbidden, Unauthenticated, Unavailable
from ..core.ids import base64url
from ..store.accounts import Access
from .clock import RETRIES, Tools

TOUCH_EVERY = timedelta(hours=1)  # a token in use is noted as such no more often
COMMAND_LINE = "command line"  # who acted, where it was the owner on their own machine


class LastOwner(Conflict):
    """Somebody must be able to let others in."""

    code = "last_owner"
    message = "This is the last owner; name another one first."


class SigningIn:
    """Moderators and their tokens."""

    def __init__(self, tools: Tools, access: Access) -> None:
        self.tools, self.access = tools, access

    def check(self, token: str) -> Signed:
        """Who shows this session or API token.

        Raises:
            Unauthenticated: nobody whom it still stands for.
        """
        signed = self._found(token, TokenKind.SESSION, TokenKind.API)
        now = self.tools.clock()
        last_use = signed.token.used or signed.token.created
        if now - last_use >= TOUCH_EVERY:
            self.access.touch(signed.token, idle_until=_idle_until(signed.token, now), now=now)
        return signed

    def _found(self, token: str, *kinds: TokenKind) -> Signed:
        moderator_id, token_hash = moderator_of(token, *kinds)
        moderator, known = self.access.find(moderator_id, token_hash)
        kind = known.kind in kinds and token.startswith(f"aw_{known.kind}_")
        if not (kind and known.epoch == moderator.epoch and known.is_alive(self.tools.clock())):
            raise Unauthenticated
        return Signed(moderator, known)

    def invite(self, name: str, role: Role, *, by: str = COMMAND_LINE) -> tuple[Moderator, str]:
        """A new moderator, and the link token that lets them in once within 72 hours."""
        now = self.tools.clock()
        moderator_id = base64url(self.tools.entropy(MODERATOR_ID_BYTES))
        moderator = Moderator(id=moderator_id, name=name, role=role, created=now)
        token, invite = self._new(TokenKind.LINK, moderator, now, INVITE_LIFE)
        row = AuditRow(id=self.tools.new_ulid(now), act=Act.INVITE, by=by, at=now, note=f"{name}, {role}")
        self.access.add_moderator(moderator, invite, row)
        return moderator, token

    def dismiss(self, moderator_id: str, *, by: str = COMMAND_LINE) -> None:
        """Remove a moderator with all their tokens.

        Raises:
            NotFound: there is no such moderator.
            LastOwner: nobody could let others in any more.
        """
        for _ in range(RETRIES):
            try:
                return self._dismiss_once(moderator_id, by)
            except ChangedMeanwhile:
                continue
        raise Unavailable

    def _dismiss_once(self, moderator_id: str, by: str) -> None:
        moderator, now = self.access.moderator(moderator_id), self.tools.clock()
        others = [each for each in self.access.moderators() if each.role is Role.OWNER and each.id != moderator_id]
        if not others:
            raise LastOwner
        row = AuditRow(id=self.tools.new_ulid(now), act=Act.DISMISS, by=by, at=now, note=moderator.name)
        self.access.remove_moderator(moderator_id, row, while_there=others[0])

    def link(self, moderator_id: str) -> str:
        """A sign-in link's token: good once, for 15 minutes.

        Raises:
            NotFound: there is no such moderator.
        """
        token, link = self._new(TokenKind.LINK, self.access.moderator(moderator_id), self.tools.clock(), LINK_LIFE)
        self.access.add_token(link)
        return token

    def sign_in(self, link: str, *, keep: bool) -> tuple[Signed, str]:
        """Exchange a link for a session: (who it is, the session's token).

        Raises:
            Unauthenticated: no such link, or it was used, or it is too old.
        """
        signed = self._found(link, TokenKind.LINK)
        now = self.tools.clock()
        life = KEPT_SESSION_LIFE if keep else SESSION_LIFE
        token, session = self._new(TokenKind.SESSION, signed.moderator, now, life)
        session = replace(session, kept=keep, idle_until=min(now + KEPT_SESSION_IDLE, session.expires))
        self.access.exchange(signed.token, session)
        return Signed(signed.moderator, session), token

    def api_token(self, moderator: Moderator, name: str, scopes: frozenset[Scope]) -> tuple[Token, str]:
        """A token for programs: (what is known of it, itself).

        Raises:
            Forbidden: a scope that the moderator does not have.
        """
        if not scopes <= moderator.scopes:
            raise Forbidden
        text, token = self._new(TokenKind.API, moderator, self.tools.clock(), API_TOKEN_LIFE)
        token = replace(token, name=name, scopes=scopes)
        self.access.add_token(token)
        return token, text

    def tokens(self, moderator_id: str, kind: TokenKind) -> list[Token]:
        """A moderator's sessions, or API tokens, that still count."""
        moderator = self.access.moderator(moderator_id)
        alive = self.access.tokens(moderator_id, self.tools.clock())
        return [token for token in alive if token.kind is kind and token.epoch == moderator.epoch]

    def _new(self, kind: TokenKind, moderator: Moderator, now: datetime, life: timedelta) -> tuple[str, Token]:
        text, token_hash = new_token(kind, moderator.id, self.tools.entropy(SECRET_BYTES))
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
    """Until when a token that is used now counts: of programs', until it expires."""
    if token.kind is TokenKind.API:
        return token.idle_until
    return min(now + (KEPT_SESSION_IDLE if token.kept else SESSION_LIFE), token.expires)
