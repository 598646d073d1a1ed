"""Rate limits: conditional counters, exact under parallel requests.

Limits of the same window or network are attributes of one item, so that one write enforces them together: a network's
minute and day, a second's submissions to the site and to each post.  Counters expire automatically.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..core.errors import TooManyRequests
from ..core.ids import sha256
from ..core.times import seconds
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Key, Update, Where
from .engine.table import Table

DAY = 86_400  # seconds
LIFE = 2 * DAY  # of a counter
HASH = 8  # characters of a post's hash in the name of an attribute: in one second, two posts hardly ever share it
INVALIDATIONS = 3  # per minute


@dataclass(frozen=True)
class PostingLimits:
    """How many requests are allowed in each window of time."""

    per_minute: int
    per_day: int
    per_post_held: int  # per second
    per_post_published: int  # per second
    per_site: int  # per second
    edits: int  # per minute and network
    previews: int  # per minute and network
    reactions: int  # votes, and separately flags, per hour and network


class Limits:
    """Counts requests and refuses those over a limit."""

    def __init__(self, table: Table, limits: PostingLimits) -> None:
        self.table, self.limits = table, limits

    def count_submission(self, network: str, post: str, *, published: bool, now: datetime) -> None:
        """Count a submission against the limits of its network, its post and the site.

        Raises:
            TooManyRequests: one of the limits is reached.
        """
        at = seconds(now)
        self._count_network(network, now, at)
        kind, most = ("p", self.limits.per_post_published) if published else ("h", self.limits.per_post_held)
        name = f"{kind}_{sha256(post)[:HASH].replace('-', '_')}"  # a placeholder has no hyphen
        limits = {"n": self.limits.per_site, name: most}
        self._count(keys.counter("site", str(at)), limits, at, lambda _found: TooManyRequests(retry_after=1))

    def count_edit(self, network: str, now: datetime) -> None:
        """Count an edit of a comment by its author.

        Raises:
            TooManyRequests: this network's limit for the minute is reached.
        """
        self._minute("edit", network, self.limits.edits, now)

    def count_preview(self, network: str, now: datetime) -> None:
        """Count a preview.

        Raises:
            TooManyRequests: this network's limit for the minute is reached.
        """
        self._minute("preview", network, self.limits.previews, now)

    def count_reaction(self, kind: str, network: str, now: datetime) -> None:
        """Count a vote or a flag.

        Raises:
            TooManyRequests: this network's limit for the hour is reached.
        """
        self._window(f"{kind}#{network}", f"{now:%Y%m%d%H}", 3_600, self.limits.reactions, seconds(now))

    def count_invalidation(self, now: datetime) -> None:
        """Count an invalidation of the CDN: AWS charges for each and allows 15 in progress.

        Raises:
            TooManyRequests: the limit for the minute is reached.
        """
        self._window("cdn", f"{now:%Y%m%d%H%M}", 60, INVALIDATIONS, seconds(now))

    def _minute(self, scope: str, network: str, most: int, now: datetime) -> None:
        self._window(f"{scope}#{network}", f"{now:%Y%m%d%H%M}", 60, most, seconds(now))

    def _window(self, scope: str, window: str, length: int, most: int, at: int) -> None:
        wait = length - at % length
        self._count(keys.counter(scope, window), {"n": most}, at, lambda _found: TooManyRequests(retry_after=wait))

    def _count_network(self, network: str, now: datetime, at: int) -> None:
        into_day = at % DAY

        def refusal(found: Item) -> TooManyRequests:
            used_up = found.get("n", 0) >= self.limits.per_day
            return TooManyRequests(retry_after=DAY - into_day if used_up else 60 - into_day % 60)

        limits = {f"m{into_day // 60}": self.limits.per_minute, "n": self.limits.per_day}
        self._count(keys.counter(f"net#{network}", f"{now:%Y%m%d}"), limits, at, refusal)

    def _count(self, key: Key, limits: Mapping[str, int], at: int, refusal: Callable[[Item], TooManyRequests]) -> None:
        """Add 1 to each of these attributes, unless one of them has reached its limit."""
        add, where = dict.fromkeys(limits, 1), Where(below=limits)
        self.table.write(Update(key=key, add=add, set={"ttl": at + LIFE}, where=where, otherwise=refusal))
