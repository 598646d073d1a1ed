"""docs/costs.md: what sites of three sizes cost, and what CloudFront saves."""

from dataclasses import replace

from .bill import Line, Site, bill, idle, paid, requests, total
from .consumption import LISTING
from .prices import REGION
from .report import VOTES, amount, dollars, off, resting_on, sources

SMALL = Site(views=10_000, comments=100, votes=100 * VOTES, decisions=100, posts=100)
LARGE = Site(views=1_000_000, comments=10_000, votes=10_000 * VOTES, decisions=10_000)
VIRAL = Site(views=1_000_000, comments=2_000, votes=2_000 * VOTES, decisions=2_000, posts=1, days=1, months=1)
SITES = {"a small blog": SMALL, "a million views": LARGE, "a viral day": VIRAL}
EDGES = {
    "500 posts": LARGE,
    "50 posts": replace(LARGE, posts=50),
    "one viral post in a day": VIRAL,
}

HEAD = f"""# What it costs

The figures of another site: `python -m chalicelib cost --views 1000000 --comments 10000` (`--help` lists the rest). It
asks nobody: the prices are AWS's list of {REGION}, dated below; what a request consumes was measured on this service
(`make bench`), and a test holds those figures against it. This page is made by the same code.

**While nobody reads there is next to nothing to pay**: nothing is reserved, and nothing runs but an hourly timer. What
an idle month costs is keeping what was said, and the metrics and alarms, which the free tier covers.

## Three sites

"""
MIDDLE = """
"By the list" is without the free tier; "free tier" is the bill when that is taken off: what every account has for ever,
if nothing else of yours uses it up. In an idle month nobody comes, and everything is kept.

## A million views, part by part

"""
EDGE = """
## What CloudFront saves

[CloudFront](cloudfront.md) answers from its caches what somebody asked within the last minute.

"""
AFTER_EDGE = """
Where views are spread over many posts it saves little. Its worth is the viral day, which then hardly reaches the
function and the table at all.

## What is assumed

"""
LAST = """
## What to watch

- **A budget alarm.** `make deploy EMAIL=… BUDGET=5` makes one: AWS Budgets sends a mail when the month's bill passes
  that sum, or is going to. The service refuses floods of *submissions* by itself, and API Gateway lets 100 requests a
  second through; a month of that without pause would cost over a thousand dollars.
- **What is erased stays in AWS's backups for up to 35 days.** It is gone from the table at once; but point-in-time
  recovery can bring back the table of any second of the last 35 days, erased texts too. Your own exports keep what
  was in them.

## Where the prices come from

"""


def page() -> str:
    """The page."""
    assumed, pages = resting_on(replace(LARGE, cdn=True)), [line.strip() for line in sources()]
    parts = [HEAD, _sites(), MIDDLE, _parts(), EDGE, _edges(), AFTER_EDGE, _listed(assumed), LAST, _listed(pages)]
    return "".join(parts)


def _listed(lines: list[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _table(*rows: list[str], words: int = 1) -> str:
    """The first row is its head; the first columns are ``words``, the others figures."""
    rule = ["---"] * words + ["---:"] * (len(rows[0]) - words)
    return "".join(f"| {' | '.join(row)} |\n" for row in (rows[0], rule, *rows[1:]))


def _sums(lines: list[Line]) -> list[str]:
    return [dollars(total(lines)), dollars(paid(lines))]


def _sites() -> str:
    head = ["", "views", "comments", "by the list", "free tier", "idle month, by the list", "free tier"]
    rows = [
        [name, f"{site.views:,}", f"{site.comments:,}", *_sums(bill(site)), *_sums(idle(site))]
        for name, site in SITES.items()
    ]
    return _table(head, *rows)


def _parts() -> str:
    lines = sorted(bill(LARGE), key=lambda line: -line.dollars)
    rows = [[line.price.part, amount(line), dollars(line.dollars), off(line.off)] for line in lines]
    return _table(["", "a month", "by the list", "free tier takes off"], *rows, words=2)


def _edges() -> str:
    head = ["a million views of", "pages from the service", "without, by the list", "free tier", "with, by the list"]
    rows = [[name, _passed_on(site), *_sums(bill(site)), *_sums(bill(_fronted(site)))] for name, site in EDGES.items()]
    return _table([*head, "free tier"], *rows)


def _passed_on(site: Site) -> str:
    pages = requests(_fronted(site))[LISTING]
    return f"{pages:,.0f} ({pages / site.views:.1%})"


def _fronted(site: Site) -> Site:
    return replace(site, cdn=True)
