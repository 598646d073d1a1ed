"""The notes of a deployment, rebuilt from AWS: Chalice's record, and what the owner chose.

Nothing is lost with the folder that a stage was deployed from: its API is found by name and stage, everything else by
fixed names, and the owner's choices are in the function's environment and in the stacks' parameters.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from . import public_function
from .config import with_function, with_settings, with_variables
from .errors import NotReadyError
from .place import check_place, function_exists
from .public_function import HASHES, RESERVED
from .stacks import Aws, alarm_stack, budget_stack, cdn_stack
from .stages import API_HANDLER, DISTRIBUTION, DOMAIN, FUNCTIONS, METRICS, PUBLIC, URL, VARIABLES, Stage, joined

SEVERAL = (
    "{account} has several APIs named {name} with a stage {stage}: {ids}. Delete those that your pages don't load, in "
    "API Gateway's console, and try again."
)
NO_PREFIX = "(none)"  # API Gateway's word for an empty base path


@dataclass(frozen=True)
class Notes:
    """Chalice's ``record`` of a deployment, what the owner chose (``local``), and all ``variables`` of its function."""

    record: dict[str, Any]
    local: dict[str, Any]
    variables: dict[str, str]


def ready(aws: Aws, stage: Stage, say: Callable[[str], None] = print) -> Stage:
    """The stage with its notes, for a command that changes what is deployed here.  Missing notes are written again.

    Raises:
        NotReadyError: the stage was deployed to another account or region, or there are several APIs.
    """
    check_place(aws, stage)
    found = None if stage.deployed and stage.local is not None else notes_in(aws, stage)
    if not found:
        return stage if stage.deployed else _without_addresses(stage)
    if stage.local is None:
        say(f"Rebuilt from AWS: the settings of {stage.name} in .chalice/local.json")
        stage = with_settings(stage, found.local)
    if not stage.deployed:
        say(f"Rebuilt from AWS: {stage.record.relative_to(stage.root)}")
        stage.record.parent.mkdir(exist_ok=True)
        stage.record.write_text(json.dumps(found.record, indent=2), encoding="utf-8")
        stage = _with_addresses(stage, found)
    return stage


def _with_addresses(stage: Stage, found: Notes) -> Stage:
    """The stage with the addresses and the function for readers that are here, whatever those elsewhere are."""
    readers = found.local.get(FUNCTIONS, {}).get(PUBLIC)
    if stage.has_public_function != bool(readers):
        stage = with_function(stage, PUBLIC, readers)
    addresses = {each: found.variables.get(each, "") for each in (URL, DISTRIBUTION, HASHES)}
    known = stage.config[VARIABLES]
    return with_variables(stage, **{name: value for name, value in addresses.items() if value != known.get(name, "")})


def _without_addresses(stage: Stage) -> Stage:
    """A stage that is not deployed here, without a distribution that is elsewhere, and without its function."""
    is_elsewhere = stage.config[VARIABLES].get(DISTRIBUTION)
    stage = public_function.forget(stage)
    return with_variables(stage, **{URL: "", DISTRIBUTION: ""}) if is_elsewhere else stage


def looked_up(aws: Aws, stage: Stage, say: Callable[[str], None] = print) -> Stage:
    """The stage with its notes, for a command that only reads them.  Nothing is written.

    A user who may not look for them gets the stage as it is known here.
    """
    if stage.deployed:
        return stage
    try:
        found = notes_in(aws, stage)
    except (BotoCoreError, ClientError, NotReadyError) as problem:
        say(f"How {stage.name} is deployed could not be read from AWS: {problem}")
        return stage
    if not found:
        return stage
    config = stage.config if stage.local is not None else joined(stage.config, found.local)
    return replace(stage, config=config, rebuilt=found.record)


def notes_in(aws: Aws, stage: Stage) -> Notes | None:
    """What AWS says of a stage; None if it is not deployed to this account and region.

    Raises:
        NotReadyError: there are several APIs.
    """
    if not function_exists(aws, stage):
        return None
    functions = {each["FunctionName"]: each for each in _functions(aws, stage)}
    chosen = functions[stage.function].get("Environment", {}).get("Variables", {})
    own = {name: value for name, value in chosen.items() if stage.config[VARIABLES].get(name) != value}
    api = _api(aws, stage, chosen.get(URL, ""))
    domains = list(_domains(aws, stage, api)) if api else []
    resources = [*_function_resources(aws, stage, functions), *_api_resources(aws, stage, api), *domains]
    unwatched = {"watch": "no"} if own.get(METRICS) == "0" else {}
    readers = _readers(aws, stage, functions)
    local = {VARIABLES: own, **readers, **_domain_setting(domains), **_options(aws, stage), **unwatched}
    return Notes({"resources": resources, "schema_version": "2.0", "backend": "api"}, local, chosen)


def _functions(aws: Aws, stage: Stage) -> Iterator[dict[str, Any]]:
    """The stage's functions, also those that only another version of the code has."""
    for page in aws("lambda").get_paginator("list_functions").paginate():
        for each in page["Functions"]:
            if each["FunctionName"] == stage.function or each["FunctionName"].startswith(f"{stage.function}-"):
                yield each


def _function_resources(aws: Aws, stage: Stage, functions: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for function, about in functions.items():
        name = API_HANDLER if function == stage.function else function.removeprefix(f"{stage.function}-")
        arn, role = about["FunctionArn"], about["Role"]
        yield {"name": f"{name}_role", "resource_type": "iam_role", "role_arn": role, "role_name": role.split("/")[-1]}
        yield {"name": name, "resource_type": "lambda_function", "lambda_arn": arn}
        for rule in aws("events").list_rule_names_by_target(TargetArn=arn)["RuleNames"]:
            event = rule.removeprefix(f"{stage.function}-")
            yield {"name": event, "resource_type": "cloudwatch_event", "rule_name": rule}


def _readers(aws: Aws, stage: Stage, functions: Mapping[str, Any]) -> dict[str, Any]:
    """The setting of the function for readers; empty if there is none."""
    name = public_function.name_of(stage)
    if name not in functions:
        return {}
    reserved = aws("lambda").get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    about = public_function.settings(stage)
    return {FUNCTIONS: {PUBLIC: {**about, RESERVED: reserved} if reserved else about}}


def _api(aws: Aws, stage: Stage, url: str) -> str:
    """The id of the stage's API; empty if there is none.  Of several, the one that pages are known to load."""
    gateway, found = aws("apigateway"), []
    for page in gateway.get_paginator("get_rest_apis").paginate():
        for api in page["items"]:
            names = [each["stageName"] for each in gateway.get_stages(restApiId=api["id"])["item"]]
            if api["name"] == stage.app and stage.path in names:
                found.append(api["id"])
    if len(found) > 1:
        origin = cdn_stack(aws, stage).parameters().get("Api", "")
        found = [api for api in found if api in url or api in origin or any(_mappings(aws, stage, api))] or found
    if len(found) > 1:
        account = aws("sts").get_caller_identity()["Account"]
        raise NotReadyError(SEVERAL.format(account=account, name=stage.app, stage=stage.path, ids=", ".join(found)))
    return found[0] if found else ""


def _api_resources(aws: Aws, stage: Stage, api: str) -> Iterator[dict[str, Any]]:
    if api:
        url = f"https://{api}.execute-api.{aws('lambda').meta.region_name}.amazonaws.com/{stage.path}/"
        yield {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": api, "rest_api_url": url}


def _mappings(aws: Aws, stage: Stage, api: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Custom domains that lead to the stage, each with the path."""
    gateway = aws("apigateway")
    for domain in gateway.get_domain_names().get("items", []):
        for each in gateway.get_base_path_mappings(domainName=domain["domainName"]).get("items", []):
            if (each["restApiId"], each.get("stage")) == (api, stage.path):
                yield domain, each["basePath"]


def _domains(aws: Aws, stage: Stage, api: str) -> Iterator[dict[str, Any]]:
    """Chalice's record of a custom domain; it supports one."""
    for domain, path in [*_mappings(aws, stage, api)][:1]:
        yield {
            "name": DOMAIN,
            "resource_type": "domain_name",
            "domain_name": domain["domainName"],
            "hosted_zone_id": domain.get("regionalHostedZoneId", ""),
            "alias_domain_name": domain.get("regionalDomainName", ""),
            "certificate_arn": domain.get("regionalCertificateArn", ""),
            "security_policy": domain.get("securityPolicy", ""),
            "api_mapping": [{"key": "/" if path == NO_PREFIX else f"/{path}"}],
        }


def _domain_setting(domains: list[dict[str, Any]]) -> dict[str, Any]:
    if not domains:
        return {}
    [domain] = domains
    chosen = {"domain_name": domain["domain_name"], "certificate_arn": domain["certificate_arn"]}
    prefix = domain["api_mapping"][0]["key"].strip("/")
    return {DOMAIN: {**chosen, **({"url_prefix": prefix} if prefix else {})}}


def _options(aws: Aws, stage: Stage) -> dict[str, str]:
    """The owner's address and the budget, as the stacks know them."""
    watch, budget = alarm_stack(aws, stage).parameters(), budget_stack(aws, stage).parameters()
    email = watch.get("Email", "") or budget.get("Email", "")
    chosen = {"email": email, "budget": budget.get("Budget", "")}
    return {name: value for name, value in chosen.items() if value}
