"""Stages: what the code says of them, what their owner chose, and Chalice's record of the last deployment.

``.chalice/config.json`` belongs to the code, and changes with it.  What the owner chose is in ``.chalice/local.json``,
beside Chalice's records in ``.chalice/deployed``: git ignores both, so that going back to earlier code keeps them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from chalicelib.api.chalice_command import role_name
from chalicelib.runtime import Runtime, new_runtime
from chalicelib.settings import from_environment

from .errors import UnknownStageError

CONFIG = Path(".chalice/config.json")
LOCAL = Path(".chalice/local.json")
RECORDS = Path(".chalice/deployed")
DOMAIN = "api_gateway_custom_domain"
FUNCTIONS = "lambda_functions"
VARIABLES = "environment_variables"
MODEL = "prod"  # the stage that added stages are like
URL = "AFTERWORD_URL"
DISTRIBUTION = "AFTERWORD_DISTRIBUTION"
METRICS = "AFTERWORD_METRICS"
GATEWAY_HOST = ".execute-api."  # in every URL that API Gateway assigns
API_HANDLER = "api_handler"  # Chalice's name of the function that serves the API
HOURLY = "hourly"  # Chalice's name of the timer's function
PUBLIC = "public"  # Chalice's name of the function for readers, which only some stages have
PROJECT = (CONFIG, Path("chalicelib/settings.py"))  # files that tell the project from other Chalice applications
NO_PROJECT = "This command needs {}: run it in the project's folder, your clone of Afterword."


def project_folder(start: Path) -> Path:
    """The project's folder: ``start`` or one above it, or else the clone that this code is part of."""
    above = (folder for folder in (start, *start.parents) if all((folder / each).is_file() for each in PROJECT))
    return next(above, Path(__file__).parents[1])


ROOT = project_folder(Path.cwd())


@dataclass(frozen=True)
class Stage:
    """A deployment of its own, for one site.

    ``config`` joins what the code sets for all stages and for this one with what the owner chose.
    """

    name: str
    app: str
    config: Mapping[str, Any]
    root: Path = ROOT
    rebuilt: Mapping[str, Any] | None = None  # a record that is not in a file

    @property
    def function(self) -> str:
        """The Lambda function that serves the API; the roles and alarms are named after it."""
        return f"{self.app}-{self.name}"

    @property
    def functions(self) -> list[str]:
        """All Lambda functions: the API's first, then the timer's and, if there is one, the one for readers."""
        others = [name for name in self.config.get(FUNCTIONS, {}) if name != API_HANDLER]
        return [self.function, *(f"{self.function}-{name}" for name in others)]

    @property
    def has_public_function(self) -> bool:
        """Whether readers have a function of their own."""
        return PUBLIC in self.config.get(FUNCTIONS, {})

    def role(self, name: str, region: str) -> str:
        """The role of the function that Chalice knows by this name; roles belong to an account, not to a region."""
        return role_name(self.app, self.name, name, region)

    def function_config(self, function: str) -> Mapping[str, Any]:
        """The configuration of one Lambda function."""
        name = function.removeprefix(f"{self.function}-") if function != self.function else API_HANDLER
        return joined(self.config, self.config.get(FUNCTIONS, {}).get(name, {}))

    @property
    def is_watched(self) -> bool:
        """Whether its owner wants alarms and metrics."""
        return bool(self.config.get("watch") != "no")

    @property
    def path(self) -> str:
        """The name of API Gateway's stage, which is the prefix of every path."""
        return str(self.config.get("api_gateway_stage", "api"))

    @property
    def variables(self) -> dict[str, str]:
        """The function's environment variables; the URL defaults to the deployed one."""
        variables: dict[str, str] = dict(self.config.get(VARIABLES, {}))
        if not variables.get(URL) and self.url:
            variables[URL] = self.url
        return variables

    @property
    def record(self) -> Path:
        """Chalice's record of the last deployment."""
        return self.root / RECORDS / f"{self.name}.json"

    @property
    def local(self) -> dict[str, Any] | None:
        """What the owner chose; None if that was never written down in this folder."""
        return local_settings(self.root).get(self.name)

    @cached_property
    def deployed(self) -> dict[str, Mapping[str, Any]]:
        """Chalice's record: name → resource.  Empty before the first deployment from this folder."""
        if self.rebuilt is None and not self.record.exists():
            return {}
        record = self.rebuilt or json.loads(self.record.read_text(encoding="utf-8"))
        return {each["name"]: each for each in record["resources"]}

    @property
    def api(self) -> str:
        """The id of the REST API; empty before the first deployment."""
        return str(self.deployed.get("rest_api", {}).get("rest_api_id", ""))

    @property
    def url(self) -> str:
        """The service's URL: a custom domain, or the one that API Gateway assigned."""
        domain = self.config.get(DOMAIN)
        if domain:
            return f"https://{domain['domain_name']}/{domain.get('url_prefix', '').strip('/')}".rstrip("/")
        return str(self.deployed.get("rest_api", {}).get("rest_api_url", "")).rstrip("/")


def stages(root: Path = ROOT, *, local: bool = True) -> list[Stage]:
    """All stages: those of the code, then those that the owner added.  ``local=False``: only what the code says.

    Raises:
        UnknownStageError: this is not the project's folder.
    """
    if not (root / CONFIG).is_file():
        raise UnknownStageError(NO_PROJECT.format(CONFIG))
    found = json.loads((root / CONFIG).read_text(encoding="utf-8"))
    common = {name: value for name, value in found.items() if name not in ("version", "app_name", "stages")}
    chosen = local_settings(root) if local else {}
    names = [*found["stages"], *(name for name in chosen if name not in found["stages"])]
    configs = {name: joined(joined(common, _own(found["stages"], name)), chosen.get(name, {})) for name in names}
    return [Stage(name, found["app_name"], config, root) for name, config in configs.items()]


def local_settings(root: Path) -> dict[str, dict[str, Any]]:
    """Stage → what its owner chose; of an added stage also nothing at all."""
    path = root / LOCAL
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _own(defined: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What the code says of a stage; an added stage is like ``prod``, with its own name everywhere."""
    if name in defined:
        own: Mapping[str, Any] = defined[name]
        return own
    like_prod: Mapping[str, Any] = json.loads(re.sub(rf"\b{MODEL}\b", name, json.dumps(defined[MODEL])))
    return like_prod


def runtime_of(stage: Stage) -> Runtime:
    """A runtime for a stage's table and account, with long timeouts."""
    return new_runtime(from_environment(stage.variables), background=True)


def joined(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as Chalice does: a stage's own values win; environment variables, and functions by name, are combined."""
    variables = {**common.get(VARIABLES, {}), **own.get(VARIABLES, {})}
    merged = {**common, **own, VARIABLES: variables}
    known, chosen = common.get(FUNCTIONS, {}), own.get(FUNCTIONS, {})
    if known or chosen:
        merged[FUNCTIONS] = {**known, **{name: {**known.get(name, {}), **about} for name, about in chosen.items()}}
    return merged


def stage_named(name: str, root: Path = ROOT) -> Stage:
    """The stage of that name.

    Raises:
        UnknownStageError: it does not exist.
    """
    known = {stage.name: stage for stage in stages(root)}
    if name not in known:
        raise UnknownStageError(
            f"There is no stage {name!r}, only {', '.join(known)}; `afterword stage add {name}` adds it."
        )
    return known[name]
