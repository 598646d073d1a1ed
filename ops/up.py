"""From a clone to a running service: every step can be repeated, and changes nothing that is up to date."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError, WaiterError

from chalicelib.runtime import Runtime
from chalicelib.settings import BadSettingError

from . import doctor, table
from .bundle.build import Bundle, bundle
from .cdn import clear_scripts
from .config import with_settings, with_variables
from .errors import NotReadyError
from .findings import Target
from .gateway import create_logs, limit_and_log
from .history import history
from .live import deploy, switch
from .notes import ready
from .stacks import Aws
from .stages import GATEWAY_HOST, METRICS, URL, VARIABLES, Stage, runtime_of
from .watch import deploy_alarms, deploy_budget
from .workspace import configure, workspace

SNIPPET = """\
Under each post:

  <script type="module" src="{url}/widget.js"></script>
  <afterword-comments><a href="{url}/thread?post=/THE/POSTS/PATH">Read and write comments</a></afterword-comments>

The console for moderators is at {url}/moderate. To invite somebody:

  .venv/bin/afterword --stage {stage} moderator invite NAME
"""


@dataclass(frozen=True)
class DeployOptions:
    """What the owner asks for; an empty option leaves things as they are.

    ``budget`` is in US dollars a month.
    """

    email: str = ""
    site: str = ""
    budget: str = ""
    url: str = ""
    arch: str = ""
    watch: str = ""


def up(stage: Stage, options: DeployOptions, *, say: Callable[[str], None] = print) -> bool:
    """Deploy a stage; true if the health check at the end finds no problem.

    Raises:
        NotReadyError: it was deployed to another account or region, or the table has to be changed by hand.
        BundleError: the bundle cannot be deployed.
        ChaliceError: Chalice failed.
    """
    stage, runtime = _prepare(stage, options, say)
    say("Table")
    _prepare_table(runtime, say)
    say("Bundle")
    tags = history(runtime.aws, stage)
    with workspace(stage, tags) as folder:
        built = bundle(folder, stage.name)
        say(f"  {built}\nFunctions and API")
        create_logs(runtime.aws, stage)
        stage = _deploy(runtime.aws, stage, folder, tags)
    _check_bundle(runtime, stage, built)
    switch(runtime.aws, stage)
    say("Throttling, access logs, retention")
    limit_and_log(runtime.aws, stage)
    for line in [*clear_scripts(stage, built.sha256), *_deploy_stacks(runtime, stage)]:
        say(line)
    is_healthy = doctor.report(Target(stage, runtime_of(stage), stage.variables[URL]), say)
    say("\n" + SNIPPET.format(url=stage.variables[URL], stage=stage.name))
    return is_healthy


def _prepare(stage: Stage, options: DeployOptions, say: Callable[[str], None]) -> tuple[Stage, Runtime]:
    """The stage with the owner's options in its configuration, after a check of account and region."""
    runtime = runtime_of(stage)
    stage = ready(runtime.aws, stage, say)
    account = runtime.aws("sts").get_caller_identity()["Account"]
    say(f"Account {account}, {runtime.aws('lambda').meta.region_name}, stage {stage.name}\n")
    metrics = {"yes": "1", "no": "0"}.get(options.watch, "")
    variables = {"AFTERWORD_SITE": options.site, URL: options.url, METRICS: metrics}
    chosen = {"email": options.email, "budget": options.budget, "watch": options.watch}
    chosen["lambda_architecture"] = options.arch
    stage = with_variables(stage, **{name: value for name, value in variables.items() if value})
    stage = with_settings(stage, {name: value for name, value in chosen.items() if value})
    return stage, runtime_of(stage)


def _prepare_table(runtime: Runtime, say: Callable[[str], None]) -> None:
    """Create the table and its secret, or upgrade an older version's table.

    Raises:
        NotReadyError: the table has to be changed by hand, or its secret is lost.
    """
    try:
        problems = table.prepare(runtime, say) and table.upgrade(runtime, say)
    except BadSettingError as error:
        raise NotReadyError(f"{error}\nNothing was deployed.") from error
    if problems:
        raise NotReadyError("The table is not as this version needs it. Nothing was deployed.")


def _deploy(aws: Aws, stage: Stage, folder: Path, tags: Mapping[str, str]) -> Stage:
    """Deploy; a second time if the service's URL is known only after the first."""
    deployed = deploy(aws, stage, folder)
    known = deployed.config[VARIABLES].get(URL, "")
    if known and (GATEWAY_HOST not in known or known == deployed.url):
        return deployed
    deployed = with_variables(deployed, **{URL: deployed.url})
    configure(folder, deployed, tags)
    return deploy(aws, deployed, folder)


def _check_bundle(runtime: Runtime, stage: Stage, built: Bundle) -> None:
    """Check that the functions run our bundle: Chalice silently makes another one if a source changed.

    Raises:
        NotReadyError: a function runs another bundle.
    """
    client, expected = runtime.aws("lambda"), b64encode(bytes.fromhex(built.sha256)).decode()
    for function in stage.functions:
        if client.get_function_configuration(FunctionName=function)["CodeSha256"] != expected:
            raise NotReadyError(f"{function} runs another bundle than the one that was built. Deploy again.")


def _deploy_stacks(runtime: Runtime, stage: Stage) -> Iterator[str]:
    """Deploy alarms and budget.  The service works without a budget, which not every user may create."""
    email = {"Email": stage.config["email"]} if "email" in stage.config else {}
    limit = {"Budget": stage.config["budget"]} if "budget" in stage.config else {}
    yield f"Alarms{', notifications by mail' if email else ''}: {deploy_alarms(runtime.aws, stage, **email)}"
    try:
        yield f"Budget: {deploy_budget(runtime.aws, stage, **email, **limit)}\n"
    except (ClientError, WaiterError) as refusal:
        yield f"Budget: not created: {refusal}\n"
