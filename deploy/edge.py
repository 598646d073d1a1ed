"""CloudFront in front of a stage (infra/edge.json), and what the stage has to know of it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from chalicelib.cli.stages import API_HANDLER, URL, Stage, stage_named
from chalicelib.runtime import built
from chalicelib.settings import from_environment

from .config import set_variables
from .errors import NotReadyError
from .place import check_place
from .stacks import Aws, Stack

DISTRIBUTION = "AFTERWORD_DISTRIBUTION"
SLOW = "CloudFront: some minutes, until it is known everywhere"


def fronting(aws: Aws, stage: Stage) -> Stack:
    """The stack."""
    return Stack(aws, f"{stage.function}-edge", stage.root / "infra/edge.json")


def front(stage: Stage, *, alias: str = "", certificate: str = "", say: Callable[[str], None] = print) -> Stage:
    """Put CloudFront in front of a stage, or update it; the stage as it is to be deployed then.

    Raises:
        NotReadyError: the stage was never deployed from here.
    """
    if not stage.api:
        raise NotReadyError(f"Stage {stage.name} was never deployed from here: `make deploy STAGE={stage.name}` first.")
    runtime = built(from_environment(stage.variables), patient=True)
    check_place(runtime.aws, stage)
    own = {"Alias": alias, "Certificate": certificate}
    chosen = {
        "Api": urlsplit(stage.deployed["rest_api"]["rest_api_url"]).netloc,
        "Stage": stage.path,
        "EdgeKey": runtime.keys.edge[-1],
        "Role": f"{stage.function}-{API_HANDLER}",
        **{name: value for name, value in own.items() if value},
    }
    say(SLOW)
    stack = fronting(runtime.aws, stage)
    say(f"  {stack.put(chosen)}")
    found = stack.outputs()
    if alias:
        say(f"  {alias} must lead to {found['Host']}, by a CNAME record.")
    return _noted(stage, found["Url"], found["Distribution"])


def unfront(stage: Stage, *, say: Callable[[str], None] = print) -> Stage:
    """Remove CloudFront; the stage as it is to be deployed then, alone."""
    say(SLOW)
    fronting(built(from_environment(stage.variables), patient=True).aws, stage).remove()
    say("  gone: let your pages load from the stage's own address")
    return _noted(stage, "", "")


def _noted(stage: Stage, url: str, distribution: str) -> Stage:
    set_variables(stage.root, stage.name, **{URL: url, DISTRIBUTION: distribution})
    return stage_named(stage.name, stage.root)
