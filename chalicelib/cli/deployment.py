"""``deploy`` and ``destroy``: create, update or remove a stage in the owner's account."""

import argparse
import re
import sys
from urllib.parse import urlsplit

from ops.down import down
from ops.stages import stage_named
from ops.up import DeployOptions, up

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DEFAULT_STAGE = "dev"


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    deploy = commands.add_parser("deploy", help="deploy a stage, or update it")
    deploy.add_argument("--email", type=_email, default="", help="the address for notifications, alarms and the budget")
    deploy.add_argument("--site", type=_url, default="", help="the site's URL, such as https://blog.example")
    deploy.add_argument(
        "--budget",
        type=_dollars,
        default="",
        help="the limit of the budget in US dollars a month for the account; default: 5",
    )
    deploy.add_argument("--url", type=_url, default="", help="the service's URL, if it is not API Gateway's")
    deploy.add_argument("--new", action="store_true", help="create a second API if the record of the first is lost")
    deploy.set_defaults(run=_deploy, needs_runtime=False)
    destroy = commands.add_parser("destroy", help="remove a stage; its table and its secret are kept")
    destroy.add_argument(
        "--with-table", default="", metavar="TABLE", help="delete this table and the secret too, with all comments"
    )
    destroy.set_defaults(run=_destroy, needs_runtime=False)


def keep_package_clean() -> None:
    """Write no bytecode: Chalice names its package after the files in the folder."""
    sys.dont_write_bytecode = True


def _deploy(options: argparse.Namespace) -> int:
    keep_package_clean()
    chosen = DeployOptions(options.email, options.site, options.budget, options.url, new=options.new)
    return 0 if up(stage_named(options.stage or DEFAULT_STAGE), chosen) else 1


def _destroy(options: argparse.Namespace) -> int:
    keep_package_clean()
    down(stage_named(options.stage or DEFAULT_STAGE), table=options.with_table)
    return 0


def _url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise argparse.ArgumentTypeError(f"must be a URL such as https://blog.example, not {text!r}")
    return text.rstrip("/")


def _email(text: str) -> str:
    if text and not EMAIL.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be an email address, not {text!r}")
    return text


def _dollars(text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"must be a whole number of dollars, not {text!r}")
    return text
