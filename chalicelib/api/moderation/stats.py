"""The figures: how the queue does, and who decided what."""

from collections import Counter
from typing import Annotated, get_args

from pydantic import Field

from ...core.accounts import Scope
from ...core.comments import Status
from ...core.errors import Invalid
from ...core.ids import ulid_iso
from ...store.queue import Counted
from ...store.stats import Day
from ..http.endpoints import Call, Topic
from ..http.parsing import Number, Query
from ..public.schemas import Out
from .queue import ANYBODY, Standing, names_of

topic = Topic(__name__)

MAX_DAYS = 90
DAY = len("2030-01-31")


class StatsQuery(Query):
    """Over how many days up to today (UTC); and of which list, or of all, how many there are."""

    days: Annotated[Number, Field(ge=1, le=MAX_DAYS)] = 30
    status: Standing | None = None
    lists: bool = Field(default=False, description="Count every list of the queue.")


class DayFigures(Out):
    """One day's decisions, by what and by whom."""

    day: str
    decisions: dict[str, int] = Field(description="By kind: approve, reject, spam, restore, delete.")
    by: dict[str, int] = Field(description="By moderator's id.")
    waiting: int = Field(description="Of the comments that came that day, those that wait.")
    seconds_to_decision: int | None = Field(
        description="The mean wait of comments that a moderator decided on for the first time."
    )


class ListedShape(Out):
    """How many comments a list of the queue holds."""

    count: int
    more: bool = Field(description="There are more than were counted.")


class StatsShape(Out):
    """How the queue does."""

    waiting: int
    waiting_more: bool = Field(description="There are more than were counted.")
    oldest_waiting: str | None
    listed: ListedShape | None = Field(description="Of the status that was asked for.")
    lists: dict[Standing, ListedShape] | None = Field(description="Of each status, if all were asked for.")
    spam_share: float | None = Field(
        description="Of these days' decisions to approve, to reject or to mark as spam, the last as a share of all."
    )
    days: list[DayFigures] = Field(description="Newest first.")
    names: dict[str, str] = Field(description="Of the moderators, by id; who was dismissed has none.")


@topic.endpoint(
    "GET",
    "/v1/moderation/stats",
    query=StatsQuery,
    answers={200: StatsShape},
    refusals=(Invalid, *ANYBODY),
    scope=Scope.READ,
)
def stats(call: Call) -> StatsShape:
    """Get how many wait and since when, and what was decided day by day."""
    query: StatsQuery = call.query
    waiting = call.runtime.queue.count()
    lists = {each: _listed(call, each, waiting) for each in get_args(Standing)} if query.lists else None
    came = Counter(ulid_iso(each)[:DAY] for each in waiting.ulids)
    days = call.runtime.stats.days(call.runtime.clock().date(), query.days)
    return StatsShape(
        waiting=len(waiting.ulids),
        waiting_more=waiting.more,
        oldest_waiting=ulid_iso(waiting.ulids[0]) if waiting.ulids else None,
        listed=_listed(call, query.status, waiting) if query.status else None,
        lists=lists,
        spam_share=_spam_share(days),
        days=[_figures(day, came[day.day.isoformat()]) for day in days],
        names=names_of(call),
    )


def _listed(call: Call, status: str, waiting: Counted) -> ListedShape:
    found = waiting if status == Status.PENDING else call.runtime.queue.count(status)
    return ListedShape(count=len(found.ulids), more=found.more)


def _spam_share(days: list[Day]) -> float | None:
    decided = sum(day.acts.get(act, 0) for day in days for act in ("approve", "reject", "spam"))
    return round(sum(day.acts.get("spam", 0) for day in days) / decided, 4) if decided else None


def _figures(day: Day, waiting: int) -> DayFigures:
    mean = day.waited // day.settled if day.settled else None
    return DayFigures(day=day.day.isoformat(), decisions=day.acts, by=day.by, waiting=waiting, seconds_to_decision=mean)
