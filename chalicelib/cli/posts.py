"""``post move``: a post's comments go to another post."""

import argparse
import sys
import time

from ..core.decisions import COMMAND_LINE
from ..core.errors import Unavailable
from ..core.posts import post_key
from ..runtime import Runtime

PAUSE = 2.0  # seconds between two looks, while what was on its way may still arrive


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    commands = topics.add_parser("post", help="the posts").add_subparsers(metavar="COMMAND", required=True)
    move = commands.add_parser("move", help="move all comments of a post to another one, whose comments stay")
    move.add_argument("source", metavar="FROM", type=_key, help="the key of the post, such as /2024/07/panic.html")
    move.add_argument("target", metavar="TO", type=_key)
    move.add_argument("--dry-run", action="store_true", help="only say what that would do")
    move.set_defaults(run=_move)


def _key(text: str) -> str:
    try:
        return post_key(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _move(runtime: Runtime, chosen: argparse.Namespace) -> int:
    if chosen.source == chosen.target:
        print("FROM and TO are the same post", file=sys.stderr)
        return 2
    moved = runtime.moving.move(chosen.source, chosen.target, COMMAND_LINE, dry_run=chosen.dry_run)
    more = "at least " if moved.counted.more else ""
    merges = ", to those that are there" if moved.merges else ""
    print(f"{more}{moved.counted.comments} comments, {moved.published} of them published{merges}")
    if chosen.dry_run:
        return 0
    print(f"job {moved.job}: {moved.carried.done} moved")
    return go_on(runtime, moved.job, COMMAND_LINE) if moved.carried.left else 0


def go_on(runtime: Runtime, job_id: str, by: str) -> int:
    """Move until nothing is left; a table that has no time now gets some."""
    while True:
        done = 0
        try:
            carried = runtime.moving.finish(job_id, by)
        except Unavailable:
            print("the table is busy", file=sys.stderr)
        else:
            done = carried.done
            if not carried.left:
                print("done")
                return 0
        if done:
            print(f"{done} moved")
        else:
            time.sleep(PAUSE)
