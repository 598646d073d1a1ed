"""``post move``: move the comments of a post to another post."""

import argparse
import sys

from ..core.actors import COMMAND_LINE
from ..core.posts import post_key
from ..runtime import Runtime
from . import jobs


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    post = commands.add_parser("post", help="move comments to another post").add_subparsers(
        metavar="COMMAND", required=True
    )
    move = post.add_parser("move", help="move all comments of a post to another one, which keeps its own")
    move.add_argument("source", metavar="FROM", type=_key, help="the key of the post, such as /2024/07/panic.html")
    move.add_argument("target", metavar="TO", type=_key)
    move.add_argument("--dry-run", action="store_true", help="only print what would be moved")
    move.set_defaults(run=_move)


def _key(text: str) -> str:
    try:
        return post_key(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _move(runtime: Runtime, options: argparse.Namespace) -> int:
    if options.source == options.target:
        print("FROM and TO are the same post.", file=sys.stderr)
        return 2
    moved = runtime.relocation.move(options.source, options.target, COMMAND_LINE, dry_run=options.dry_run)
    more = "at least " if moved.count.more else ""
    merges = ", added to those of the target" if moved.merges else ""
    print(f"{more}{moved.count.comments} comments, {moved.published} of them published{merges}")
    if options.dry_run:
        return 0
    print(f"job {moved.job}: {moved.progress.done} moved")
    return jobs.finish(runtime, moved.job) if moved.progress.left else 0
