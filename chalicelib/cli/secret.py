"""``secret show`` and ``secret put``: the secret goes where the backups go, and comes back with them."""

import argparse
import sys

from ..runtime import Runtime
from ..settings import BadSettingError, checked_secret

KEPT_ELSEWHERE = "AFTERWORD_SECRET_PARAMETER is not set: the secret is no parameter of AWS here"


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    commands = topics.add_parser("secret", help="the secret that all keys come from").add_subparsers(
        metavar="COMMAND", required=True
    )
    show = commands.add_parser("show", help="print it, for a safe place: a backup can be restored under it alone")
    show.set_defaults(run=_show)
    put = commands.add_parser("put", help="read one from standard input, for a table that is to be restored")
    put.set_defaults(run=_put)


def _show(runtime: Runtime, _chosen: argparse.Namespace) -> int:
    print(runtime.keys.secret)
    return 0


def _put(runtime: Runtime, _chosen: argparse.Namespace) -> int:
    if not runtime.settings.secret_parameter:
        raise BadSettingError(KEPT_ELSEWHERE)
    secret = checked_secret(sys.stdin.readline().strip())
    if runtime.secret_parameter.read() not in ("", secret):
        print(f"{runtime.settings.secret_parameter} holds another secret, which is never overwritten", file=sys.stderr)
        return 2
    if not runtime.secret_parameter.read():
        runtime.secret_parameter.make(secret)
    return 0
