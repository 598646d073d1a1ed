"""A month's bill: from a site's traffic to the quantities that AWS counts, and from there to dollars."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import consumption as units
from .consumption import Operation
from .prices import PRICES, Price

GB = 10**9  # bytes, as in AWS's prices
MONTH = 30  # days
HOURS = 24 * MONTH
FULL_CPU = 1_769  # MB of memory that include a whole processor
CALL_MS = 5.0  # duration of one call to DynamoDB
START_MS = 1.0  # Lambda's own overhead per request
COLD = 0.01  # share of the requests that are cold starts
COLD_MS = 300.0  # CPU time of a cold start
PAGE_BYTES = 5_000  # 25 comments of 450 characters, compressed
SCRIPT_BYTES = 6_000  # widget.js, compressed
HEAD_BYTES = 700  # the headers of a response
SCRIPT_REQUESTS = 0.5  # share of the views that request widget.js, which browsers cache for 5 minutes
SCRIPT_DOWNLOADS = 0.3  # share of the views that download it; the other requests return 304
COMPOSE_REQUESTS = 3  # requests for files and forms before a comment is submitted
QUEUE_PAGE = 10  # decisions per request for the queue
PLATFORM_BYTES = 450  # what Lambda itself logs of a request, with CloudWatch's overhead per line
ACCESS_BYTES = 300  # a line of the gateway's access log
COMPRESSED = 0.15  # share of a log's size that is stored
METRICS, ALARMS = 5, 7
REMOVED = 0.01  # share of the comments that are removed after publication
PATHS = 1  # invalidated for each removed comment
PUBLIC_SECONDS, SCRIPT_SECONDS = 60, 300  # CloudFront's time to live of a page and of widget.js


@dataclass(frozen=True)
class Site:
    """A site's traffic within ``days``; the table keeps ``months`` months of it.  ``cdn``: it is behind CloudFront."""

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
    """One line of the bill: a price and its quantity."""

    price: Price
    quantity: float

    @property
    def dollars(self) -> float:
        """The list price of the line."""
        return self.price.of(self.quantity)

    @property
    def off(self) -> float:
        """How much of it the free tier takes off."""
        return self.price.off(self.quantity)


def bill(site: Site) -> list[Line]:
    """The lines of a month's bill."""
    return [Line(PRICES[name], quantity) for name, quantity in quantities(site).items()]


def idle(site: Site) -> list[Line]:
    """The lines of a month without visitors: only the timer runs, and the data is stored."""
    counted = quantities(Site(memory=site.memory, cdn=site.cdn)) | stored(site)
    return [Line(PRICES[name], quantity) for name, quantity in counted.items()]


def total(lines: list[Line]) -> float:
    """The sum at list prices."""
    return sum(line.dollars for line in lines)


def paid(lines: list[Line]) -> float:
    """The sum after the free tier."""
    return sum(line.dollars - line.off for line in lines)


def quantities(site: Site) -> dict[str, float]:
    """Name of each price → the quantity that AWS counts."""
    operations = requests(site)
    calls = sum(operations.values())
    gateway = calls - operations[units.TIMER] + preflights(site)
    logged = (calls * (units.LINE_BYTES + PLATFORM_BYTES) + gateway * ACCESS_BYTES) / GB
    return {
        "gateway": gateway,
        "calls": calls,
        "seconds": seconds(operations, site.memory),
        "writes": sum(operation.writes * count for operation, count in operations.items()),
        "reads": sum(operation.reads * count for operation, count in operations.items()),
        **stored(site),
        "logs": logged,
        "logs_stored": logged * COMPRESSED,
        "metrics": METRICS,
        "alarms": ALARMS,
        "secret": 1,
        "mail": min(site.comments, HOURS),
        **(_through_cdn(site) if site.cdn else {"out": transferred(site)}),
    }


def requests(site: Site) -> dict[Operation, float]:
    """How often each operation runs in the function."""
    pages, scripts = float(site.views), site.views * SCRIPT_REQUESTS
    if site.cdn:
        pages = misses(pages, site.posts, site.days, PUBLIC_SECONDS)
        scripts = misses(scripts, 1, site.days, SCRIPT_SECONDS)
    return {
        units.LIST: pages,
        units.STATIC: scripts + site.comments * COMPOSE_REQUESTS,
        units.SUBMIT: site.comments,
        units.OWN_COMMENT: site.comments,
        units.VOTE: site.votes,
        units.APPROVE: site.decisions * site.approved,
        units.REJECT: site.decisions * (1 - site.approved),
        units.QUEUE: site.decisions / QUEUE_PAGE,
        units.TIMER: HOURS,
    }


def preflights(site: Site) -> float:
    """Preflight requests, to which the gateway responds: two for a comment, one for a vote."""
    return site.comments * 2 + site.votes


def misses(requested: float, posts: int, days: float, lifetime: float) -> float:
    """How many requests one cache passes on.

    Requests are random, and posts follow Zipf's law: the second most read is read half as often as the first, and so
    on.  ``lifetime`` is how long the cache keeps a page, in seconds.
    """
    whole = sum(1 / rank for rank in range(1, posts + 1))
    shares = [requested / rank / whole for rank in range(1, posts + 1)]
    return sum(share / (1 + share * lifetime / (days * 86_400)) for share in shares)


def seconds(operations: Mapping[Operation, float], memory: int) -> float:
    """GB-seconds.  Half a processor computes for twice as long, and waits as long as a whole one."""
    slower, size = max(1.0, FULL_CPU / memory), memory / 1_024
    taken = sum(
        count * (operation.ms * slower + operation.calls * CALL_MS + START_MS)
        for operation, count in operations.items()
    )
    cold = sum(operations.values()) * COLD * COLD_MS * slower
    return (taken + cold) / 1_000 * size


def stored(site: Site) -> dict[str, float]:
    """GB in the table after so many months; a backup has no indexes."""
    items = (site.comments * units.ITEM_BYTES + site.votes * units.VOTE_ITEM_BYTES) * site.months
    entries = (site.comments * units.ENTRY_BYTES + site.votes * units.VOTE_ENTRY_BYTES) * site.months
    return {"stored": (items + entries) / GB, "backup": items / GB}


def transferred(site: Site) -> float:
    """GB sent to readers."""
    view = PAGE_BYTES + HEAD_BYTES + SCRIPT_REQUESTS * HEAD_BYTES + SCRIPT_DOWNLOADS * SCRIPT_BYTES
    return (site.views * view + (_uncached(site) + preflights(site)) * HEAD_BYTES) / GB


def _uncached(site: Site) -> float:
    """Requests that no cache can serve."""
    return site.comments * (COMPOSE_REQUESTS + 2) + site.votes + site.decisions * (1 + 1 / QUEUE_PAGE)


def _through_cdn(site: Site) -> dict[str, float]:
    """What AWS counts at CloudFront; traffic from the gateway to it is free."""
    requested = site.views * (1 + SCRIPT_REQUESTS) + _uncached(site) + preflights(site)
    return {"cdn": requested, "cdn_out": transferred(site), "invalidations": site.comments * REMOVED * PATHS}
