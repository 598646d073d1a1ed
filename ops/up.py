"""From a clone to a live service: each step can be done again, and does nothing where nothing is to do."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError, WaiterError

from chalicelib.cli.main import main
from chalicelib.runtime import Runtime

from . import doctor
from .bundle.build import Bundle, bundle
from .chalice import chalice
from .config import noted
from .errors import NotReadyError
from .findings import Patient
from .gateway import guard, keep_logs
from .place import check_place
from .stages import URL, Stage, runtime_of, stage_named
from .watch import budget, watch

SNIPPET = """\
Under each post:

  <script type="module" src="{url}/widget.js"></script>
  <afterword-comments><a href="{url}/thread?post=/THE/POSTS/PATH">Read and write comments</a></afterword-comments>

Moderators work at {url}/moderate; who has no link yet gets one:

  .venv/bin/python -m chalicelib --stage {stage} moderator invite NAME
"""
OTHERWISE = 1  # what a command ends with that found something
GIVEN = ".execute-api."  # in each address that API Gateway gives
KEEP = (
    "Commit .chalice/config.json and .chalice/deployed/{stage}.json: "
    "without them the next deployment makes another API, with another address."
)


@dataclass(frozen=True)
class Wishes:
    """What the owner asks for; empty: as it is.  ``budget``: US dollars a month.  ``new``: another API will do."""

    email: str = ""
    site: str = ""
    budget: str = ""
    url: str = ""
    new: bool = False


def up(stage: Stage, wishes: Wishes, *, say: Callable[[str], None] = print) -> int:
    """Deploy a stage; 0 if the doctor finds nothing wrong afterwards.

    Raises:
        NotReadyError: this is another place than it was deployed to, or the table needs its owner's own hands.
        ChaliceError: Chalice failed.
    """
    stage, runtime = _begun(stage, wishes, say)
    say("The table")
    _table(stage)
    say("The bundle")
    made = bundle(stage.root, stage.name)
    say(f"  {made}\nThe functions and the API")
    keep_logs(runtime.aws, stage)
    stage = _deployed(stage)
    say("  " + KEEP.format(stage=stage.name))
    _compare(runtime, stage, made)
    say("Throttling, access logs, retention")
    guard(runtime.aws, stage)
    for words in _watched(runtime, stage, wishes):
        say(words)
    code = doctor.report(Patient(stage, runtime_of(stage), stage.variables[URL]))
    say("\n" + SNIPPET.format(url=stage.variables[URL], stage=stage.name))
    return code


def _begun(stage: Stage, wishes: Wishes, say: Callable[[str], None]) -> tuple[Stage, Runtime]:
    """The stage with the owner's wishes written down, in an account and region that are the right ones."""
    runtime = runtime_of(stage)
    who = runtime.aws("sts").get_caller_identity()
    check_place(runtime.aws, stage, new=wishes.new)
    say(f"Account {who['Account']}, {runtime.aws('lambda').meta.region_name}, stage {stage.name}\n")
    said = {"AFTERWORD_SITE": wishes.site, URL: wishes.url}
    stage = noted(stage, **{name: value for name, value in said.items() if value})
    return stage, runtime_of(stage)


def _table(stage: Stage) -> None:
    """Make what is missing: the table, its secret, what a newer version wants of it.

    Raises:
        NotReadyError: something needs its owner's own hands.
    """
    code = main(["--stage", stage.name, "table", "create"])
    if code == OTHERWISE:
        code = main(["--stage", stage.name, "table", "upgrade"])
    if code:
        raise NotReadyError("The table is not as this version needs it; nothing was deployed.")


def _deployed(stage: Stage) -> Stage:
    """Deploy; once more if only now it is known where the service is."""
    chalice(stage.root, "deploy", "--stage", stage.name)
    deployed = stage_named(stage.name, stage.root)
    known = deployed.config["environment_variables"].get(URL, "")
    if known and (GIVEN not in known or known == deployed.url):
        return deployed
    deployed = noted(deployed, **{URL: deployed.url})
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


def _watched(runtime: Runtime, stage: Stage, wishes: Wishes) -> Iterator[str]:
    """Not everybody may make a budget: the service does not need it."""
    told = {"Email": wishes.email} if wishes.email else {}
    yield f"Alarms{', notices by mail' if told else ''}: {watch(runtime.aws, stage, **told)}"
    try:
        yield f"The budget: {budget(runtime.aws, stage, **told, **_sum(wishes))}\n"
    except (ClientError, WaiterError) as refusal:
        yield f"The budget: not made: {refusal}\n"


def _sum(wishes: Wishes) -> dict[str, str]:
    return {"Budget": wishes.budget} if wishes.budget else {}
