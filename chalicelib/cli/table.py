"""``table``: create, upgrade and check the DynamoDB table."""

import argparse
from datetime import timedelta

from ops import table

from ..core.errors import ChangedMeanwhile
from ..core.maintenance import NETWORK_LIFE
from ..core.posts import Post
from ..core.totals import Totals, stored_totals
from ..runtime import Runtime
from ..store.cleanup import deleted_with_orphans, remove_orphans
from ..store.edits import list_rightly, wrongly_listed
from ..store.recount import recounted_posts
from ..store.retention import Retention

GRACE = timedelta(days=2)  # for the hourly timer to remove a hash


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    table = commands.add_parser("table", help="create, upgrade or check the DynamoDB table").add_subparsers(
        metavar="COMMAND", required=True
    )
    create = table.add_parser("create", help="create the table, or compare an existing one with this version's schema")
    create.set_defaults(run=_create)
    upgrade = table.add_parser(
        "upgrade", help="add what an older version's table lacks, while it is in use; nothing is removed"
    )
    upgrade.set_defaults(run=_upgrade)
    check = table.add_parser(
        "check",
        help="recount published comments, and find orphans of deleted comments, expired network hashes, and pending "
        "edits that the queue does not list",
    )
    check.add_argument(
        "--fix", action="store_true", help="correct wrong counts and lists, remove orphans and expired hashes"
    )
    check.set_defaults(run=_check)


def _create(runtime: Runtime, _options: argparse.Namespace) -> int:
    return 1 if table.prepare(runtime) else 0


def _upgrade(runtime: Runtime, _options: argparse.Namespace) -> int:
    return 1 if table.upgrade(runtime) else 0


def _check(runtime: Runtime, options: argparse.Namespace) -> int:
    posts = wrong = fixed = 0
    for post, counted in recounted_posts(runtime.table, runtime.posts):
        posts += 1
        if counted == stored_totals(post) or post.moving:  # the index is behind during a move
            continue
        wrong += 1
        print(_difference(post, counted))
        fixed += options.fix and _fix_count(runtime, post, counted)
    print(f"posts: {posts}, wrong counts: {wrong}{f', corrected: {fixed}' if options.fix else ''}")
    left = sum(check(runtime, fix=options.fix) for check in (_orphans, _networks, _edits))
    return 1 if wrong > fixed or left else 0


def _orphans(runtime: Runtime, *, fix: bool) -> int:
    """How many deleted comments still have votes or flags."""
    found = list(deleted_with_orphans(runtime.table))
    for comment_id in found if fix else ():
        while remove_orphans(runtime.table, comment_id):
            pass
    if found:
        print(f"deleted comments with votes or flags: {len(found)}{', removed' if fix else ''}")
    return 0 if fix else len(found)


def _networks(runtime: Runtime, *, fix: bool) -> int:
    """How many comments still have an expired network hash."""
    retention = Retention(runtime.table)
    found = list(retention.all_expired_networks(runtime.clock() - NETWORK_LIFE - GRACE))
    for comment_id in found if fix else ():
        retention.clear_network(comment_id)
    if found:
        print(f"comments with an expired network hash: {len(found)}{', removed' if fix else ''}")
    return 0 if fix else len(found)


def _difference(post: Post, counted: Totals) -> str:
    if counted.count == post.count:
        return f"{post.key}: the stored size of its comments is {post.size:,} bytes, but it is {counted.size:,}"
    return f"{post.key}: the count is {post.count}, but {counted.count} comments are published"


def _edits(runtime: Runtime, *, fix: bool) -> int:
    """How many comments have a pending edit that the queue does not list, or are listed with one that is none."""
    found = {comment.id: comment for comment in wrongly_listed(runtime.table)}
    for comment in found.values() if fix else ():
        list_rightly(runtime.table, comment)
    if found:
        print(f"comments whose pending edit is listed wrongly: {len(found)}{', corrected' if fix else ''}")
    return 0 if fix else len(found)


def _fix_count(runtime: Runtime, post: Post, counted: Totals) -> bool:
    try:
        runtime.posts.recount(post, counted)
    except ChangedMeanwhile:
        print(f"{post.key}: not corrected, because it was changed at the same time")
        return False
    return True
