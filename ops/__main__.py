"""``python -m ops``: what ``make deploy``, ``make edge`` and ``make destroy`` run."""

import argparse
import re
import sys
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from chalicelib.core.errors import Refusal
from chalicelib.settings import BadSettingError

from .bundle.build import BundleRefused
from .cdn import front, unfront
from .down import down
from .errors import DeployError
from .stages import UnknownStageError, stage_named
from .up import Wishes, up

TROUBLES = (BadSettingError, BotoCoreError, BundleRefused, ClientError, DeployError, UnknownStageError)


EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
CREDENTIALS = "export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_DEFAULT_REGION=…, or AWS_PROFILE=…"


def parser() -> argparse.ArgumentParser:
    """Its commands."""
    made = argparse.ArgumentParser(prog="python -m ops", description="Deploy an Afterword site, or remove it.")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    _add_up(commands.add_parser("up", help="deploy a stage, or update it"))
    _add_edge(commands.add_parser("edge", help="put CloudFront in front of a deployed stage; docs/cloudfront.md"))
    _add_down(commands.add_parser("down", help="remove a stage; its table and its secret stay"))
    return made


def _add_up(made: argparse.ArgumentParser) -> None:
    made.add_argument("--stage", default="dev")
    made.add_argument("--email", type=_email, default="", help="who is told of waiting comments, alarms and the budget")
    made.add_argument("--site", type=_address, default="", help="where the posts are, such as https://blog.example")
    made.add_argument("--budget", type=_dollars, default="", help="US dollars a month of the whole account; default: 5")
    made.add_argument("--url", type=_address, default="", help="where the service is, if not where API Gateway puts it")
    made.add_argument("--new", action="store_true", help="make another API, at another address, if the notes are lost")
    made.set_defaults(run=lambda chosen: up(stage_named(chosen.stage), _wishes(chosen)))


def _add_edge(made: argparse.ArgumentParser) -> None:
    made.add_argument("--stage", default="dev")
    made.add_argument("--alias", default="", help="a host name of your own, such as comments.blog.example")
    made.add_argument("--certificate", default="", help="the ARN of its certificate, in us-east-1")
    made.add_argument("--off", action="store_true", help="remove it")
    made.set_defaults(run=_edge)


def _add_down(made: argparse.ArgumentParser) -> None:
    made.add_argument("--stage", default="dev")
    made.add_argument("--with-table", default="", metavar="TABLE", help="this table and the secret too: all comments")
    made.set_defaults(run=lambda chosen: down(stage_named(chosen.stage), table=chosen.with_table))


def _edge(chosen: argparse.Namespace) -> int:
    stage = stage_named(chosen.stage)
    stage = unfront(stage) if chosen.off else front(stage, alias=chosen.alias, certificate=chosen.certificate)
    return up(stage, Wishes())


def _wishes(chosen: argparse.Namespace) -> Wishes:
    return Wishes(chosen.email, chosen.site, chosen.budget, chosen.url, new=chosen.new)


def _address(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise argparse.ArgumentTypeError(f"must be an address such as https://blog.example, not {text!r}")
    return text.rstrip("/")


def _email(text: str) -> str:
    if text and not EMAIL.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be a mail address, not {text!r}")
    return text


def _dollars(text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"must be a whole number of dollars, not {text!r}")
    return text


def main() -> int:
    """Run one; 0 if all is well, 1 if the doctor found something, 2 if it could not be done."""
    chosen = parser().parse_args()
    sys.dont_write_bytecode = True  # Chalice knows its package by what lies in the folder
    try:
        code: int = chosen.run(chosen)
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
    except (NoCredentialsError, NoRegionError) as unknown:
        print(unknown, CREDENTIALS, sep="\n", file=sys.stderr)
    except TROUBLES as trouble:
        print(trouble, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on.", file=sys.stderr)
    else:
        return code
    return 2


if __name__ == "__main__":
    sys.exit(main())
