"""Statistics: the size of the queue, and the decisions of each day."""

from collections import Counter
from typing import Annotated, get_args

from pydantic import Field

from ...core.accounts import Scope
from ...core.comments import Status
from ...core.errors import Invalid
from ...core.ids import ulid_iso
from ...store.queue import QueueCount
from ...store.stats import Day
from ..http.endpoints import Call, Router
from ..http.parsing import Number, Query
from ..public.schemas import ResponseModel
from .common import AUTH_REFUSALS, moderator_names
from .queue import QueueStatus

router = Router(__name__)

MAX_DAYS = 90
DAY = len("2030-01-31")


class StatsQuery(Query):
    """Which days and lists to count.  Days are in UTC and end with today."""

    days: Annotated[Number, Field(ge=1, le=MAX_DAYS)] = 30
    status: QueueStatus | None = None
    lists: bool = Field(default=False, description="Count the comments of every status.")


class DayStats(ResponseModel):
    """The decisions of one day."""

    day: str
    decisions: dict[str, int] = Field(description="Number by decision: approve, reject, spam, restore, delete.")
    by: dict[str, int] = Field(description="Number by id of the moderator.")
    waiting: int = Field(description="Comments and edits submitted on that day that are still pending.")
    seconds_to_decision: int | None = Field(description="The mean time to the first decision of a moderator.")


class ListCount(ResponseModel):
    """The number of comments of one status."""

    count: int
    more: bool = Field(description="There are more comments than were counted.")


class StatsSchema(ResponseModel):
    """Statistics of the queue.  Pending edits of published comments count as waiting."""

    waiting: int
    waiting_more: bool = Field(description="There are more comments than were counted.")
    oldest_waiting: str | None
    listed: ListCount | None = Field(description="The count for `status`, if it was given.")
    lists: dict[QueueStatus, ListCount] | None = Field(description="The count for each status, if `lists` was set.")
    spam_share: float | None = Field(
        description="The share of spam among the decisions to approve, to reject or to mark as spam in these days."
    )
    days: list[DayStats] = Field(description="Newest first.")
    names: dict[str, str] = Field(description="Names of the moderators, by id. Removed moderators are missing.")


@router.endpoint(
    "GET",
    "/v1/moderation/stats",
    query=StatsQuery,
    responses={200: StatsSchema},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.READ,
)
def stats(call: Call) -> StatsSchema:
    """Get the size of the queue, the time of its oldest comment, and the decisions of each day."""
    query: StatsQuery = call.query
    waiting = call.runtime.queue.count()
    lists = {each: _count(call, each, waiting) for each in get_args(QueueStatus)} if query.lists else None
    submitted = Counter(ulid_iso(each)[:DAY] for each in waiting.ulids)
    days = call.runtime.stats.days(call.runtime.clock().date(), query.days)
    return StatsSchema(
        waiting=len(waiting.ulids),
        waiting_more=waiting.more,
        oldest_waiting=ulid_iso(waiting.ulids[0]) if waiting.ulids else None,
        listed=_count(call, query.status, waiting) if query.status else None,
        lists=lists,
        spam_share=_spam_share(days),
        days=[_day_stats(day, submitted[day.day.isoformat()]) for day in days],
        names=moderator_names(call),
    )


def _count(call: Call, status: str, waiting: QueueCount) -> ListCount:
    found = waiting if status == Status.PENDING else call.runtime.queue.count(status)
    return ListCount(count=len(found.ulids), more=found.more)


def _spam_share(days: list[Day]) -> float | None:
    decided = sum(day.actions.get(action, 0) for day in days for action in ("approve", "reject", "spam"))
    return round(sum(day.actions.get("spam", 0) for day in days) / decided, 4) if decided else None


def _day_stats(day: Day, waiting: int) -> DayStats:
    mean = day.waited // day.settled if day.settled else None
    return DayStats(
        day=day.day.isoformat(), decisions=day.actions, by=day.by, waiting=waiting, seconds_to_decision=mean
    )
