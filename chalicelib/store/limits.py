"""Posting limits: one conditional counter each, exact under parallel requests.

The minute's and the day's count of one network are attributes of one item, so that both hold in one
write.  Counters expire by themselves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core.errors import TooManyRequests
from ..core.ids import sha256
from ..core.times import seconds
from .engine import keys
from .engine.parts import Update, Where
from .engine.table import Table

LIFE = timedelta(hours=48)
DAY = 86_400  # seconds
INVALIDATIONS = 3  # a minute


@dataclass(frozen=True)
class PostingLimits:
    """How many submissions go through."""

    per_minute: int
    per_day: int
    per_post_held: int  # a second
    per_post_published: int  # a second
    per_site: int  # a second
    edits: int  # a minute, of one network
    previews: int  # a minute, of one network
    reactions: int  # votes, and as many flags, an hour, of one network


class Limits:
    """Counts submissions."""

    def __init__(self, table: Table, limits: PostingLimits) -> None:
        self.table, self.limits = table, limits

    def count_submission(self, network: str, post: str, *, published: bool, now: datetime) -> None:
        """Count one, from the narrowest limit to the widest.

        Raises:
            TooManyRequests: one of them is used up.
        """
        self._network(network, now)
        per_post = self.limits.per_post_published if published else self.limits.per_post_held
        self._second(f"{'pub' if published else 'held'}#{sha256(post)}", per_post, now)
        self._second("site", self.limits.per_site, now)

    def count_edit(self, network: str, now: datetime) -> None:
        """Count one change of a comment by its author.

        Raises:
            TooManyRequests: this network changed enough in this minute.
        """
        self._minute("edit", network, self.limits.edits, now)

    def count_preview(self, network: str, now: datetime) -> None:
        """Count one preview.

        Raises:
            TooManyRequests: this network looked often enough in this minute.
        """
        self._minute("preview", network, self.limits.previews, now)

    def count_reaction(self, kind: str, network: str, now: datetime) -> None:
        """Count one vote, or flag, of this hour.

        Raises:
            TooManyRequests: this network had its say in this hour.
        """
        wait = 3_600 - seconds(now) % 3_600
        self._window(f"{kind}#{network}", f"{now:%Y%m%d%H}", self.limits.reactions, now, wait)

    def count_invalidation(self, now: datetime) -> None:
        """Count one time that CloudFront is told to forget: AWS takes money for each, and 15 under way at most.

        Raises:
            TooManyRequests: it was told often enough in this minute.
        """
        self._window("edge", f"{now:%Y%m%d%H%M}", INVALIDATIONS, now, 60 - seconds(now) % 60)

    def _network(self, network: str, now: datetime) -> None:
        into_day = seconds(now) % DAY
        minute = f"m{into_day // 60}"
        limits = Where(below={minute: self.limits.per_minute, "n": self.limits.per_day})

        def refusal(found: dict[str, int]) -> TooManyRequests:
            used_up = found.get("n", 0) >= self.limits.per_day
            return TooManyRequests(retry_after=DAY - into_day if used_up else 60 - into_day % 60)

        key = keys.counter(f"net#{network}", f"{now:%Y%m%d}")
        add = {minute: 1, "n": 1}
        self.table.write(Update(key=key, add=add, set=self._life(now), where=limits, otherwise=refusal))

    def _minute(self, scope: str, network: str, most: int, now: datetime) -> None:
        wait = 60 - seconds(now) % 60
        self._window(f"{scope}#{network}", f"{now:%Y%m%d%H%M}", most, now, wait)

    def _second(self, scope: str, most: int, now: datetime) -> None:
        self._window(scope, str(seconds(now)), most, now, 1)

    def _window(self, scope: str, window: str, most: int, now: datetime, wait: int) -> None:
        self.table.write(
            Update(
                key=keys.counter(scope, window),
                add={"n": 1},
                set=self._life(now),
                where=Where(below={"n": most}),
                otherwise=lambda _found: TooManyRequests(retry_after=wait),
            )
        )

    @staticmethod
    def _life(now: datetime) -> dict[str, int]:
        return {"ttl": seconds(now + LIFE)}
