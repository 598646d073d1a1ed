"""``python -m deploy``: what ``make deploy``, ``make edge`` and ``make destroy`` run."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cli.stages import UnknownStageError, stage_named
from chalicelib.core.refusals import Refusal
from chalicelib.settings import BadSettingError

from .bundle import BundleRefused
from .chalice import ChaliceError
from .down import down
from .edge import front, unfront
from .up import NotReadyError, Wishes, up

TROUBLES = (BadSettingError, BotoCoreError, BundleRefused, ChaliceError, ClientError, NotReadyError, UnknownStageError)


def parser() -> argparse.ArgumentParser:
    """Its commands."""
    made = argparse.ArgumentParser(prog="python -m deploy", description="Deploy an Afterword site, or remove it.")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    rise = commands.add_parser("up", help="deploy a stage, or update it")
    rise.add_argument("--stage", default="dev")
    rise.add_argument("--email", default="", help="who is told of waiting comments, of alarms and of the budget")
    rise.add_argument("--site", default="", help="where the posts are, such as https://blog.example")
    rise.add_argument("--budget", default="", help="US dollars a month of the whole account; default: 5")
    rise.add_argument("--url", default="", help="where the service is, if not where API Gateway puts it")
    rise.set_defaults(run=lambda chosen: up(stage_named(chosen.stage), _wishes(chosen)))
    fore = commands.add_parser("edge", help="put CloudFront in front of a deployed stage; docs/cloudfront.md")
    fore.add_argument("--stage", default="dev")
    fore.add_argument("--alias", default="", help="a host name of your own, such as comments.blog.example")
    fore.add_argument("--certificate", default="", help="the ARN of its certificate, in us-east-1")
    fore.add_argument("--off", action="store_true", help="remove it")
    fore.set_defaults(run=_edge)
    fall = commands.add_parser("down", help="remove a stage; its table and its secret stay")
    fall.add_argument("--stage", default="dev")
    fall.add_argument("--with-table", default="", metavar="TABLE", help="this table and the secret too: all comments")
    fall.set_defaults(run=lambda chosen: down(stage_named(chosen.stage), table=chosen.with_table))
    return made


def _edge(chosen: argparse.Namespace) -> int:
    stage = stage_named(chosen.stage)
    stage = unfront(stage) if chosen.off else front(stage, alias=chosen.alias, certificate=chosen.certificate)
    return up(stage, Wishes())


def _wishes(chosen: argparse.Namespace) -> Wishes:
    return Wishes(email=chosen.email, site=chosen.site.rstrip("/"), budget=chosen.budget, url=chosen.url.rstrip("/"))


def main() -> int:
    """Run one; 0 if all is well, 1 if the doctor found something, 2 if it could not be done."""
    chosen = parser().parse_args()
    sys.dont_write_bytecode = True  # Chalice knows its package by what lies in the folder
    try:
        code: int = chosen.run(chosen)
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
    except TROUBLES as trouble:
        print(trouble, file=sys.stderr)
    else:
        return code
    return 2


if __name__ == "__main__":
    sys.exit(main())
