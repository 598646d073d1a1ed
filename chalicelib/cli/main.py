"""The commands, and how they are told apart."""

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from .. import runtime as runtimes
from ..core.refusals import Refusal
from ..settings import BadSettingError
from . import backup, comments, description, jobs, moderators, posts, table, tending


def parser() -> argparse.ArgumentParser:
    """All commands with their help."""
    made = argparse.ArgumentParser(prog="python -m chalicelib", description="Look after an Afterword site.")
    topics = made.add_subparsers(metavar="TOPIC", required=True)
    for topic in (table, moderators, comments, posts, jobs, tending, backup, description):
        topic.add_to(topics)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if all is well, 1 if something was found, 2 if it could not be done."""
    chosen = parser().parse_args(arguments)
    try:
        code: int = chosen.run(runtimes.current(patient=True), chosen)
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
    except (BadSettingError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
    else:
        return code
    return 2
