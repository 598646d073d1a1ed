"""From a clone to a live service: each step can be done again, and does nothing where nothing is to do."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.cli import doctor
from chalicelib.cli.findings import Patient
from chalicelib.cli.main import main
from chalicelib.cli.stages import URL, Stage, stage_named
from chalicelib.runtime import Runtime, built
from chalicelib.settings import from_environment

from .bundle import Bundle, bundle
from .chalice import chalice
from .config import set_variables
from .gateway import guard, keep_logs
from .watch import watch

SNIPPET = """\
Under each post:

  <script type="module" src="{url}/widget.js"></script>
  <afterword-comments><a href="{url}/thread?post=THE-POSTS-PATH">Read and write comments</a></afterword-comments>
"""
GIVEN = ".execute-api."  # in each address that API Gateway gives
KEEP = (
    "Commit .chalice/config.json and .chalice/deployed/{stage}.json: "
    "without them the next deployment makes another API, with another address."
)


@dataclass(frozen=True)
class Wishes:
    """What the owner asks for; empty: as it is.  ``budget``: US dollars a month."""

    email: str = ""
    site: str = ""
    budget: str = ""
    url: str = ""


class NotReadyError(Exception):
    """A step found what it can't put right."""


def up(stage: Stage, wishes: Wishes, *, say: Callable[[str], None] = print) -> int:
    """Deploy a stage; 0 if the doctor finds all well afterwards.

    Raises:
        NotReadyError: the table needs its owner's own hands.
        ChaliceError: Chalice failed.
    """
    stage = _noted(stage, AFTERWORD_SITE=wishes.site, AFTERWORD_URL=wishes.url)
    runtime = _runtime(stage)
    who = runtime.aws("sts").get_caller_identity()
    say(f"Account {who['Account']}, {runtime.aws('lambda').meta.region_name}, stage {stage.name}\n\nThe table")
    _table(stage)
    say("The bundle")
    made = bundle(stage.root, stage.name)
    say(f"  {made}")
    keep_logs(runtime.aws, stage)
    say("The functions and the API")
    stage = _deployed(stage)
    _compare(runtime, stage, made)
    runtime = _runtime(stage)
    say("Throttling, access logs, retention")
    guard(runtime.aws, stage)
    say(f"Alarms{', notices by mail' if wishes.email else ''}: {_watched(runtime, stage, wishes)}\n")
    code = doctor.report(Patient(stage, runtime, stage.variables[URL]))
    say("\n" + SNIPPET.format(url=stage.variables[URL]))
    say(KEEP.format(stage=stage.name))
    return code


def _runtime(stage: Stage) -> Runtime:
    return built(from_environment(stage.variables), patient=True)


def _noted(stage: Stage, **variables: str) -> Stage:
    """With what the owner says, written down."""
    set_variables(stage.root, stage.name, **{name: value for name, value in variables.items() if value})
    return stage_named(stage.name, stage.root)


def _table(stage: Stage) -> None:
    """Make what is missing: the table, its secret, what a newer version wants of it.

    Raises:
        NotReadyError: something needs its owner's own hands.
    """
    if main(["--stage", stage.name, "table", "create"]) and main(["--stage", stage.name, "table", "upgrade"]):
        raise NotReadyError("The table is not as this version needs it; nothing was deployed.")


def _deployed(stage: Stage) -> Stage:
    """Deploy; once more if only now it is known where the service is."""
    chalice(stage.root, "deploy", "--stage", stage.name)
    deployed = stage_named(stage.name, stage.root)
    noted = deployed.config["environment_variables"].get(URL, "")
    if noted and (GIVEN not in noted or noted == deployed.url):
        return deployed
    deployed = _noted(deployed, **{URL: deployed.url})
    chalice(stage.root, "deploy", "--stage", stage.name)
    return deployed


def _compare(runtime: Runtime, stage: Stage, made: Bundle) -> None:
    """Chalice packages anew, and says nothing, where it finds that something changed.

    Raises:
        NotReadyError: it did.
    """
    client, wanted = runtime.aws("lambda"), b64encode(bytes.fromhex(made.sha256)).decode()
    for function in stage.functions:
        if client.get_function_configuration(FunctionName=function)["CodeSha256"] != wanted:
            raise NotReadyError(f"{function} runs another bundle than the one that was made: deploy once more.")


def _watched(runtime: Runtime, stage: Stage, wishes: Wishes) -> str:
    given = {"Email": wishes.email, "Budget": wishes.budget}
    return watch(runtime.aws, stage, **{name: value for name, value in given.items() if value})
