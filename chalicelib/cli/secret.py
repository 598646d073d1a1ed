"""``secret show`` and ``secret put``: save the secret with the backups, and restore it with them."""

import argparse
import sys

from ..runtime import Runtime
from ..settings import BadSettingError, checked_secret

NO_PARAMETER = "AFTERWORD_SECRET_PARAMETER is not set, so there is no parameter to write the secret to."


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    secret = commands.add_parser(
        "secret", help="show the secret that all keys are derived from, or put it back"
    ).add_subparsers(metavar="COMMAND", required=True)
    show = secret.add_parser("show", help="print the secret; keep it safe: backups can only be restored with it")
    show.set_defaults(run=_show)
    put = secret.add_parser("put", help="read the secret from standard input, before restoring a backup")
    put.set_defaults(run=_put)


def _show(runtime: Runtime, _options: argparse.Namespace) -> int:
    print(runtime.keys.secret)
    return 0


def _put(runtime: Runtime, _options: argparse.Namespace) -> int:
    if not runtime.settings.secret_parameter:
        raise BadSettingError(NO_PARAMETER)
    secret = checked_secret(sys.stdin.readline().strip())
    if runtime.secret_parameter.read() not in ("", secret):
        print(
            f"{runtime.settings.secret_parameter} has another secret. A secret is never overwritten.", file=sys.stderr
        )
        return 2
    if not runtime.secret_parameter.read():
        runtime.secret_parameter.create(secret)
    return 0
