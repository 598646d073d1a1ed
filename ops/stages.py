"""Stages: what ``.chalice/config.json`` says of one, and what Chalice noted of its last deployment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from chalicelib.runtime import Runtime, built
from chalicelib.settings import from_environment

ROOT = Path(__file__).parents[1]
CONFIG = Path(".chalice/config.json")
URL = "AFTERWORD_URL"
API_HANDLER = "api_handler"  # as Chalice calls the function that answers requests
HOURLY = "hourly"  # and the timer's


class UnknownStageError(Exception):
    """No stage of that name; the message names those that there are."""


@dataclass(frozen=True)
class Stage:
    """One stage: one site.  ``config`` is what holds for it, whether set for all stages or for this one."""

    name: str
    app: str
    config: Mapping[str, Any]
    root: Path = ROOT

    @property
    def function(self) -> str:
        """The Lambda function that answers requests; its role, and whatever watches it, are named after it."""
        return f"{self.app}-{self.name}"

    @property
    def functions(self) -> list[str]:
        """All Lambda functions: that one, and those that run by themselves."""
        others = [name for name in self.config.get("lambda_functions", {}) if name != API_HANDLER]
        return [self.function, *(f"{self.function}-{name}" for name in others)]

    def function_config(self, function: str) -> Mapping[str, Any]:
        """What holds for one of them."""
        name = function.removeprefix(f"{self.function}-") if function != self.function else API_HANDLER
        return _joined(self.config, self.config.get("lambda_functions", {}).get(name, {}))

    @property
    def path(self) -> str:
        """API Gateway's own stage: the prefix of all addresses."""
        return str(self.config.get("api_gateway_stage", "api"))

    @property
    def variables(self) -> dict[str, str]:
        """Settings of the function; where it is, if that is not set, is where it was deployed."""
        chosen: dict[str, str] = dict(self.config.get("environment_variables", {}))
        if not chosen.get(URL) and self.url:
            chosen[URL] = self.url
        return chosen

    @cached_property
    def deployed(self) -> dict[str, Mapping[str, Any]]:
        """Chalice's notes: name → resource.  Empty before the first deployment from this folder."""
        notes = self.root / f".chalice/deployed/{self.name}.json"
        if not notes.exists():
            return {}
        return {each["name"]: each for each in json.loads(notes.read_text(encoding="utf-8"))["resources"]}

    @property
    def api(self) -> str:
        """The REST API's id."""
        return str(self.deployed.get("rest_api", {}).get("rest_api_id", ""))

    @property
    def url(self) -> str:
        """Where readers reach it: the domain of one's own, or what API Gateway gave."""
        domain = self.config.get("api_gateway_custom_domain")
        if domain:
            return f"https://{domain['domain_name']}/{domain.get('url_prefix', '').strip('/')}".rstrip("/")
        return str(self.deployed.get("rest_api", {}).get("rest_api_url", "")).rstrip("/")


def stages(root: Path = ROOT) -> list[Stage]:
    """All of them."""
    found = json.loads((root / CONFIG).read_text(encoding="utf-8"))
    common = {name: value for name, value in found.items() if name not in ("version", "app_name", "stages")}
    return [Stage(name, found["app_name"], _joined(common, own), root) for name, own in found["stages"].items()]


def runtime_of(stage: Stage) -> Runtime:
    """What works on a stage from here; its calls may take their time."""
    return built(from_environment(stage.variables), patient=True)


def _joined(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """As Chalice reads them: a stage's own value counts, variables are put together."""
    variables = {**common.get("environment_variables", {}), **own.get("environment_variables", {})}
    return {**common, **own, "environment_variables": variables}


def stage_named(name: str, root: Path = ROOT) -> Stage:
    """The stage of that name.

    Raises:
        UnknownStageError: there is none.
    """
    known = {stage.name: stage for stage in stages(root)}
    if name not in known:
        raise UnknownStageError(f"{root / CONFIG} has no stage {name!r}, only {', '.join(known)}")
    return known[name]
