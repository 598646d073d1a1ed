"""Who may moderate: moderators, their tokens, and what each kind of token may do.

A token is ``aw_<kind>_`` and random characters; the table holds its SHA-256.  A moderator's token
begins with the moderator's id, so that everything about a moderator lies in one partition.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .errors import Forbidden, Unauthenticated
from .ids import base64url, sha256

MODERATOR_ID_BYTES = 9  # 12 base64url characters
SECRET_BYTES = 24  # 32 base64url characters

INVITE_LIFE = timedelta(hours=72)
LINK_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(hours=12)
KEPT_SESSION_IDLE = timedelta(days=30)
KEPT_SESSION_LIFE = timedelta(days=90)
API_TOKEN_LIFE = timedelta(days=3650)  # until it is revoked

BEARER = re.compile(r"(?i:bearer) (aw_[a-z]+_[A-Za-z0-9_-]{22,80})")
AUTHOR_KEY = re.compile(r"aw_author_([A-Za-z0-9_-]{22})")
MODERATOR_TOKEN = re.compile(r"aw_(session|api|link)_(([A-Za-z0-9_-]{12})[A-Za-z0-9_-]{32})")


class Role(StrEnum):
    """What a moderator is."""

    OWNER = "owner"
    MODERATOR = "moderator"


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    MODERATE = "moderate"
    MANAGE = "manage"


SCOPES: dict[Role, frozenset[Scope]] = {
    Role.OWNER: frozenset(Scope),
    Role.MODERATOR: frozenset({Scope.READ, Scope.MODERATE}),
}


class TokenKind(StrEnum):
    """The three kinds that belong to moderators; an author key is the fourth."""

    SESSION = "session"
    API = "api"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Moderator:
    """``epoch`` rises at "sign out everywhere": tokens of an earlier one no longer count."""

    id: str
    name: str
    role: Role
    created: datetime
    epoch: int = 0

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the role allows."""
        return SCOPES[self.role]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A session, an API token or a link, as the table knows it.

    ``idle_until`` moves with use, up to ``expires``.  ``operation`` marks the write that made it.
    """

    kind: TokenKind
    hash: str
    moderator: str
    created: datetime
    expires: datetime
    idle_until: datetime
    epoch: int
    used: datetime | None = None
    kept: bool = False
    name: str = ""
    scopes: frozenset[Scope] = frozenset(Scope)

    def is_alive(self, now: datetime) -> bool:
        """The table's own expiry comes late."""
        return now < min(self.expires, self.idle_until)


@dataclass(frozen=True)
class Signed:
    """A moderator who showed a good token."""

    moderator: Moderator
    token: Token

    @property
    def scopes(self) -> frozenset[Scope]:
        """What both the role and the token allow."""
        return self.moderator.scopes & self.token.scopes

    def need(self, scope: Scope) -> None:
        """Refuse what the token does not allow.

        Raises:
            Forbidden: it lacks the scope.
        """
        if scope not in self.scopes:
            raise Forbidden


def bearer(values: Sequence[str]) -> str:
    """The token of the one ``Authorization`` header, or nothing."""
    match = BEARER.fullmatch(values[0]) if len(values) == 1 else None
    return match[1] if match else ""


def author_hash(token: str) -> str:
    """The hash of an author key, or nothing where the token is none."""
    match = AUTHOR_KEY.fullmatch(token)
    return sha256(match[1]) if match else ""


def moderator_of(token: str, *kinds: TokenKind) -> tuple[str, str]:
    """(moderator's id, token's hash) of a moderator's token.

    Raises:
        Unauthenticated: no such token, or one of another kind.
    """
    match = MODERATOR_TOKEN.fullmatch(token)
    if not match or match[1] not in kinds:
        raise Unauthenticated
    return match[3], sha256(match[2])


def new_token(kind: TokenKind, moderator: str, entropy: bytes) -> tuple[str, str]:
    """(the token, its hash).  Only its bearer ever sees the first."""
    body = moderator + base64url(entropy)
    return f"aw_{kind}_{body}", sha256(body)
