"""The text of a bill, and the assumptions it is based on."""

from .bill import (
    ACCESS_BYTES,
    ALARMS,
    CALL_MS,
    COLD,
    COLD_MS,
    COMPOSE_REQUESTS,
    FULL_CPU,
    LOOK_TIMES,
    METRICS,
    PATHS_A_DAY,
    PLATFORM_BYTES,
    PUBLIC_SECONDS,
    REMOVED,
    SCRIPT_DOWNLOADS,
    SCRIPT_REQUESTS,
    Line,
    Site,
    bill,
    idle,
    paid,
    total,
)
from .consumption import LINE_BYTES
from .prices import PRICES, REGION

HALF_A_CENT = 0.005
VOTES_PER_COMMENT = 2  # unless given

ASSUMED = (
    f"Prices are those of {REGION}, without tax; other regions differ, most by 0 to 30 %.",
    "Comments have 450 characters, a name and an author key; each is held and decided once. A page shows 25.",
    f"{SCRIPT_REQUESTS:.0%} of the views request widget.js (cached for 5 minutes), {SCRIPT_DOWNLOADS:.0%} download it.",
    "While a page is open, the widget looks for new comments: a request each, whose response is mostly empty.",
    f"A comment adds {COMPOSE_REQUESTS} file and form requests, 2 preflights and a later visit; a vote a preflight.",
    f"The function gets a processor per {FULL_CPU:,} MB of memory; a call to DynamoDB takes {CALL_MS:g} ms.",
    f"{COLD:.0%} of the requests are cold starts, which take {COLD_MS:g} ms of a whole processor.",
    f"A request logs {LINE_BYTES + PLATFORM_BYTES} bytes and {ACCESS_BYTES} in the access log, kept for a month.",
    f"There are {METRICS} metrics and {ALARMS} alarms; a mail is sent for each comment, at most one an hour.",
    "Responses repeated from memory within 2 seconds count as reads, so the estimate is on the high side.",
)
WITH_CDN = (
    f"One cache keeps a page for {PUBLIC_SECONDS} s; with many edge locations fewer views are served from it.",
    "Views are random; the second most read post is read half as often as the first, and so on (Zipf).",
    f"A view looks for news {LOOK_TIMES[0]} and {LOOK_TIMES[1]} s later, then at least a minute apart.",
    f"{REMOVED:.0%} of the comments are removed after publication, one by one; {PATHS_A_DAY} a day clear the cache.",
)
FREE = "Free tier: only what is always free; API Gateway's first year and credits are not counted."


def report(site: Site) -> str:
    """The bill as a table for a terminal, with its assumptions and the sources of the prices."""
    lines, idle_lines = bill(site), idle(site)
    rows = [
        f"{line.price.part:39}{amount(line):>26}{dollars(line.dollars):>10}{off(line.off):>12}"
        for line in sorted(lines, key=lambda line: -line.dollars)
    ]
    totals = [
        f"{'total, list prices':65}{dollars(total(lines)):>10}{off(total(lines) - paid(lines)):>12}",
        f"{'total, after the free tier':65}{dollars(paid(lines)):>10}",
        f"{'an idle month':65}{dollars(paid(idle_lines)):>10}   (list prices: {dollars(total(idle_lines))})",
    ]
    head = f"{'':39}{'a month':>26}{'list':>10}{'free tier':>12}"
    return "\n".join([head, *rows, "", *totals, "", *assumptions(site), "", "Prices from:", *sources()])


def assumptions(site: Site) -> list[str]:
    """The assumptions behind a site's bill, a sentence or two each."""
    return [*ASSUMED, *(WITH_CDN if site.has_cdn else ()), FREE]


def amount(line: Line) -> str:
    """The quantity with its unit."""
    quantity = line.quantity
    number = f"{quantity:,.0f}" if quantity >= 100 or quantity == int(quantity) else f"{quantity:.2g}"  # noqa: PLR2004  three digits are enough
    return f"{number} {line.price.unit}"


def dollars(amount: float) -> str:
    """An amount, rounded to cents."""
    return f"${amount:,.2f}"


def off(amount: float) -> str:
    """What the free tier takes off; empty if that is nothing."""
    return f"-{dollars(amount)}" if amount >= HALF_A_CENT else ""


def sources() -> list[str]:
    """The pages that the prices come from, each with the date of the copy that was read."""
    return list(dict.fromkeys(f"  {price.page} ({price.dated})" for price in PRICES.values()))
