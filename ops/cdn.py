"""CloudFront in front of a stage (infra/cdn.json), and the settings that tell the stage about it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from . import public_function
from .config import with_variables
from .errors import NotReadyError
from .notes import ready
from .public_function import Deploy, deploy_functions
from .stacks import Aws, alarm_stack, cdn_policies_stack, cdn_stack, waf_stack
from .stages import API_HANDLER, DISTRIBUTION, PUBLIC, URL, Stage, runtime_of

SCRIPTS = ("/widget.js", "/count.js")  # whose names are fixed
SLOW = "CloudFront: this takes some minutes"


@dataclass(frozen=True)
class CdnOptions:
    """What the owner asks for; an empty option leaves things as they are.

    ``rest``: readers' requests go to the REST API too, without a function of their own.  ``waf``: "yes" or "no".
    """

    alias: str = ""
    certificate: str = ""
    waf: str = ""
    rest: bool = False


def enable_cdn(
    stage: Stage,
    options: CdnOptions = CdnOptions(),
    *,
    deploy: Deploy = deploy_functions,
    say: Callable[[str], None] = print,
) -> Stage:
    """Put CloudFront in front of a stage, or update it; returns the stage with its new URL, to be deployed again.

    Raises:
        NotReadyError: the stage was never deployed to this account and region, or to another one.
        BundleError: the bundle cannot be deployed.
        ChaliceError: Chalice failed.
    """
    stage = ready(runtime_of(stage).aws, stage, say)
    if not stage.api:
        raise NotReadyError(f"Stage {stage.name} was never deployed here: run `make deploy STAGE={stage.name}` first.")
    runtime = runtime_of(stage)
    if not options.rest:
        say("A function for readers")
        stage = public_function.add(stage, redeploy=deploy, say=say)
    say(SLOW)
    stack = cdn_stack(runtime.aws, stage)
    parameters = {
        "EdgeKey": runtime.keys.edge[-1],
        **_origins(runtime.aws, stage, options),
        **_own(options),
        **_policies(runtime.aws, stage),
        **_waf(runtime.aws, stage, options),
    }
    say(f"  {stack.deploy(parameters)}")
    outputs = stack.outputs()
    if options.waf == "no":
        waf_stack(runtime.aws, stage).remove()
    if options.rest:
        stage = public_function.remove(stage)
    if options.alias:
        say(f"  Point {options.alias} to {outputs['Host']} with a CNAME record.")
    return with_variables(stage, **{URL: outputs["Url"], DISTRIBUTION: outputs["Distribution"]})


def _origins(aws: Aws, stage: Stage, options: CdnOptions) -> dict[str, str]:
    """The parameters that say where requests go, and who is told of errors there."""
    is_told = bool(alarm_stack(aws, stage).parameters().get("Email"))
    region = aws("lambda").meta.region_name
    return {
        "Api": urlsplit(stage.deployed["rest_api"]["rest_api_url"]).netloc,
        "Stage": stage.path,
        "Role": stage.role(API_HANDLER, region),
        "Readers": "api" if options.rest else "function",
        "Function": public_function.name_of(stage),
        "Notices": f"{stage.function}-notices" if is_told else "",
        "PublicRole": "" if options.rest else stage.role(PUBLIC, region),
    }


def _policies(aws: Aws, stage: Stage) -> dict[str, str]:
    """The parameters with CloudFront's policies, which all stages of the account share."""
    stack = cdn_policies_stack(aws, stage)
    stack.deploy({})
    return stack.outputs()


def _own(options: CdnOptions) -> dict[str, str]:
    own = {"Alias": options.alias, "Certificate": options.certificate}
    return {name: value for name, value in own.items() if value}


def _waf(aws: Aws, stage: Stage, options: CdnOptions) -> dict[str, str]:
    if not options.waf:
        return {}
    stack = waf_stack(aws, stage)
    if options.waf == "yes":
        stack.deploy({})
    return {"Waf": stack.outputs()["Acl"] if options.waf == "yes" else ""}


def clear(stage: Stage, reference: str, paths: Sequence[str] = ("/*",)) -> None:
    """Invalidate paths in CloudFront's caches.  The same reference again has no effect, and costs nothing.

    Raises:
        NotReadyError: the stage has no distribution.
        ClientError: AWS refused.
    """
    distribution = stage.variables.get(DISTRIBUTION)
    if not distribution:
        raise NotReadyError(f"Stage {stage.name} has no CloudFront: `make cdn STAGE={stage.name}` puts it in front.")
    batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
    runtime_of(stage).aws("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def clear_scripts(stage: Stage, bundle: str) -> Iterator[str]:
    """Let CloudFront fetch the scripts of a new bundle, given by its hash: it would keep the old ones for a day."""
    if not stage.variables.get(DISTRIBUTION):
        return
    try:
        clear(stage, bundle, SCRIPTS)
        yield "CloudFront: new scripts are fetched"
    except ClientError as refusal:
        yield f"CloudFront: keeps the old scripts for up to a day: {refusal}"


def disable_cdn(stage: Stage, *, say: Callable[[str], None] = print) -> Stage:
    """Remove CloudFront; returns the stage without its settings, to be deployed again.

    Raises:
        NotReadyError: the stage was deployed to another account or region.
    """
    runtime = runtime_of(stage)
    stage = ready(runtime.aws, stage, say)
    say(SLOW)
    remove_stacks(runtime.aws, stage)
    say("  removed: let your pages load the widget from the stage's own URL")
    return with_variables(public_function.remove(stage), **{URL: "", DISTRIBUTION: ""})


def remove_stacks(aws: Aws, stage: Stage) -> None:
    """Remove the distribution, then its web ACL."""
    stack = cdn_stack(aws, stage)
    has_waf = bool(stack.parameters().get("Waf"))
    stack.remove()
    if has_waf:
        waf_stack(aws, stage).remove()
