"""CloudFront in front of a stage (infra/cdn.json), and the settings that tell the stage about it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from .config import with_variables
from .errors import NotReadyError
from .place import check_place
from .stacks import Aws, Stack
from .stages import API_HANDLER, URL, Stage, runtime_of

DISTRIBUTION = "AFTERWORD_DISTRIBUTION"
SLOW = "CloudFront: this takes some minutes"


def cdn_stack(aws: Aws, stage: Stage) -> Stack:
    """The stack with the distribution."""
    return Stack(aws, f"{stage.function}-cdn", stage.root / "infra/cdn.json")


def enable_cdn(stage: Stage, *, alias: str = "", certificate: str = "", say: Callable[[str], None] = print) -> Stage:
    """Put CloudFront in front of a stage, or update it; returns the stage with its new URL, to be deployed again.

    Raises:
        NotReadyError: the stage was never deployed from this folder, or to another account or region.
    """
    if not stage.api:
        raise NotReadyError(
            f"Stage {stage.name} was never deployed from here: run `make deploy STAGE={stage.name}` first."
        )
    runtime = runtime_of(stage)
    check_place(runtime.aws, stage)
    own = {"Alias": alias, "Certificate": certificate}
    parameters = {
        "Api": urlsplit(stage.deployed["rest_api"]["rest_api_url"]).netloc,
        "Stage": stage.path,
        "EdgeKey": runtime.keys.edge[-1],
        "Role": f"{stage.function}-{API_HANDLER}",
        **{name: value for name, value in own.items() if value},
    }
    say(SLOW)
    stack = cdn_stack(runtime.aws, stage)
    say(f"  {stack.deploy(parameters)}")
    outputs = stack.outputs()
    if alias:
        say(f"  Point {alias} to {outputs['Host']} with a CNAME record.")
    return with_variables(stage, **{URL: outputs["Url"], DISTRIBUTION: outputs["Distribution"]})


def disable_cdn(stage: Stage, *, say: Callable[[str], None] = print) -> Stage:
    """Remove CloudFront; returns the stage without its settings, to be deployed again.

    Raises:
        NotReadyError: the stage was deployed to another account or region.
    """
    runtime = runtime_of(stage)
    check_place(runtime.aws, stage)
    say(SLOW)
    cdn_stack(runtime.aws, stage).remove()
    say("  removed: let your pages load the widget from the stage's own URL")
    return with_variables(stage, **{URL: "", DISTRIBUTION: ""})
