"""Moderators and their tokens.

All tokens of a moderator are in one partition and read consistently, so a revoked token is rejected from
the next request on and the list of sessions is always up to date.
"""

from datetime import datetime

from ..core.accounts import Moderator, Role, Scope, Token, TokenKind
from ..core.audit import AuditRow
from ..core.errors import NotFound, Unauthenticated
from ..core.times import from_iso, iso, seconds
from .audit import audit_put
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Check, Delete, Put, Update, Where
from .engine.table import Span, Table
from .items import without_empty


class Accounts:
    """Reads and changes moderators and tokens."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def moderators(self) -> list[Moderator]:
        """All moderators."""
        return [_moderator_from_item(item) for item in self.table.iterate(Span(keys.MODERATORS))]

    def moderator(self, moderator_id: str) -> Moderator:
        """The moderator with this id.

        Raises:
            NotFound: there is no such moderator.
        """
        item = self.table.get(keys.moderator(moderator_id))
        if item is None:
            raise NotFound
        return _moderator_from_item(item)

    def find(self, moderator_id: str, token_hash: str) -> tuple[Moderator, Token]:
        """A moderator and one of their tokens, read in one call.

        Raises:
            Unauthenticated: the moderator or the token does not exist.
        """
        wanted = [keys.moderator(moderator_id), keys.token(moderator_id, token_hash)]
        found = self.table.get_many(wanted)
        if len(found) < len(wanted):
            raise Unauthenticated
        moderator, token = (found[key] for key in wanted)
        return _moderator_from_item(moderator), _token_from_item(token)

    def tokens(self, moderator_id: str, now: datetime) -> list[Token]:
        """A moderator's valid tokens."""
        tokens = map(_token_from_item, self.table.iterate(Span(keys.tokens(moderator_id))))
        return [token for token in tokens if token.is_alive(now)]

    def add_moderator(self, moderator: Moderator, invite: Token, row: AuditRow) -> None:
        """Add a moderator together with their invite link."""
        self.table.write(
            Put(item=_moderator_item(moderator, row.id), where=NEW),
            Put(item=_token_item(invite), where=NEW),
            audit_put(row),
            operation=row.id,
        )

    def remove_moderator(self, moderator_id: str, row: AuditRow, *, remaining_owner: Moderator) -> None:
        """Remove a moderator; their tokens are invalid from the next request on.

        Raises:
            NotFound: there is no such moderator.
            ChangedMeanwhile: ``remaining_owner`` is no longer an owner.
        """
        key = keys.moderator(moderator_id)
        removed = Delete(key=key, where=Where(present=("pk",)), otherwise=lambda _found: NotFound())
        remains = Check(key=keys.moderator(remaining_owner.id), where=Where(equal={"role": str(Role.OWNER)}))
        self.table.write(removed, remains, audit_put(row), operation=row.id)
        for item in self.table.iterate(Span(keys.tokens(moderator_id))):
            self.table.write(Delete(key=(item["pk"], item["sk"])))

    def add_token(self, token: Token) -> None:
        """Store a new token."""
        self.table.write(Put(item=_token_item(token), where=NEW), operation=token.hash)

    def exchange(self, link: Token, session: Token) -> None:
        """Exchange a sign-in link, which works once, for a session.

        Raises:
            Unauthenticated: the link was already used.
        """
        used = Delete(
            key=keys.token(link.moderator, link.hash),
            where=Where(present=("pk",)),
            otherwise=lambda _found: Unauthenticated(),
        )
        self.table.write(Put(item=_token_item(session), where=NEW), used, operation=session.hash)

    def touch(self, token: Token, *, idle_until: datetime, now: datetime) -> None:
        """Record that a session or an API token is in use.

        Raises:
            Unauthenticated: the token was revoked.
        """
        times = {"used": iso(now), "idle": iso(idle_until), "ttl": seconds(idle_until)}
        key = keys.token(token.moderator, token.hash)
        exists = Where(present=("pk",))
        self.table.write(Update(key=key, set=times, where=exists, otherwise=lambda _found: Unauthenticated()))

    def revoke(self, moderator_id: str, token_hash: str) -> None:
        """Revoke a token.

        Raises:
            NotFound: there is no such token.
        """
        key = keys.token(moderator_id, token_hash)
        if self.table.get(key) is None:
            raise NotFound
        self.table.write(Delete(key=key))

    def sign_out_everywhere(self, moderator: Moderator) -> None:
        """Invalidate all tokens of a moderator.

        Raises:
            NotFound: there is no such moderator.
        """
        epoch = {"epoch": moderator.epoch + 1}
        exists = Where(present=("pk",))
        self.table.write(
            Update(key=keys.moderator(moderator.id), set=epoch, where=exists, otherwise=lambda _found: NotFound())
        )


def _moderator_item(moderator: Moderator, operation: str) -> Item:
    pk, sk = keys.moderator(moderator.id)
    required = {"pk": pk, "sk": sk, "name": moderator.name, "role": str(moderator.role), "op": operation}
    return {**required, "at": iso(moderator.created), "epoch": moderator.epoch}


def _moderator_from_item(item: Item) -> Moderator:
    return Moderator(
        id=keys.moderator_id_of(item["sk"]),
        name=item["name"],
        role=Role(item["role"]),
        created=from_iso(item["at"]),
        epoch=item["epoch"],
    )


def _token_item(token: Token) -> Item:
    pk, sk = keys.token(token.moderator, token.hash)
    required = {"pk": pk, "sk": sk, "kind": str(token.kind), "epoch": token.epoch, "op": token.hash}
    times = {"at": iso(token.created), "expires": iso(token.expires), "idle": iso(token.idle_until)}
    ttl = {"ttl": seconds(min(token.expires, token.idle_until))}
    scopes = sorted(token.scopes)
    return {**required, **times, **ttl, "scopes": scopes} | without_empty(kept=token.persistent, name=token.name)


def _token_from_item(item: Item) -> Token:
    return Token(
        kind=TokenKind(item["kind"]),
        hash=keys.token_hash_of(item["sk"]),
        moderator=keys.owner_of_tokens(item["pk"]),
        created=from_iso(item["at"]),
        expires=from_iso(item["expires"]),
        idle_until=from_iso(item["idle"]),
        epoch=item["epoch"],
        used=from_iso(item["used"]) if "used" in item else None,
        persistent=item.get("kept", False),
        name=item.get("name", ""),
        scopes=frozenset(map(Scope, item["scopes"])),
    )
