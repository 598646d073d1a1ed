"""A month's bill: from a site's traffic to the quantities that AWS counts, and from there to dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp

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
METRICS, ALARMS, PUBLIC_ALARMS = 5, 8, 2
REMOVED = 0.01  # share of the comments that are removed after publication
PATHS = 1  # invalidated for each removed comment
PATHS_A_DAY = 30  # at most
PUBLIC_SECONDS, SCRIPT_SECONDS = 60, 86_400  # CloudFront's time to live of a page and of widget.js
LOOKS = 2  # a view, for news: the widget looks less and less often
LOOK_TIMES = (20, 50)  # seconds after the view, while CloudFront has the page; each further look is a minute apart


class Way(StrEnum):
    """How requests of readers reach the service."""

    REST = "REST API"
    CDN_REST = "CloudFront and REST API"
    CDN_URL = "CloudFront and function URL"


@dataclass(frozen=True)
class Site:
    """A site's traffic within ``days``; the table keeps ``months`` months of it.

    ``looks``: how often the widget looks for news in a view.  ``waf``: CloudFront has a rate rule.
    """

    views: int = 0
    looks: int = LOOKS
    comments: int = 0
    votes: int = 0
    approved: float = 0.9
    decisions: int = 0
    posts: int = 500
    days: float = MONTH
    months: float = 12
    memory: int = 1_024
    way: Way = Way.REST
    waf: bool = False

    @property
    def has_cdn(self) -> bool:
        """Whether it is behind CloudFront."""
        return self.way is not Way.REST


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
    counted = quantities(Site(memory=site.memory, way=site.way, waf=site.waf)) | stored(site)
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
    gateway = through_gateway(site, calls - operations[units.TIMER])
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
        "alarms": ALARMS + (PUBLIC_ALARMS if site.way is Way.CDN_URL else 0),
        "secret": 1,
        "mail": min(site.comments, HOURS),
        **(_through_cdn(site) if site.has_cdn else {"out": transferred(site)}),
    }


def through_gateway(site: Site, calls: float) -> float:
    """How many requests API Gateway counts, of so many that reach the functions.  It counts preflights too."""
    return moderating(site) if site.way is Way.CDN_URL else calls + preflights(site)


def moderating(site: Site) -> float:
    """Requests of moderators."""
    return site.decisions * (1 + 1 / QUEUE_PAGE)


def requests(site: Site) -> dict[Operation, float]:
    """How often each operation runs in the functions."""
    pages, scripts = float(site.views * (1 + site.looks)), site.views * SCRIPT_REQUESTS
    answered = preflights(site) if site.way is Way.CDN_URL else 0
    if site.has_cdn:
        late = max(0, site.looks - len(LOOK_TIMES))
        span = (0, *LOOK_TIMES)[min(site.looks, len(LOOK_TIMES))]
        pages = misses(site.views * (1 + late), site.posts, site.days, PUBLIC_SECONDS, span)
        scripts = misses(scripts, 1, site.days, SCRIPT_SECONDS)
    return {
        units.LIST: pages,
        units.STATIC: scripts + site.comments * COMPOSE_REQUESTS + answered,
        units.SUBMIT: site.comments,
        units.OWN_COMMENT: site.comments,
        units.VOTE: site.votes,
        units.APPROVE: site.decisions * site.approved,
        units.REJECT: site.decisions * (1 - site.approved),
        units.QUEUE: site.decisions / QUEUE_PAGE,
        units.TIMER: HOURS,
    }


def preflights(site: Site) -> float:
    """Preflight requests, to which API Gateway responds itself: two for a comment, one for a vote."""
    return site.comments * 2 + site.votes


def misses(views: float, posts: int, days: float, lifetime: float, span: float = 0) -> float:
    """How many requests one cache passes on.

    Views are random, and posts follow Zipf's law: the second most read is read half as often as the first, and so on.
    ``lifetime`` is how long the cache keeps a page, ``span`` how long a view goes on looking for news, in seconds.
    After a page has expired, the next request comes the sooner the more views there were within that span.
    """
    whole = sum(1 / rank for rank in range(1, posts + 1))
    shares = [views / rank / whole for rank in range(1, posts + 1)]
    rates = [share / (days * 86_400) for share in shares]
    return sum(share / (rate * lifetime + exp(-rate * span)) for share, rate in zip(shares, rates, strict=True))


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
    view = PAGE_BYTES + (1 + site.looks + SCRIPT_REQUESTS) * HEAD_BYTES + SCRIPT_DOWNLOADS * SCRIPT_BYTES
    return (site.views * view + (_uncached(site) + preflights(site)) * HEAD_BYTES) / GB


def _uncached(site: Site) -> float:
    """Requests that no cache can serve."""
    return site.comments * (COMPOSE_REQUESTS + 2) + site.votes + moderating(site)


def _through_cdn(site: Site) -> dict[str, float]:
    """What AWS counts at CloudFront; traffic from the gateway to it is free."""
    requested = site.views * (1 + site.looks + SCRIPT_REQUESTS) + _uncached(site) + preflights(site)
    paths = min(site.comments * REMOVED, PATHS_A_DAY * site.days) * PATHS
    waf = {"waf": 1, "waf_requests": requested} if site.waf else {}
    return {"cdn": requested, "cdn_out": transferred(site), "invalidations": paths, **waf}
