"""Accounts: moderators, their tokens, and what each kind of token allows.

A token is ``aw_<kind>_`` and random characters; the table stores only its SHA-256.  The random part of a
moderator's token begins with the moderator's id, so that everything about a moderator is in one partition.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .actors import Actor, ActorKind
from .errors import Forbidden, Unauthenticated
from .ids import base64url, sha256

MODERATOR_ID_BYTES = 9  # 12 base64url characters
SECRET_BYTES = 24  # 32 base64url characters

INVITE_LIFE = timedelta(hours=72)
LINK_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(hours=12)
PERSISTENT_SESSION_IDLE = timedelta(days=30)
PERSISTENT_SESSION_LIFE = timedelta(days=90)
API_TOKEN_LIFE = timedelta(days=3650)  # until it is revoked

BEARER = re.compile(r"(?i:bearer) (aw_[a-z]+_[A-Za-z0-9_-]{22,80})")
AUTHOR_KEY = re.compile(r"aw_author_([A-Za-z0-9_-]{22})")
MODERATOR_TOKEN = re.compile(r"aw_(session|api|link)_(([A-Za-z0-9_-]{12})[A-Za-z0-9_-]{32})")


class Role(StrEnum):
    """The role of a moderator."""

    OWNER = "owner"
    MODERATOR = "moderator"


class Scope(StrEnum):
    """What a token allows."""

    READ = "read"
    MODERATE = "moderate"
    MANAGE = "manage"


SCOPES: dict[Role, frozenset[Scope]] = {
    Role.OWNER: frozenset(Scope),
    Role.MODERATOR: frozenset({Scope.READ, Scope.MODERATE}),
}


class TokenKind(StrEnum):
    """The kinds of token that belong to moderators.  Author keys are a kind of their own."""

    SESSION = "session"
    API = "api"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Moderator:
    """A moderator.  ``epoch`` rises with "sign out everywhere", which invalidates the tokens of earlier epochs."""

    id: str
    name: str
    role: Role
    created: datetime
    epoch: int = 0

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes of the role."""
        return SCOPES[self.role]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A session, an API token or a sign-in link, as it is stored.

    Each use extends ``idle_until``, but never beyond ``expires``.  A ``persistent`` session is one whose
    moderator chose to stay signed in.
    """

    kind: TokenKind
    hash: str
    moderator: str
    created: datetime
    expires: datetime
    idle_until: datetime
    epoch: int
    used: datetime | None = None
    persistent: bool = False
    name: str = ""
    scopes: frozenset[Scope] = frozenset(Scope)

    def is_alive(self, now: datetime) -> bool:
        """Whether it has not expired.  DynamoDB deletes expired items only some days later."""
        return now < min(self.expires, self.idle_until)


@dataclass(frozen=True)
class Principal:
    """A moderator or an API token that has authenticated."""

    moderator: Moderator
    token: Token

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes that both the role and the token allow."""
        return self.moderator.scopes & self.token.scopes

    @property
    def actor(self) -> Actor:
        """The moderator, as audit rows and jobs name them."""
        return Actor(ActorKind.MODERATOR, self.moderator.id)

    def require(self, scope: Scope) -> None:
        """Refuse the request if the scope is missing.

        Raises:
            Forbidden: the role or the token lacks the scope.
        """
        if scope not in self.scopes:
            raise Forbidden


def bearer(values: Sequence[str]) -> str:
    """The bearer token in the values of the ``Authorization`` header; empty unless there is exactly one valid value."""
    match = BEARER.fullmatch(values[0]) if len(values) == 1 else None
    return match[1] if match else ""


def author_hash(token: str) -> str:
    """The hash of an author key; empty if the token is not an author key."""
    match = AUTHOR_KEY.fullmatch(token)
    return sha256(match[1]) if match else ""


def parse_token(token: str, *kinds: TokenKind) -> tuple[str, str]:
    """The moderator's id and the token's hash, of a token of one of these kinds.

    Raises:
        Unauthenticated: it is not such a token.
    """
    match = MODERATOR_TOKEN.fullmatch(token)
    if not match or match[1] not in kinds:
        raise Unauthenticated
    return match[3], sha256(match[2])


def new_token(kind: TokenKind, moderator: str, entropy: bytes) -> tuple[str, str]:
    """A new token and its hash.  Only the hash is stored."""
    body = moderator + base64url(entropy)
    return f"aw_{kind}_{body}", sha256(body)
