"""Rate limits: conditional counters, exact under parallel requests.

Limits of the same window or network are attributes of one item, so that one write enforces them together: a network's
minute and day, a second's submissions to the site and to each post.  Counters expire automatically.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..core.comments import Caller
from ..core.errors import TooManyRequests
from ..core.ids import sha256
from ..core.times import seconds
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Key, Update, Where
from .engine.table import Table

DAY = 86_400  # seconds
LIFE = 2 * DAY  # of a counter
HOUR = 3_600  # seconds
HASH = 8  # characters of a post's hash in the name of an attribute: in one second, two posts hardly ever share it
WIDE = 10  # times the limits of one network: those of the /48 around it


@dataclass(frozen=True)
class PostingLimits:
    """How many requests are allowed in each window of time."""

    per_minute: int  # per network
    per_day: int  # per network
    per_post_held: int  # per second
    per_post_published: int  # per second
    per_site: int  # per second
    edits: int  # and separately erasures, per minute and network
    previews: int  # per minute and network
    reactions: int  # votes, and separately flags, per hour and network
    forms: int  # submissions without the required work, per hour and network


class Limits:
    """Counts requests and refuses those over a limit."""

    def __init__(self, table: Table, limits: PostingLimits) -> None:
        self.table, self.limits = table, limits

    def count_submission(self, caller: Caller, now: datetime, *, form: bool = False) -> None:
        """Count a submission against the limits of its network.

        ``form``: it has also a limit of its own, because its sender can't do the required work.

        Raises:
            TooManyRequests: one of the limits is reached.
        """
        for network, factor in _networks(caller):
            self._count_submission(network, now, factor=factor, form=form)

    def count_on_post(self, post: str, *, published: bool, now: datetime) -> None:
        """Count a submission against the limits of its post and of the site.

        Raises:
            TooManyRequests: one of the limits is reached.
        """
        at = seconds(now)
        kind, most = ("p", self.limits.per_post_published) if published else ("h", self.limits.per_post_held)
        name = f"{kind}_{sha256(post)[:HASH].replace('-', '_')}"  # a placeholder has no hyphen
        limits = {"n": self.limits.per_site, name: most}
        self._count(keys.counter("site", str(at)), limits, at, lambda _found: TooManyRequests(retry_after=1))

    def count_edit(self, caller: Caller, now: datetime) -> None:
        """Count an edit of a comment by its author.

        Raises:
            TooManyRequests: this network's limit for the minute is reached.
        """
        self._minute("edit", caller, self.limits.edits, now)

    def count_erasure(self, caller: Caller, now: datetime) -> None:
        """Count a request to erase an author's data; as many as edits are allowed.

        Raises:
            TooManyRequests: this network's limit for the minute is reached.
        """
        self._minute("erase", caller, self.limits.edits, now)

    def count_preview(self, caller: Caller, now: datetime) -> None:
        """Count a preview.

        Raises:
            TooManyRequests: this network's limit for the minute is reached.
        """
        self._minute("preview", caller, self.limits.previews, now)

    def count_reaction(self, kind: str, caller: Caller, now: datetime) -> None:
        """Count a vote or a flag.

        Raises:
            TooManyRequests: this network's limit for the hour is reached.
        """
        for network, factor in _networks(caller):
            most = self.limits.reactions * factor
            self._window(f"{kind}#{network}", f"{now:%Y%m%d%H}", HOUR, most, seconds(now))

    def _minute(self, scope: str, caller: Caller, most: int, now: datetime) -> None:
        for network, factor in _networks(caller):
            self._window(f"{scope}#{network}", f"{now:%Y%m%d%H%M}", 60, most * factor, seconds(now))

    def _window(self, scope: str, window: str, length: int, most: int, at: int) -> None:
        wait = length - at % length
        self._count(keys.counter(scope, window), {"n": most}, at, lambda _found: TooManyRequests(retry_after=wait))

    def _count_submission(self, network: str, now: datetime, *, factor: int, form: bool) -> None:
        at, into_day = seconds(now), seconds(now) % DAY
        windows = {f"m{into_day // 60}": (self.limits.per_minute, 60), "n": (self.limits.per_day, DAY)}
        if form:
            windows[f"f{into_day // HOUR}"] = self.limits.forms, HOUR
        limits = {name: most * factor for name, (most, _) in windows.items()}

        def refusal(found: Item) -> TooManyRequests:
            full = [length for name, (_, length) in windows.items() if found.get(name, 0) >= limits[name]]
            return TooManyRequests(retry_after=max((length - into_day % length for length in full), default=1))

        self._count(keys.counter(f"net#{network}", f"{now:%Y%m%d}"), limits, at, refusal)

    def _count(self, key: Key, limits: Mapping[str, int], at: int, refusal: Callable[[Item], TooManyRequests]) -> None:
        """Add 1 to each of these attributes, unless one of them has reached its limit."""
        add, where = dict.fromkeys(limits, 1), Where(below=limits)
        self.table.write(Update(key=key, add=add, set={"ttl": at + LIFE}, where=where, otherwise=refusal))


def _networks(caller: Caller) -> list[tuple[str, int]]:
    """The networks that a request counts for, each with the factor of its limits."""
    wide = [(caller.wide_limit, WIDE)] if caller.wide_limit else []
    return [(caller.limit, 1), *wide]
