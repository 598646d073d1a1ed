"""``cdn``: put CloudFront in front of a deployed stage, or remove it; ``cdn key`` prints its key."""

import argparse

from ops.cdn import disable_cdn, enable_cdn
from ops.stages import stage_named
from ops.up import DeployOptions, up

from ..runtime import Runtime
from .deployment import DEFAULT_STAGE, keep_package_clean


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    cdn = commands.add_parser("cdn", help="put CloudFront in front of a deployed stage (docs/cloudfront.md)")
    cdn.add_argument("--alias", default="", help="your own host name, such as comments.blog.example")
    cdn.add_argument("--certificate", default="", help="the ARN of its certificate, in us-east-1")
    cdn.add_argument("--off", action="store_true", help="remove CloudFront")
    cdn.set_defaults(run=_cdn, needs_runtime=False)
    key = cdn.add_subparsers(metavar="COMMAND").add_parser(
        "key", help="print the key for infra/cdn.json; with it anyone can forge client addresses"
    )
    key.set_defaults(run=_key, needs_runtime=True)


def _cdn(options: argparse.Namespace) -> int:
    keep_package_clean()
    stage = stage_named(options.stage or DEFAULT_STAGE)
    if options.off:
        stage = disable_cdn(stage)
    else:
        stage = enable_cdn(stage, alias=options.alias, certificate=options.certificate)
    return 0 if up(stage, DeployOptions()) else 1


def _key(runtime: Runtime, _options: argparse.Namespace) -> int:
    print(runtime.keys.edge[-1])
    return 0
