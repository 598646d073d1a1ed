"""The commands, and how they are told apart."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from ops import doctor
from ops.cost import report as cost
from ops.stages import UnknownStageError, runtime_of, stage_named, stages

from .. import runtime as runtimes
from ..core.errors import Refusal
from ..runtime import Runtime
from ..settings import BadSettingError, from_environment, is_chosen
from . import (
    backup,
    comments,
    jobs,
    moderators,
    posts,
    secret,
    table,
)
from . import (
    cdn as edge,
)
from . import (
    docs as description,
)
from . import (
    maintenance as tending,
)
from . import (
    stages as staging,
)

TOPICS = (staging, table, secret, moderators, comments, posts, jobs, tending, backup, edge, cost, doctor, description)


def parser() -> argparse.ArgumentParser:
    """All commands with their help."""
    made = argparse.ArgumentParser(
        prog="python -m chalicelib", description="Look after an Afterword site.", parents=[_stage_option()]
    )
    topics = made.add_subparsers(metavar="TOPIC", required=True)
    for topic in TOPICS:
        topic.add_to(topics)
    return made


def _stage_option() -> argparse.ArgumentParser:
    """It may stand before or after a command."""
    made = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    words = "a stage of .chalice/config.json, whose settings count; default: those of the environment"
    made.add_argument("--stage", metavar="STAGE", help=words)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if all is well, 1 if something was found, 2 if it could not be done."""
    known, rest = _stage_option().parse_known_args(arguments)
    chosen = parser().parse_args(rest)
    chosen.stage = known.stage
    try:
        code = _run(_runtime(chosen), chosen)
    except Refusal as refusal:
        print(refusal.message, *_causes(refusal), sep="\n", file=sys.stderr)
    except (BadSettingError, UnknownStageError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    else:
        return code
    return 2


def _runtime(chosen: argparse.Namespace) -> Runtime:
    """Of a stage; of the process, if it has one; or of the environment.

    Raises:
        UnknownStageError: none of them says which table this is about, and the command needs one.
    """
    if chosen.stage:
        return runtime_of(stage_named(chosen.stage))
    if getattr(chosen, "anywhere", False):
        return runtimes.built(from_environment())
    if not (runtimes.is_used() or is_chosen()):
        raise UnknownStageError(f"Say which stage: --stage NAME; there are {', '.join(each.name for each in stages())}")
    return runtimes.current(patient=True)


def _causes(refusal: Refusal) -> Iterator[str]:
    """What AWS said, if it was AWS that refused."""
    if isinstance(refusal.__cause__, BotoCoreError | ClientError):
        yield str(refusal.__cause__)


def _run(runtime: Runtime, chosen: argparse.Namespace) -> int:
    try:
        code: int = chosen.run(runtime, chosen)
    finally:
        runtime.flush()
    return code
