"""Moderators and their tokens.

All tokens of a moderator are in one partition and read consistently, so a revoked token is rejected from
the next request on and the list of sessions is always up to date.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ..core.accounts import Moderator, Principal, Role, Scope, Token, TokenKind, works
from ..core.audit import AuditRow
from ..core.errors import NotFound, Unauthenticated
from ..core.times import from_iso, iso, seconds
from .audit import audit_put
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Check, Delete, Part, Put, Update, Where
from .engine.table import Span, Table
from .items import without_empty

EXISTS = Where(present=("pk",))
NAMES_LIFE = timedelta(minutes=5)  # in the memory of a process


class Accounts:
    """Reads and changes moderators and tokens."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._names: tuple[str, ...] = ()
        self._names_until: datetime | None = None

    def moderators(self) -> list[Moderator]:
        """All moderators."""
        return [_moderator_from_item(item) for item in self.table.iterate(Span(keys.MODERATORS))]

    def names(self, now: datetime) -> tuple[str, ...]:
        """The names of all moderators, as they were at most NAMES_LIFE ago: screening needs them often."""
        if self._names_until is None or now >= self._names_until:
            self._names = tuple(moderator.name for moderator in self.moderators())
            self._names_until = now + NAMES_LIFE
        return self._names

    def moderator(self, moderator_id: str) -> Moderator:
        """The moderator with this id.

        Raises:
            NotFound: there is no such moderator.
        """
        item = self.table.get(keys.moderator(moderator_id))
        if item is None:
            raise NotFound
        return _moderator_from_item(item)

    def find(self, moderator_id: str, token_hash: str, now: datetime) -> tuple[Moderator, Token]:
        """A moderator and one of their tokens that is valid, read in one call; in two if other sessions carry it.

        Raises:
            Unauthenticated: the moderator or the token does not exist, or the token is not valid any more.
        """
        wanted = [keys.moderator(moderator_id), keys.token(moderator_id, token_hash)]
        found = self.table.get_many(wanted)
        if len(found) < len(wanted):
            raise Unauthenticated
        moderator, token = _moderator_from_item(found[wanted[0]]), _token_from_item(found[wanted[1]])
        if not self._working([token], [moderator], now):
            raise Unauthenticated
        return moderator, token

    def makers(self, tokens: Sequence[Token]) -> dict[str, Token]:
        """The sessions that tokens depend on, by hash."""
        wanted = [keys.token(token.made_by, maker) for token in tokens for maker in token.makers]
        found = map(_token_from_item, self.table.get_many(wanted).values()) if wanted else ()
        return {token.hash: token for token in found}

    def _working(self, tokens: Sequence[Token], moderators: Sequence[Moderator], now: datetime) -> list[Token]:
        """Those of the tokens that are valid; ``moderators`` are those who are already known."""
        epochs = {moderator.id: moderator.epoch for moderator in moderators}
        others = [keys.moderator(token.made_by) for token in tokens if token.makers and token.made_by not in epochs]
        found = map(_moderator_from_item, self.table.get_many(others).values()) if others else ()
        epochs |= {moderator.id: moderator.epoch for moderator in found}
        makers = self.makers(tokens)
        return [token for token in tokens if works(token, makers, epochs, now)]

    def tokens(self, moderator: Moderator, now: datetime) -> list[Token]:
        """A moderator's valid tokens."""
        tokens = map(_token_from_item, self.table.iterate(Span(keys.tokens(moderator.id))))
        return self._working([token for token in tokens if token.is_alive(now)], [moderator], now)

    def invitations(self, moderators: Sequence[Moderator], now: datetime) -> dict[str, Token]:
        """The valid invitations of moderators who have not signed in yet, by moderator id."""
        wanted = [keys.token(each.id, each.invitation) for each in moderators if each.invitation]
        links = [_token_from_item(item) for item in self.table.get_many(wanted).values()] if wanted else []
        return {link.moderator: link for link in self._working(links, moderators, now)}

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
        removed = Delete(key=key, where=EXISTS, otherwise=lambda _found: NotFound())
        remains = Check(key=keys.moderator(remaining_owner.id), where=Where(equal={"role": str(Role.OWNER)}))
        self.table.write(removed, remains, audit_put(row), operation=row.id)
        for item in self.table.iterate(Span(keys.tokens(moderator_id))):
            self.table.write(Delete(key=(item["pk"], item["sk"])))

    def add_token(self, token: Token) -> None:
        """Store a new token."""
        self.table.write(Put(item=_token_item(token), where=NEW), operation=token.hash)

    def exchange(self, signing_in: Principal, session: Token) -> None:
        """Exchange a sign-in link, which works once, for a session; the first sign-in uses up the invitation too.

        Raises:
            Unauthenticated: the link was already used, or the session that invited was ended.
        """
        link, invitation = signing_in.token, signing_in.moderator.invitation
        used = Delete(key=keys.token(link.moderator, link.hash), where=EXISTS, otherwise=_unauthenticated)
        parts = [
            Put(item=_token_item(session), where=NEW),
            used,
            *(_acceptance(link, invitation) if invitation else ()),
        ]
        self.table.write(*parts, operation=session.hash)

    def touch(self, token: Token, *, idle_until: datetime, now: datetime) -> None:
        """Record that a session or an API token is in use.

        Raises:
            Unauthenticated: the token was revoked.
        """
        times = {"used": iso(now), "idle": iso(idle_until)}
        key = keys.token(token.moderator, token.hash)
        self.table.write(Update(key=key, set=times, where=EXISTS, otherwise=_unauthenticated))

    def revoke(self, moderator_id: str, token_hash: str, kind: TokenKind) -> None:
        """Revoke a token of one kind, and with it everything that it made.

        Raises:
            NotFound: there is no such token.
        """
        key = keys.token(moderator_id, token_hash)
        item = self.table.get(key)
        if item is None or item["kind"] != kind:
            raise NotFound
        self.table.write(Delete(key=key))

    def sign_out_everywhere(self, moderator: Moderator) -> None:
        """Invalidate all tokens of a moderator.

        Raises:
            NotFound: there is no such moderator.
        """
        epoch = {"epoch": moderator.epoch + 1}
        key = keys.moderator(moderator.id)
        self.table.write(Update(key=key, set=epoch, where=EXISTS, otherwise=lambda _found: NotFound()))


def _unauthenticated(_found: Item) -> Exception:
    return Unauthenticated()


def _acceptance(link: Token, invitation: str) -> Iterator[Part]:
    """The parts of a moderator's first sign-in.

    What signs in with an invitation depends on no session, so those that it comes from must still exist.
    """
    yield Update(key=keys.moderator(link.moderator), remove=("invite",), where=EXISTS, otherwise=_unauthenticated)
    if link.hash != invitation:
        yield Delete(key=keys.token(link.moderator, invitation))
        return
    for maker in link.makers:
        yield Check(key=keys.token(link.made_by, maker), where=EXISTS, otherwise=_unauthenticated)


def _moderator_item(moderator: Moderator, operation: str) -> Item:
    pk, sk = keys.moderator(moderator.id)
    required = {"pk": pk, "sk": sk, "name": moderator.name, "role": str(moderator.role), "op": operation}
    about = {"at": iso(moderator.created), "epoch": moderator.epoch}
    return {**required, **about, **without_empty(invite=moderator.invitation)}


def _moderator_from_item(item: Item) -> Moderator:
    return Moderator(
        id=keys.moderator_id_of(item["sk"]),
        name=item["name"],
        role=Role(item["role"]),
        created=from_iso(item["at"]),
        epoch=item["epoch"],
        invitation=item.get("invite", ""),
    )


def _token_item(token: Token) -> Item:
    pk, sk = keys.token(token.moderator, token.hash)
    required = {"pk": pk, "sk": sk, "kind": str(token.kind), "epoch": token.epoch, "op": token.hash}
    times = {"at": iso(token.created), "expires": iso(token.expires), "idle": iso(token.idle_until)}
    ttl = {"ttl": seconds(token.expires)}
    scopes = sorted(token.scopes)
    more = without_empty(kept=token.persistent, name=token.name, made=token.made_by, makers=list(token.makers))
    return {**required, **times, **ttl, "scopes": scopes} | more | ({"used": iso(token.used)} if token.used else {})


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
        made_by=item.get("made", ""),
        makers=tuple(item.get("makers", ())),
    )
