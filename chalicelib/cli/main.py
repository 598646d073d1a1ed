"""The owner's command line: parses a command, builds its runtime, and turns errors into messages and exit codes."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from ops.errors import OpsError, UnknownStageError
from ops.notes import looked_up
from ops.stages import runtime_of, stage_named
from ops.stages import stages as all_stages

from .. import runtime as runtimes
from ..core.errors import Refusal
from ..runtime import Runtime
from ..settings import BadSettingError, names_a_table
from . import (
    backup,
    bundle,
    cdn,
    comments,
    cost,
    deployment,
    docs,
    doctor,
    jobs,
    maintenance,
    moderators,
    posts,
    secret,
    stages,
    table,
)

COMMANDS = (
    deployment,
    cdn,
    doctor,
    stages,
    table,
    secret,
    moderators,
    comments,
    posts,
    jobs,
    maintenance,
    backup,
    cost,
    bundle,
    docs,
)
CREDENTIALS = "export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_DEFAULT_REGION=…, or AWS_PROFILE=…"
ERRORS = (BadSettingError, BotoCoreError, ClientError, OpsError)


def parser() -> argparse.ArgumentParser:
    """The parser of all commands, with their help.

    A command sets ``run``, and ``needs_runtime=False`` if ``run`` takes the options alone.
    """
    made = argparse.ArgumentParser(prog="afterword", description="Manage an Afterword site.", parents=[_stage_option()])
    made.set_defaults(needs_runtime=True)
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return made


def _stage_option() -> argparse.ArgumentParser:
    """The option ``--stage``, which can be given before or after a command."""
    made = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    made.add_argument(
        "--stage",
        metavar="STAGE",
        help="a stage, whose settings are used; default: dev for what deploys, "
        "the settings of the environment for everything else",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 if all is well, 1 if it found a problem, 2 if it could not be done."""
    known, rest = _stage_option().parse_known_args(arguments)
    options = parser().parse_args(rest)
    options.stage = known.stage
    try:
        code = _run(options)
    except Refusal as refusal:
        print(refusal.message, *_causes(refusal), sep="\n", file=sys.stderr)
    except (NoCredentialsError, NoRegionError) as missing:
        print(missing, CREDENTIALS, sep="\n", file=sys.stderr)
    except ERRORS as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to continue.", file=sys.stderr)
    else:
        return code
    return 2


def _run(options: argparse.Namespace) -> int:
    code: int
    if not options.needs_runtime:
        code = options.run(options)
        return code
    runtime = _runtime(options)
    try:
        code = options.run(runtime, options)
    finally:
        runtime.flush()
    return code


def _runtime(options: argparse.Namespace) -> Runtime:
    """The runtime of a stage; without one, of this process or of the environment.

    Raises:
        UnknownStageError: none of them says which table to use.
    """
    if options.stage:
        stage = stage_named(options.stage)
        return runtime_of(looked_up(runtime_of(stage).aws, stage, _warn))
    if not (runtimes.has_runtime() or names_a_table()):
        names = ", ".join(each.name for each in all_stages())
        raise UnknownStageError(f"Choose a stage with --stage NAME; the stages are {names}")
    return runtimes.current(background=True)


def _warn(message: str) -> None:
    print(message, file=sys.stderr)


def _causes(refusal: Refusal) -> Iterator[str]:
    """The message of AWS, if the refusal was caused by an error of AWS."""
    if isinstance(refusal.__cause__, BotoCoreError | ClientError):
        yield str(refusal.__cause__)
