"""``cost``: what a month costs, by AWS's list prices and what the service was measured to consume."""

import argparse

from chalicelib.runtime import Runtime

from .bill import (
    ACCESS_BYTES,
    AGAIN,
    ALARMS,
    ANEW,
    CALL_MS,
    COLD,
    COLD_MS,
    COMPOSED,
    FULL_CPU,
    METRICS,
    PLATFORM_BYTES,
    PUBLIC_SECONDS,
    TAKEN_DOWN,
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
VOTES = 2  # for each comment, if nothing is said

ASSUMED = (
    f"Prices are those of {REGION}, without tax; other regions differ, most by 0 to 30 %.",
    "Comments have 450 characters, a name and an author key; each is held, and decided once. A page shows 25.",
    f"Of the views {AGAIN:.0%} ask for widget.js, which a browser keeps for 5 minutes; {ANEW:.0%} get it whole.",
    f"A comment brings {COMPOSED} files and forms, 2 preflights and a later look at it; a vote a preflight.",
    f"The function's processor is its memory's share of {FULL_CPU:,} MB; a call to DynamoDB takes {CALL_MS:g} ms.",
    f"Of the requests {COLD:.0%} begin a process, which takes {COLD_MS:g} ms of a whole processor.",
    f"A request logs {LINE_BYTES + PLATFORM_BYTES} bytes, and {ACCESS_BYTES} in the access log; kept for a month.",
    f"{METRICS} metrics, {ALARMS} alarms; mail: one for each comment, at most one an hour.",
    "What an instance repeats from memory within 2 seconds is counted as read anew: the bill is rather too high.",
)
BEHIND = (
    f"One cache keeps a page for {PUBLIC_SECONDS} s; with many edges fewer views meet a kept page.",
    "Views come at random; the second most read post is read half as often as the first, and so on (Zipf).",
    f"Of the comments {TAKEN_DOWN:.0%} go after they were public, one by one.",
)
FREE = "Free tier: only what every account has for ever; API Gateway's first year and credits are not counted."


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    cost = topics.add_parser("cost", help="what a month costs, by list prices; asks nobody")
    plain = Site()
    for name, words in {
        "views": "pages on which comments are shown, a month",
        "comments": "comments submitted, a month",
        "votes": f"votes, a month; default: {VOTES} for each comment",
        "decisions": "decisions of moderators, a month; default: one for each comment",
    }.items():
        cost.add_argument(f"--{name}", type=_count, help=words)
    cost.add_argument("--approved", type=_share, default=plain.approved, help="share of the comments; default: 0.9")
    cost.add_argument("--posts", type=_some, default=plain.posts, help="that are read; default: %(default)s")
    cost.add_argument("--days", type=_some, default=plain.days, help="in which the views come; default: %(default)s")
    cost.add_argument("--months", type=_count, default=plain.months, help="of comments stored; default: %(default)s")
    cost.add_argument("--memory", type=_some, default=plain.memory, help="of the function, MB; default: %(default)s")
    cost.add_argument("--cdn", action="store_true", help="with CloudFront in front of the service")
    cost.set_defaults(run=_cost, anywhere=True)


def _count(text: str) -> int:
    number = int(text.replace("_", "").replace(",", ""))
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _some(text: str) -> int:
    if not (number := _count(text)):
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _share(text: str) -> float:
    if not 0 <= (share := float(text)) <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return share


def _cost(_runtime: Runtime, chosen: argparse.Namespace) -> int:
    comments = chosen.comments or 0
    site = Site(
        views=chosen.views or 0,
        comments=comments,
        votes=comments * VOTES if chosen.votes is None else chosen.votes,
        decisions=comments if chosen.decisions is None else chosen.decisions,
        **{name: getattr(chosen, name) for name in ("approved", "posts", "days", "months", "memory", "cdn")},
    )
    print(text(site))
    return 0


def text(site: Site) -> str:
    """The bill as a table for a terminal, and all that it rests on."""
    lines, resting = bill(site), idle(site)
    rows = [
        f"{line.price.part:39}{amount(line):>26}{dollars(line.dollars):>10}{off(line.off):>12}"
        for line in sorted(lines, key=lambda line: -line.dollars)
    ]
    sums = [
        f"{'all, by the list':65}{dollars(total(lines)):>10}{off(total(lines) - paid(lines)):>12}",
        f"{'all, with the free tier':65}{dollars(paid(lines)):>10}",
        f"{'a month in which nobody comes':65}{dollars(paid(resting)):>10}   (by the list {dollars(total(resting))})",
    ]
    head = f"{'':39}{'a month':>26}{'list':>10}{'free tier':>12}"
    return "\n".join([head, *rows, "", *sums, "", *resting_on(site), "", "Prices from:", *sources()])


def resting_on(site: Site) -> list[str]:
    """What is assumed, in words."""
    return [*ASSUMED, *(BEHIND if site.cdn else ()), FREE]


def amount(line: Line) -> str:
    """How much, in words."""
    quantity = line.quantity
    number = f"{quantity:,.0f}" if quantity >= 100 or quantity == int(quantity) else f"{quantity:.2g}"  # noqa: PLR2004  three digits tell enough
    return f"{number} {line.price.unit}"


def dollars(amount: float) -> str:
    """To the cent."""
    return f"${amount:,.2f}"


def off(amount: float) -> str:
    """What is taken off, unless it is nothing."""
    return f"-{dollars(amount)}" if amount >= HALF_A_CENT else ""


def sources() -> list[str]:
    """Each page that prices come from, with the date of its copy."""
    return list(dict.fromkeys(f"  {price.page} ({price.dated})" for price in PRICES.values()))
