"""Stages: their configuration (``.chalice/config.json``), and Chalice's record of the last deployment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from chalicelib.runtime import Runtime, new_runtime
from chalicelib.settings import from_environment

from .errors import UnknownStageError

CONFIG = Path(".chalice/config.json")
URL = "AFTERWORD_URL"
GATEWAY_HOST = ".execute-api."  # in every URL that API Gateway assigns
API_HANDLER = "api_handler"  # Chalice's name of the function that serves the API
HOURLY = "hourly"  # Chalice's name of the timer's function
PROJECT = (CONFIG, Path("chalicelib/settings.py"))  # files that tell the project from other Chalice applications
NO_PROJECT = "This command needs {}: run it in the project's folder, your clone of Afterword."


def project_folder(start: Path) -> Path:
    """The project's folder: ``start`` or one above it, or else the clone that this code is part of."""
    above = (folder for folder in (start, *start.parents) if all((folder / each).is_file() for each in PROJECT))
    return next(above, Path(__file__).parents[1])


ROOT = project_folder(Path.cwd())


@dataclass(frozen=True)
class Stage:
    """A deployment of its own, for one site.  ``config`` joins what is set for all stages and for this one."""

    name: str
    app: str
    config: Mapping[str, Any]
    root: Path = ROOT

    @property
    def function(self) -> str:
        """The Lambda function that serves the API; its role and its alarms are named after it."""
        return f"{self.app}-{self.name}"

    @property
    def functions(self) -> list[str]:
        """All Lambda functions: the API's, then the timer's."""
        others = [name for name in self.config.get("lambda_functions", {}) if name != API_HANDLER]
        return [self.function, *(f"{self.function}-{name}" for name in others)]

    def function_config(self, function: str) -> Mapping[str, Any]:
        """The configuration of one Lambda function."""
        name = function.removeprefix(f"{self.function}-") if function != self.function else API_HANDLER
        return _joined(self.config, self.config.get("lambda_functions", {}).get(name, {}))

    @property
    def path(self) -> str:
        """The name of API Gateway's stage, which is the prefix of every path."""
        return str(self.config.get("api_gateway_stage", "api"))

    @property
    def variables(self) -> dict[str, str]:
        """The function's environment variables; the URL defaults to the deployed one."""
        variables: dict[str, str] = dict(self.config.get("environment_variables", {}))
        if not variables.get(URL) and self.url:
            variables[URL] = self.url
        return variables

    @cached_property
    def deployed(self) -> dict[str, Mapping[str, Any]]:
        """Chalice's record: name → resource.  Empty before the first deployment from this folder."""
        record = self.root / f".chalice/deployed/{self.name}.json"
        if not record.exists():
            return {}
        return {each["name"]: each for each in json.loads(record.read_text(encoding="utf-8"))["resources"]}

    @property
    def api(self) -> str:
        """The id of the REST API; empty before the first deployment."""
        return str(self.deployed.get("rest_api", {}).get("rest_api_id", ""))

    @property
    def url(self) -> str:
        """The service's URL: a custom domain, or the one that API Gateway assigned."""
        domain = self.config.get("api_gateway_custom_domain")
        if domain:
            return f"https://{domain['domain_name']}/{domain.get('url_prefix', '').strip('/')}".rstrip("/")
        return str(self.deployed.get("rest_api", {}).get("rest_api_url", "")).rstrip("/")


def stages(root: Path = ROOT) -> list[Stage]:
    """All stages, in the order of the configuration.

    Raises:
        UnknownStageError: this is not the project's folder.
    """
    if not (root / CONFIG).is_file():
        raise UnknownStageError(NO_PROJECT.format(CONFIG))
    found = json.loads((root / CONFIG).read_text(encoding="utf-8"))
    common = {name: value for name, value in found.items() if name not in ("version", "app_name", "stages")}
    return [Stage(name, found["app_name"], _joined(common, own), root) for name, own in found["stages"].items()]


def runtime_of(stage: Stage) -> Runtime:
    """A runtime for a stage's table and account, with long timeouts."""
    return new_runtime(from_environment(stage.variables), background=True)


def _joined(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as Chalice does: a stage's own values win, environment variables are combined."""
    variables = {**common.get("environment_variables", {}), **own.get("environment_variables", {})}
    return {**common, **own, "environment_variables": variables}


def stage_named(name: str, root: Path = ROOT) -> Stage:
    """The stage of that name.

    Raises:
        UnknownStageError: it does not exist.
    """
    known = {stage.name: stage for stage in stages(root)}
    if name not in known:
        raise UnknownStageError(f"{root / CONFIG} has no stage {name!r}, only {', '.join(known)}")
    return known[name]
