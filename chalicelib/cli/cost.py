"""``cost``: estimate a month's bill."""

import argparse

from ops.cost.bill import Site, Way
from ops.cost.report import VOTES_PER_COMMENT, report


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    cost = commands.add_parser("cost", help="estimate a month's bill from list prices, without network access")
    default = Site()
    for name, words in {
        "views": "pages with comments that are viewed in a month",
        "comments": "comments submitted in a month",
        "votes": f"votes in a month; default: {VOTES_PER_COMMENT} for each comment",
        "decisions": "decisions of moderators in a month; default: one for each comment",
    }.items():
        cost.add_argument(f"--{name}", type=_count, help=words)
    cost.add_argument(
        "--approved", type=_share, default=default.approved, help="share of the comments; default: %(default)s"
    )
    cost.add_argument(
        "--posts", type=_positive, default=default.posts, help="posts that are read; default: %(default)s"
    )
    cost.add_argument(
        "--days", type=_positive, default=default.days, help="days over which the views spread; default: %(default)s"
    )
    cost.add_argument(
        "--months", type=_count, default=default.months, help="months of comments in the table; default: %(default)s"
    )
    cost.add_argument(
        "--memory", type=_positive, default=default.memory, help="the function's memory in MB; default: %(default)s"
    )
    cost.add_argument(
        "--looks",
        type=_count,
        default=default.looks,
        help="how often the widget looks for new comments in a view; default: %(default)s",
    )
    cost.add_argument("--cdn", action="store_true", help="behind CloudFront, as `make cdn` does it")
    cost.add_argument("--rest", action="store_true", help="with --cdn: without a function of their own for readers")
    cost.add_argument("--waf", action="store_true", help="with --cdn: with a rate rule")
    cost.set_defaults(run=_cost, needs_runtime=False)


def _count(text: str) -> int:
    number = int(text.replace("_", "").replace(",", ""))
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _positive(text: str) -> int:
    if not (number := _count(text)):
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _share(text: str) -> float:
    if not 0 <= (share := float(text)) <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return share


def _cost(options: argparse.Namespace) -> int:
    comments = options.comments or 0
    way = (Way.CDN_REST if options.rest else Way.CDN_URL) if options.cdn else Way.REST
    site = Site(
        way=way,
        waf=options.waf and options.cdn,
        views=options.views or 0,
        comments=comments,
        votes=comments * VOTES_PER_COMMENT if options.votes is None else options.votes,
        decisions=comments if options.decisions is None else options.decisions,
        **{name: getattr(options, name) for name in ("approved", "posts", "days", "months", "memory", "looks")},
    )
    print(report(site))
    return 0
