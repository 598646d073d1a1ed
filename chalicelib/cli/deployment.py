"""``deploy``, ``back`` and ``destroy``: create, update or remove a stage in the owner's account."""

import argparse
import re
from urllib.parse import urlsplit

from ops.bundle.contents import MACHINES
from ops.down import down
from ops.errors import NotReadyError
from ops.history import check_out_previous
from ops.notes import ready
from ops.stages import Stage, runtime_of, stage_named, stages
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
    deploy.add_argument("--arch", default="", choices=("", *MACHINES), help="the functions' processor; default: arm64")
    deploy.add_argument("--watch", default="", choices=("", "yes", "no"), help="whether there are alarms and metrics")
    deploy.set_defaults(run=_deploy, needs_runtime=False)
    back = commands.add_parser("back", help="check out the code that was deployed before, to deploy it again")
    back.add_argument("--to", default="", metavar="COMMIT", help="another commit or tag")
    back.set_defaults(run=_back, needs_runtime=False)
    destroy = commands.add_parser("destroy", help="remove a stage; its table and its secret are kept")
    destroy.add_argument(
        "--with-table", default="", metavar="TABLE", help="delete this table and the secret too, with all comments"
    )
    destroy.set_defaults(run=_destroy, needs_runtime=False)


def _deploy(options: argparse.Namespace) -> int:
    chosen = DeployOptions(
        options.email, options.site, options.budget, options.url, arch=options.arch, watch=options.watch
    )
    found = _chosen_stages(options.stage or DEFAULT_STAGE)
    if len(found) > 1 and (options.site or options.url):
        raise NotReadyError("SITE and URL belong to one stage: deploy that one by itself.")
    healthy = True
    for stage in found:
        if len(found) > 1:
            print(f"\n=== {stage.name}\n")
        healthy = up(stage, chosen) and healthy
    return 0 if healthy else 1


def _chosen_stages(names: str) -> list[Stage]:
    """The stages with these names, or ``all`` that were deployed from this folder."""
    if names == "all":
        return [each for each in stages() if each.deployed]
    return [stage_named(name) for name in names.split(",")]


def _back(options: argparse.Namespace) -> int:
    stage = stage_named(options.stage or DEFAULT_STAGE)
    aws = runtime_of(stage).aws
    commit = check_out_previous(aws, ready(aws, stage), options.to)
    print(f"Checked out {commit}. `git checkout main` brings the newest code back.")
    return 0


def _destroy(options: argparse.Namespace) -> int:
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
