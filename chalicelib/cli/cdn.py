"""``edge key``: what a CloudFront distribution shows, so that the service believes it whose request it passes on."""

import argparse

from ..runtime import Runtime


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    commands = topics.add_parser("edge", help="CloudFront in front of the service").add_subparsers(
        metavar="COMMAND", required=True
    )
    key = commands.add_parser("key", help="print the key for infra/edge.json; whoever has it can feign addresses")
    key.set_defaults(run=_key)


def _key(runtime: Runtime, _chosen: argparse.Namespace) -> int:
    print(runtime.keys.edge[-1])
    return 0
