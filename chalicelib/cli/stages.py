"""``stage add``: add a stage for another site."""

import argparse
import re

from ops.config import set_local
from ops.stages import LOCAL, ROOT, stages

NAME = re.compile(r"[a-z][a-z0-9]{0,15}")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    stage = commands.add_parser("stage", help="add a stage for another site").add_subparsers(
        metavar="COMMAND", required=True
    )
    add = stage.add_parser("add", help="add a stage like prod, with its own table, secret and policies")
    add.add_argument("name", type=_name)
    add.set_defaults(run=_add, needs_runtime=False)


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("a stage's name has up to 16 lower-case letters and digits, a letter first")
    return text


def _add(options: argparse.Namespace) -> int:
    name = options.name
    if name in {each.name for each in stages(ROOT)}:
        print(f"Stage {name} already exists.")
        return 2
    set_local(ROOT, name, {})
    print(f"Stage {name} was added to {LOCAL}, the only file that changed. git ignores it: if you lose it, add the")
    print("stage again, and its settings are rebuilt from AWS.")
    print(f"To deploy it: `make deploy STAGE={name} SITE=https://…`")
    return 0
