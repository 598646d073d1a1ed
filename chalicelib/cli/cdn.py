"""``cdn``: put CloudFront in front of a deployed stage, or remove it; clear its cache, print its key."""

import argparse
from datetime import UTC, datetime

from ops.cdn import CdnOptions, clear, disable_cdn, enable_cdn
from ops.notes import looked_up
from ops.stages import runtime_of, stage_named
from ops.up import DeployOptions, up

from ..runtime import Runtime
from .deployment import DEFAULT_STAGE


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    cdn = commands.add_parser("cdn", help="put CloudFront in front of a deployed stage (docs/cloudfront.md)")
    cdn.add_argument("--alias", default="", help="your own host name, such as comments.blog.example")
    cdn.add_argument("--certificate", default="", help="the ARN of its certificate, in us-east-1")
    cdn.add_argument(
        "--rest",
        action="store_true",
        help="pass readers' requests to the REST API too, without a function of their own",
    )
    cdn.add_argument(
        "--waf", choices=("yes", "no"), default="", help="block addresses that send too many requests ($6 a month)"
    )
    cdn.add_argument("--off", action="store_true", help="remove CloudFront")
    cdn.set_defaults(run=_cdn, needs_runtime=False)
    others = cdn.add_subparsers(metavar="COMMAND")
    clear = others.add_parser("clear", help="clear CloudFront's cache: everybody gets new pages and scripts")
    clear.set_defaults(run=_clear, needs_runtime=False)
    key = others.add_parser("key", help="print the key for infra/cdn.json; with it anyone can forge client addresses")
    key.set_defaults(run=_key, needs_runtime=True)


def _cdn(options: argparse.Namespace) -> int:
    stage = stage_named(options.stage or DEFAULT_STAGE)
    if options.off:
        stage = disable_cdn(stage)
    else:
        chosen = CdnOptions(options.alias, options.certificate, options.waf, rest=options.rest)
        stage = enable_cdn(stage, chosen)
    return 0 if up(stage, DeployOptions()) else 1


def _clear(options: argparse.Namespace) -> int:
    stage = stage_named(options.stage or DEFAULT_STAGE)
    clear(looked_up(runtime_of(stage).aws, stage), f"by hand {datetime.now(UTC).isoformat()}")
    print("CloudFront clears its cache within some seconds.")
    return 0


def _key(runtime: Runtime, _options: argparse.Namespace) -> int:
    print(runtime.keys.edge[-1])
    return 0
