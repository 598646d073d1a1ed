"""Checks of the AWS account: what was deployed, and how it is configured."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.digest import sibling_topic_arn
from chalicelib.store.engine.schema import TTL, differences
from chalicelib.store.engine.upgrade import describe

from ..findings import Check, Finding, Target, deploy_again, failed, ok, todo
from ..policies import policies
from ..stages import API_HANDLER, HOURLY
from ..watch import alarm_names

NEW_ALARM = "Unchecked"  # CloudWatch's reason for the state of an alarm that was never evaluated
MAX_BUNDLE = 8_000_000  # bytes; a bundle made by Chalice alone is more than twice as large


def credentials(target: Target) -> Iterator[Finding]:
    """The credentials are valid."""
    try:
        identity = target.aws("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as failure:
        remedy = "export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_DEFAULT_REGION=…, or AWS_PROFILE=…"
        yield failed("credentials", str(failure), remedy)
        return
    yield ok("credentials", f"account {identity['Account']}, as {identity['Arn']}")


def region(target: Target) -> Iterator[Finding]:
    """The region is that of the last deployment."""
    here = target.aws("lambda").meta.region_name
    handler = target.stage.deployed.get(API_HANDLER)
    if not handler:
        yield failed("deployed", f"not to this account and {here}", deploy_again(target.stage))
        return
    there = handler["lambda_arn"].split(":")[3]
    if here == there:
        yield ok("region", here)
    else:
        remedy = f"Set AWS_DEFAULT_REGION={there}; otherwise the next deployment creates a second service in {here}."
        yield failed("region", f"{here}, but it was deployed to {there}", remedy)


def table(target: Target) -> Iterator[Finding]:
    """The table matches this version's schema and is protected."""
    client, name = target.runtime.table.client, target.runtime.settings.table
    command = f"`afterword --stage {target.stage.name} table"
    try:
        found = differences(describe(client, name))
    except client.exceptions.ResourceNotFoundException:
        yield failed("table", f"{name} does not exist", f"{command} create` creates it.")
        return
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if expiry.get("AttributeName") != TTL:
        found.append("items do not expire")
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        found.append("point-in-time recovery is off")
    if found:
        yield failed("table", f"{name}: {'; '.join(found)}", f"{command} upgrade` fixes what it can.")
    else:
        yield ok("table", f"{name}, protected, with point-in-time recovery")


def secret(target: Target) -> Iterator[Finding]:
    """The secret exists, and is the one that the table was written with."""
    runtime, create = target.runtime, f"`afterword --stage {target.stage.name} table create` creates it."
    own, written = runtime.keys.fingerprint, runtime.fingerprint.read()
    if not written:
        yield failed("secret", "the table was not written with it yet", create)
    elif own != written:
        remedy = "Restore that one with `secret put`. With this one the service refuses to write."
        yield failed("secret", f"not the one that {runtime.settings.table} was written with", remedy)
    else:
        yield ok("secret", runtime.settings.secret_parameter or "in the environment")


def moderators(target: Target) -> Iterator[Finding]:
    """There is at least one moderator."""
    number = len(target.runtime.accounts.moderators())
    if number:
        yield ok("moderators", str(number))
    else:
        remedy = f"`afterword --stage {target.stage.name} moderator invite NAME` prints a link."
        yield todo("moderators", "there is no moderator to decide on comments", remedy)


def site(target: Target) -> Iterator[Finding]:
    """The site's URL is set."""
    if target.runtime.settings.site:
        yield ok("site", target.runtime.settings.site)
    else:
        remedy = f"`make deploy STAGE={target.stage.name} SITE=https://…` sets it."
        yield todo("site", "AFTERWORD_SITE is not set: posts have no links in the queue and in feeds", remedy)


def functions(target: Target) -> Iterator[Finding]:
    """The functions are configured as in .chalice/config.json, and small."""
    client, stage = target.aws("lambda"), target.stage
    for name in stage.functions:
        try:
            found = client.get_function_configuration(FunctionName=name)
        except client.exceptions.ResourceNotFoundException:
            yield failed("function", f"{name} does not exist", deploy_again(stage))
            continue
        wrong = _differences(found, stage.function_config(name))
        if wrong:
            yield failed("function", f"{name}: {'; '.join(wrong)}", deploy_again(stage))
        else:
            yield ok("function", f"{name}, {found['MemorySize']} MB, {found['CodeSize'] / 1e6:.1f} MB of code")


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    variables = found.get("Environment", {}).get("Variables", {})
    have = (found["MemorySize"], found["Timeout"], *found.get("Architectures", ["x86_64"]))
    want = (wanted["lambda_memory_size"], wanted["lambda_timeout"], wanted["lambda_architecture"])
    triples = zip(("memory", "timeout", "architecture"), have, want, strict=True)
    words = [f"{name} is {one}, not {other}" for name, one, other in triples if one != other]
    stale = [name for name, value in wanted["environment_variables"].items() if variables.get(name) != value]
    words += [f"{name} is not as configured" for name in stale]
    if found["CodeSize"] > MAX_BUNDLE:
        words.append(f"{found['CodeSize'] / 1e6:.0f} MB of code: cold starts are slow")
    return words


def permissions(target: Target) -> Iterator[Finding]:
    """Each role has the policy of its file in .chalice."""
    iam, stage = target.aws("iam"), target.stage
    for name, wanted in policies(stage).items():
        role = stage.role(name, target.aws("lambda").meta.region_name)
        try:
            granted = [
                iam.get_role_policy(RoleName=role, PolicyName=each)["PolicyDocument"]
                for each in iam.list_role_policies(RoleName=role)["PolicyNames"]
            ]
        except iam.exceptions.NoSuchEntityException:
            yield failed("policy", f"role {role} does not exist", deploy_again(stage))
            continue
        if wanted in [_plain(each) for each in granted]:
            yield ok("policy", f"{role} has the permissions it needs")
        else:
            yield failed("policy", f"{role} has another policy than in .chalice", deploy_again(stage))


def _plain(document: Any) -> Any:  # noqa: ANN401  the SDK returns text or parsed JSON
    return json.loads(document) if isinstance(document, str) else document


def limits(target: Target) -> Iterator[Finding]:
    """The gateway throttles requests, and logs are deleted after a while."""
    stage, gateway = target.stage, target.aws("apigateway")
    if not stage.api:
        return
    found = gateway.get_stage(restApiId=stage.api, stageName=stage.path)
    limit = found.get("methodSettings", {}).get("*/*", {}).get("throttlingRateLimit")
    if limit and found.get("accessLogSettings"):
        yield ok("throttling", f"{limit:.0f} requests a second, with access logs")
    elif limit:
        yield failed("throttling", "API Gateway writes no access log", deploy_again(stage))
    else:
        yield failed("throttling", "no limit except the account's own", deploy_again(stage))
    client, prefixes = target.aws("logs"), [f"/aws/{each}/{stage.function}" for each in ("lambda", "apigateway")]
    logs = [group for each in prefixes for group in client.describe_log_groups(logGroupNamePrefix=each)["logGroups"]]
    unlimited = [group["logGroupName"] for group in logs if "retentionInDays" not in group]
    if unlimited:
        yield failed("logs", f"{', '.join(unlimited)} kept forever", deploy_again(stage))
    else:
        yield ok("logs", "deleted automatically")


def timer(target: Target) -> Iterator[Finding]:
    """The hourly timer is enabled."""
    client, stage = target.aws("events"), target.stage
    name, arn = f"{stage.function}-{HOURLY}", stage.deployed.get(HOURLY, {}).get("lambda_arn", "")
    rules = client.list_rule_names_by_target(TargetArn=arn)["RuleNames"] if arn else []
    if any(client.describe_rule(Name=rule)["State"] == "ENABLED" for rule in rules):
        yield ok("timer", f"{name} is started every hour")
    else:
        remedy = f"{deploy_again(stage)} Until then: `afterword --stage {stage.name} maintenance run`."
        yield failed("timer", f"nothing starts {name}", remedy)


def alarms(target: Target) -> Iterator[Finding]:
    """The alarms exist, none is ringing, and somebody is notified."""
    stage = target.stage
    if not stage.is_watched:
        yield ok("alarms", "none, as you chose with WATCH=no")
        yield from _subscription(target)
        return
    found = target.aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"{stage.function}-")["MetricAlarms"]
    missing = sorted({*alarm_names(stage)} - {alarm["AlarmName"] for alarm in found})
    if missing:
        yield failed("alarms", f"{', '.join(missing)}: missing", deploy_again(stage))
        return
    ringing = [alarm["AlarmName"] for alarm in found if _rings(alarm)]
    if ringing:
        yield failed("alarms", f"{', '.join(ringing)} is ringing", "The alarm's description says why.")
    else:
        yield ok("alarms", f"{len(found)}, none ringing")
    yield from _subscription(target)


def _rings(alarm: Mapping[str, Any]) -> bool:
    """Whether an alarm rings; one about data that ended does so without data, unless it never had any."""
    ended = alarm["AlarmName"].endswith("-stopped") and alarm["StateValue"] == "INSUFFICIENT_DATA"
    return alarm["StateValue"] == "ALARM" or (ended and not alarm["StateReason"].startswith(NEW_ALARM))


def _subscription(target: Target) -> Iterator[Finding]:
    """Somebody confirmed the subscription to notifications."""
    client, stage = target.aws("sns"), target.stage
    handler = stage.deployed.get(API_HANDLER)
    if not handler:
        return
    topic = sibling_topic_arn(handler["lambda_arn"], f"{stage.function}-notices")
    try:
        subscriptions = client.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    except client.exceptions.NotFoundException:
        remedy = f"`make deploy STAGE={stage.name} EMAIL=…` sends mail. Without it, check the console yourself."
        yield todo("notices", "nobody is notified of waiting comments", remedy)
        return
    if any(each["SubscriptionArn"].startswith("arn:") for each in subscriptions):
        yield ok("notices", "sent by mail")
    else:
        yield todo("notices", "the subscription is not confirmed", "Open the mail from AWS and follow its link.")


CHECKS: tuple[Check, ...] = (
    region,
    table,
    secret,
    moderators,
    site,
    functions,
    permissions,
    limits,
    timer,
    alarms,
)
