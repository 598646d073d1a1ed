"""A month's bill: from what a site sees to what AWS counts, and from there, by the list, to dollars."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import consumption as units
from .consumption import Deed
from .prices import PRICES, Price

GB = 10**9  # bytes, as AWS's prices mean them
MONTH = 30  # days
HOURS = 24 * MONTH
FULL_CPU = 1_769  # MB of memory that come with a whole processor
CALL_MS = 5.0  # that one call to DynamoDB takes
START_MS = 1.0  # of Lambda's own, a request
COLD = 0.01  # of the requests begin a process
COLD_MS = 300.0  # of a whole processor, to begin one
PAGE_BYTES = 5_000  # of 25 comments of 450 characters, packed
SCRIPT_BYTES = 6_000  # of widget.js, packed
HEAD_BYTES = 700  # of an answer's headers
AGAIN = 0.5  # of the views ask for widget.js, which a browser keeps for 5 minutes
ANEW = 0.3  # of the views get it whole; the others have it already
COMPOSED = 3  # files and forms that come before a comment
QUEUE_PAGE = 10  # decisions for each look at the queue
PLATFORM_BYTES = 450  # that Lambda logs itself of a request, with what CloudWatch adds to each line
ACCESS_BYTES = 300  # of a line in the gateway's access log
PACKED = 0.15  # of a log's size is what is kept of it
METRICS, ALARMS = 5, 7
TAKEN_DOWN = 0.01  # of the comments go after they were public
PATHS = 1  # that are invalidated when one does
PUBLIC_SECONDS, SCRIPT_SECONDS = 60, 300  # that CloudFront keeps a page, and widget.js


@dataclass(frozen=True)
class Site:
    """What a site sees in ``days``; ``months`` such months are stored.  ``cdn``: CloudFront stands before it."""

    views: int = 0
    comments: int = 0
    votes: int = 0
    approved: float = 0.9
    decisions: int = 0
    posts: int = 500
    days: float = MONTH
    months: float = 12
    memory: int = 1_024
    cdn: bool = False


@dataclass(frozen=True)
class Line:
    """One price and how much of it."""

    price: Price
    quantity: float

    @property
    def dollars(self) -> float:
        """By the list."""
        return self.price.of(self.quantity)

    @property
    def off(self) -> float:
        """What the free tier takes off."""
        return self.price.off(self.quantity)


def bill(site: Site) -> list[Line]:
    """Every price that the site meets."""
    return [Line(PRICES[name], quantity) for name, quantity in quantities(site).items()]


def idle(site: Site) -> list[Line]:
    """Of a month in which nobody comes: the timer ticks, and what there was is kept."""
    counted = quantities(Site(memory=site.memory, cdn=site.cdn)) | kept(site)
    return [Line(PRICES[name], quantity) for name, quantity in counted.items()]


def total(lines: list[Line]) -> float:
    """By the list."""
    return sum(line.dollars for line in lines)


def paid(lines: list[Line]) -> float:
    """What is left of it when the free tier is taken off."""
    return sum(line.dollars - line.off for line in lines)


def quantities(site: Site) -> dict[str, float]:
    """What AWS counts, by the names of the prices."""
    deeds = requests(site)
    calls = sum(deeds.values())
    gateway = calls - deeds[units.TICKING] + preflights(site)
    logged = (calls * (units.LINE_BYTES + PLATFORM_BYTES) + gateway * ACCESS_BYTES) / GB
    return {
        "gateway": gateway,
        "calls": calls,
        "seconds": seconds(deeds, site.memory),
        "writes": sum(deed.writes * count for deed, count in deeds.items()),
        "reads": sum(deed.reads * count for deed, count in deeds.items()),
        **kept(site),
        "logs": logged,
        "kept": logged * PACKED,
        "metrics": METRICS,
        "alarms": ALARMS,
        "secret": 1,
        "mail": min(site.comments, HOURS),
        **(_through_edge(site) if site.cdn else {"out": sent(site)}),
    }


def requests(site: Site) -> dict[Deed, float]:
    """How often each deed reaches the function."""
    pages, scripts = float(site.views), site.views * AGAIN
    if site.cdn:
        pages = misses(pages, site.posts, site.days, PUBLIC_SECONDS)
        scripts = misses(scripts, 1, site.days, SCRIPT_SECONDS)
    return {
        units.LISTING: pages,
        units.SERVING: scripts + site.comments * COMPOSED,
        units.SUBMITTING: site.comments,
        units.LOOKING: site.comments,
        units.VOTING: site.votes,
        units.APPROVING: site.decisions * site.approved,
        units.REJECTING: site.decisions * (1 - site.approved),
        units.QUEUEING: site.decisions / QUEUE_PAGE,
        units.TICKING: HOURS,
    }


def preflights(site: Site) -> float:
    """Browsers ask before they submit, look and vote; the gateway answers by itself."""
    return site.comments * 2 + site.votes


def misses(asked: float, posts: int, days: float, kept: float) -> float:
    """How many of the questions one cache passes on.

    They come at random; the posts are read as Zipf says: the second most read half as often as the first, and so on.
    """
    whole = sum(1 / rank for rank in range(1, posts + 1))
    shares = [asked / rank / whole for rank in range(1, posts + 1)]
    return sum(share / (1 + share * kept / (days * 86_400)) for share in shares)


def seconds(deeds: Mapping[Deed, float], memory: int) -> float:
    """GB-seconds.  Half a processor takes twice as long, and waits as long as a whole one."""
    slower, size = max(1.0, FULL_CPU / memory), memory / 1_024
    taken = sum(count * (deed.ms * slower + deed.calls * CALL_MS + START_MS) for deed, count in deeds.items())
    begun = sum(deeds.values()) * COLD * COLD_MS * slower
    return (taken + begun) / 1_000 * size


def kept(site: Site) -> dict[str, float]:
    """GB at the end of so many months; a backup has no indexes."""
    items = (site.comments * units.ITEM_BYTES + site.votes * units.VOTE_ITEM_BYTES) * site.months
    entries = (site.comments * units.ENTRY_BYTES + site.votes * units.VOTE_ENTRY_BYTES) * site.months
    return {"stored": (items + entries) / GB, "backup": items / GB}


def sent(site: Site) -> float:
    """GB that readers get."""
    view = PAGE_BYTES + HEAD_BYTES + AGAIN * HEAD_BYTES + ANEW * SCRIPT_BYTES
    return (site.views * view + (_passed(site) + preflights(site)) * HEAD_BYTES) / GB


def _passed(site: Site) -> float:
    """Requests that no cache answers."""
    return site.comments * (COMPOSED + 2) + site.votes + site.decisions * (1 + 1 / QUEUE_PAGE)


def _through_edge(site: Site) -> dict[str, float]:
    """What AWS counts at the edge; from the gateway to CloudFront data cost nothing."""
    asked = site.views * (1 + AGAIN) + _passed(site) + preflights(site)
    return {"edge": asked, "edge_out": sent(site), "forgotten": site.comments * TAKEN_DOWN * PATHS}
