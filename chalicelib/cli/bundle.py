"""``bundle``: build the package that Lambda runs, without deploying it."""

import argparse
import shutil
from pathlib import Path

from ops.bundle.build import bundle
from ops.bundle.contents import MACHINES
from ops.stages import stage_named
from ops.workspace import workspace

from .deployment import DEFAULT_STAGE


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("bundle", help="build the bundle that Lambda runs, without deploying it")
    parser.add_argument("--arch", default="", choices=MACHINES, help="the architecture, if not the stage's own")
    parser.add_argument("--out", type=Path, help="copy the bundle and its inventory there")
    parser.set_defaults(run=_bundle, needs_runtime=False)


def _bundle(options: argparse.Namespace) -> int:
    stage = stage_named(options.stage or DEFAULT_STAGE)
    with workspace(stage) as folder:
        built = bundle(folder, stage.name, options.arch)
    if options.out:
        shutil.copyfile(built.path, options.out)
        shutil.copyfile(built.inventory, options.out.with_suffix(".cdx.json"))
    print(built)
    return 0
