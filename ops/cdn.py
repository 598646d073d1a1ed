"""CloudFront in front of a stage (infra/edge.json), and what the stage has to know of it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from .config import noted
from .errors import NotReadyError
from .place import check_place
from .stacks import Aws, Stack
from .stages import API_HANDLER, URL, Stage, runtime_of

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
    runtime = runtime_of(stage)
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
    return noted(stage, **{URL: found["Url"], DISTRIBUTION: found["Distribution"]})


def unfront(stage: Stage, *, say: Callable[[str], None] = print) -> Stage:
    """Remove CloudFront; the stage as it is to be deployed then, alone.

    Raises:
        NotReadyError: this is another place than it was deployed to.
    """
    runtime = runtime_of(stage)
    check_place(runtime.aws, stage)
    say(SLOW)
    fronting(runtime.aws, stage).remove()
    say("  gone: let your pages load from the stage's own address")
    return noted(stage, **{URL: "", DISTRIBUTION: ""})
