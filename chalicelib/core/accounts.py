"""Accounts: moderators, their tokens, and what each kind of token allows.

A token is ``aw_<kind>_`` and random characters; the table stores only its SHA-256.  The random part of a
moderator's token begins with the moderator's id, so that everything about a moderator is in one partition.

What is made with a token never allows more and never lasts longer.  API tokens make nothing.  A session makes links,
and their sessions: they name the sessions they come from (``makers``), and work only while all of them do.
"""

import re
from collections.abc import Mapping, Sequence
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
MAX_MAKERS = 8  # sessions in a row, each signed in with a link that the one before made

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
    """A moderator.

    ``epoch`` rises with "sign out everywhere", which invalidates the tokens of earlier epochs.  ``invitation`` is the
    hash of the link that signs a new moderator in for the first time; it is empty from then on.
    """

    id: str
    name: str
    role: Role
    created: datetime
    epoch: int = 0
    invitation: str = ""

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes of the role."""
        return SCOPES[self.role]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A session, an API token or a sign-in link, as it is stored.

    Each use extends ``idle_until``, but never beyond ``expires``.  A ``persistent`` session is one whose
    moderator chose to stay signed in.  ``makers`` are the hashes of the sessions of the moderator ``made_by`` that it
    depends on, first the one that made it; what the command line made has none.
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
    made_by: str = ""
    makers: tuple[str, ...] = ()

    @property
    def is_invitation(self) -> bool:
        """Whether another moderator made it."""
        return self.made_by not in {"", self.moderator}

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

    def require_session(self) -> None:
        """Refuse the request of an API token: it can neither give nor end anybody's access, except its own.

        Raises:
            Forbidden: an API token is used.
        """
        if self.token.kind is not TokenKind.SESSION:
            raise Forbidden


def works(token: Token, makers: Mapping[str, Token], epochs: Mapping[str, int], now: datetime) -> bool:
    """Whether a token and all sessions that it depends on are valid.

    ``makers`` are those sessions that exist, by hash, and ``epochs`` those of their moderators who exist, by id.  A
    session that nobody used for long still carries what it made, until it expires.
    """
    chain = [makers.get(each) for each in token.makers]
    is_carried = all(maker and now < maker.expires and epochs.get(maker.moderator) == maker.epoch for maker in chain)
    return is_carried and token.is_alive(now) and epochs.get(token.moderator) == token.epoch


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
