"""Moderators and their tokens.

All of a moderator's tokens lie in one partition and are read as they are now: what was revoked is
gone from the next request on, and the list of sessions is never a moment old.
"""

from datetime import datetime

from ..core.accounts import Moderator, Role, Scope, Token, TokenKind
from ..core.decisions import AuditRow
from ..core.errors import NotFound, Unauthenticated
from ..core.times import from_iso, iso, seconds
from .audit import audit_put
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Check, Delete, Put, Update, Where
from .engine.table import Span, Table
from .items import present


class Access:
    """Reads and changes them."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def moderators(self) -> list[Moderator]:
        """All, as they are now."""
        return [_moderator(item) for item in self.table.walk(Span(keys.MODERATORS))]

    def moderator(self, moderator_id: str) -> Moderator:
        """One.

        Raises:
            NotFound: there is none.
        """
        item = self.table.get(keys.moderator(moderator_id))
        if item is None:
            raise NotFound
        return _moderator(item)

    def find(self, moderator_id: str, token_hash: str) -> tuple[Moderator, Token]:
        """A moderator and one of their tokens, in one call.

        Raises:
            Unauthenticated: one of them is not there.
        """
        wanted = [keys.moderator(moderator_id), keys.token(moderator_id, token_hash)]
        found = self.table.get_many(wanted)
        if len(found) < len(wanted):
            raise Unauthenticated
        moderator, token = (found[key] for key in wanted)
        return _moderator(moderator), _token(token)

    def tokens(self, moderator_id: str, now: datetime) -> list[Token]:
        """All that still count, as they are now."""
        tokens = map(_token, self.table.walk(Span(keys.tokens(moderator_id))))
        return [token for token in tokens if token.is_alive(now)]

    def add_moderator(self, moderator: Moderator, invite: Token, row: AuditRow) -> None:
        """A moderator with the link that lets them in."""
        self.table.write(
            Put(item=_moderator_item(moderator, row.id), where=NEW),
            Put(item=_token_item(invite), where=NEW),
            audit_put(row),
            operation=row.id,
        )

    def remove_moderator(self, moderator_id: str, row: AuditRow, *, while_there: Moderator) -> None:
        """From the next request on their tokens count no more.  ``while_there``: an owner who stays.

        Raises:
            NotFound: there is no such moderator.
            ChangedMeanwhile: the owner who was to stay is gone.
        """
        key = keys.moderator(moderator_id)
        gone = Delete(key=key, where=Where(present=("pk",)), otherwise=lambda _found: NotFound())
        stays = Check(key=keys.moderator(while_there.id), where=Where(equal={"role": str(Role.OWNER)}))
        self.table.write(gone, stays, audit_put(row), operation=row.id)
        for item in self.table.walk(Span(keys.tokens(moderator_id))):
            self.table.write(Delete(key=(item["pk"], item["sk"])))

    def add_token(self, token: Token) -> None:
        """A new token."""
        self.table.write(Put(item=_token_item(token), where=NEW), operation=token.hash)

    def exchange(self, link: Token, session: Token) -> None:
        """Use a link up for a session.

        Raises:
            Unauthenticated: it was used already.
        """
        used = Delete(
            key=keys.token(link.moderator, link.hash),
            where=Where(present=("pk",)),
            otherwise=lambda _found: Unauthenticated(),
        )
        self.table.write(Put(item=_token_item(session), where=NEW), used, operation=session.hash)

    def touch(self, token: Token, *, idle_until: datetime, now: datetime) -> None:
        """Note that a session or an API token is in use."""
        times = {"used": iso(now), "idle": iso(idle_until), "ttl": seconds(idle_until)}
        key = keys.token(token.moderator, token.hash)
        gone = Where(present=("pk",))
        self.table.write(Update(key=key, set=times, where=gone, otherwise=lambda _found: Unauthenticated()))

    def revoke(self, moderator_id: str, token_hash: str) -> None:
        """End a token.

        Raises:
            NotFound: there is none such.
        """
        key = keys.token(moderator_id, token_hash)
        if self.table.get(key) is None:
            raise NotFound
        self.table.write(Delete(key=key))

    def sign_out_everywhere(self, moderator: Moderator) -> None:
        """All tokens of a moderator count no more."""
        epoch = {"epoch": moderator.epoch + 1}
        known = Where(present=("pk",))
        self.table.write(
            Update(key=keys.moderator(moderator.id), set=epoch, where=known, otherwise=lambda _found: NotFound())
        )


def _moderator_item(moderator: Moderator, operation: str) -> Item:
    pk, sk = keys.moderator(moderator.id)
    required = {"pk": pk, "sk": sk, "v": 1, "name": moderator.name, "role": str(moderator.role), "op": operation}
    return {**required, "at": iso(moderator.created), "epoch": moderator.epoch}


def _moderator(item: Item) -> Moderator:
    return Moderator(
        id=item["sk"].removeprefix("M#"),
        name=item["name"],
        role=Role(item["role"]),
        created=from_iso(item["at"]),
        epoch=item["epoch"],
    )


def _token_item(token: Token) -> Item:
    pk, sk = keys.token(token.moderator, token.hash)
    required = {"pk": pk, "sk": sk, "v": 1, "kind": str(token.kind), "epoch": token.epoch, "op": token.hash}
    times = {"at": iso(token.created), "expires": iso(token.expires), "idle": iso(token.idle_until)}
    ttl = {"ttl": seconds(min(token.expires, token.idle_until))}
    scopes = sorted(token.scopes)
    return {**required, **times, **ttl, "scopes": scopes} | present(kept=token.kept, name=token.name)


def _token(item: Item) -> Token:
    return Token(
        kind=TokenKind(item["kind"]),
        hash=item["sk"].removeprefix("T#"),
        moderator=item["pk"].removeprefix("MOD#"),
        created=from_iso(item["at"]),
        expires=from_iso(item["expires"]),
        idle_until=from_iso(item["idle"]),
        epoch=item["epoch"],
        used=from_iso(item["used"]) if "used" in item else None,
        kept=item.get("kept", False),
        name=item.get("name", ""),
        scopes=frozenset(map(Scope, item["scopes"])),
    )
