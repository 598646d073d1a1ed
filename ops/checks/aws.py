"""What the doctor looks at in the account."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.digest import topic_beside
from chalicelib.store.engine.schema import TTL, differences
from chalicelib.store.engine.upgrade import described

from ..findings import Check, Finding, Patient, deploy_again, ill, todo, well
from ..policies import policies
from ..stages import API_HANDLER, Stage

MOST = 8_000_000  # bytes of a bundle; Chalice's own is more than twice as large


def credentials(patient: Patient) -> Iterator[Finding]:
    """Who asks, and where."""
    try:
        who = patient.aws("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as failure:
        cure = "export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_DEFAULT_REGION=…, or AWS_PROFILE=…"
        yield ill("credentials", str(failure), cure)
        return
    yield well("credentials", f"account {who['Account']}, as {who['Arn']}")


def region(patient: Patient) -> Iterator[Finding]:
    """The same as at the last deployment."""
    here = patient.aws("lambda").meta.region_name
    handler = patient.stage.deployed.get(API_HANDLER)
    if not handler:
        yield ill(
            "deployed", f"not from this folder: .chalice/deployed/{patient.stage.name}.json is not here", _notes()
        )
        return
    there = handler["lambda_arn"].split(":")[3]
    if here == there:
        yield well("region", here)
    else:
        cure = f"AWS_DEFAULT_REGION={there}, or another deployment would begin in {here}."
        yield ill("region", f"{here}, but it was deployed to {there}", cure)


def _notes() -> str:
    return (
        "If it was deployed from elsewhere, copy that file from there: without it the next deployment makes a second "
        "API with another address."
    )


def table(patient: Patient) -> Iterator[Finding]:
    """As this version wants it, and protected."""
    client, name = patient.runtime.table.client, patient.runtime.settings.table
    command = f"`python -m chalicelib --stage {patient.stage.name} table"
    try:
        found = differences(described(client, name))
    except client.exceptions.ResourceNotFoundException:
        yield ill("table", f"there is no {name}", f"{command} create` makes it.")
        return
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if expiry.get("AttributeName") != TTL:
        found.append("what should expire stays")
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        found.append("point-in-time recovery is off")
    if found:
        yield ill("table", f"{name}: {'; '.join(found)}", f"{command} upgrade` puts right what can be put right.")
    else:
        yield well("table", f"{name}, protected, with point-in-time recovery")


def secret(patient: Patient) -> Iterator[Finding]:
    """There, and the one that the table was written under."""
    runtime, create = patient.runtime, f"`python -m chalicelib --stage {patient.stage.name} table create` makes it."
    own, written = runtime.keys.fingerprint, runtime.config.fingerprint()
    if not written:
        yield ill("secret", "nothing was written under it yet", create)
    elif own != written:
        cure = "Put that one back: `secret put`. Under this one the service refuses to write."
        yield ill("secret", f"another one than {runtime.settings.table} was written under", cure)
    else:
        yield well("secret", runtime.settings.secret_parameter or "in the environment")


def moderators(patient: Patient) -> Iterator[Finding]:
    """Somebody can decide."""
    number = len(patient.runtime.access.moderators())
    if number:
        yield well("moderators", str(number))
    else:
        cure = f"`python -m chalicelib --stage {patient.stage.name} moderator invite NAME` prints a link."
        yield todo("moderators", "nobody can decide on what readers submit", cure)


def site(patient: Patient) -> Iterator[Finding]:
    """The service knows where the posts are."""
    if patient.runtime.settings.site:
        yield well("site", patient.runtime.settings.site)
    else:
        cure = f"`make deploy STAGE={patient.stage.name} SITE=https://…` tells it."
        yield todo("site", "AFTERWORD_SITE is not set: no post has a link in the queue and in feeds", cure)


def functions(patient: Patient) -> Iterator[Finding]:
    """Configured as they should be, and small."""
    client, stage = patient.aws("lambda"), patient.stage
    for name in stage.functions:
        try:
            found = client.get_function_configuration(FunctionName=name)
        except client.exceptions.ResourceNotFoundException:
            yield ill("function", f"there is no {name}", deploy_again(stage))
            continue
        wrong = _differences(found, stage.function_config(name))
        if wrong:
            yield ill("function", f"{name}: {'; '.join(wrong)}", deploy_again(stage))
        else:
            yield well("function", f"{name}, {found['MemorySize']} MB, {found['CodeSize'] / 1e6:.1f} MB of code")


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    variables = found.get("Environment", {}).get("Variables", {})
    have = (found["MemorySize"], found["Timeout"], *found.get("Architectures", ["x86_64"]))
    want = (wanted["lambda_memory_size"], wanted["lambda_timeout"], wanted["lambda_architecture"])
    triples = zip(("memory", "timeout", "architecture"), have, want, strict=True)
    words = [f"{name} is {one}, not {other}" for name, one, other in triples if one != other]
    stale = [name for name, value in wanted["environment_variables"].items() if variables.get(name) != value]
    words += [f"{name} is not as configured" for name in stale]
    if found["CodeSize"] > MOST:
        words.append(f"{found['CodeSize'] / 1e6:.0f} MB of code start slowly")
    return words


def permissions(patient: Patient) -> Iterator[Finding]:
    """Each role allows what its file says."""
    iam, stage = patient.aws("iam"), patient.stage
    for name, wanted in policies(stage).items():
        role = f"{stage.function}-{name}"
        try:
            granted = [
                iam.get_role_policy(RoleName=role, PolicyName=each)["PolicyDocument"]
                for each in iam.list_role_policies(RoleName=role)["PolicyNames"]
            ]
        except iam.exceptions.NoSuchEntityException:
            yield ill("policy", f"there is no role {role}", deploy_again(stage))
            continue
        if wanted in [_plain(each) for each in granted]:
            yield well("policy", f"{role} may do what it needs")
        else:
            yield ill("policy", f"{role} has another policy than .chalice has", deploy_again(stage))


def _plain(document: Any) -> Any:  # noqa: ANN401  text or read already, as the SDK has it
    return json.loads(document) if isinstance(document, str) else document


def limits(patient: Patient) -> Iterator[Finding]:
    """A flood ends at the gateway, and logs end some day."""
    stage, gateway = patient.stage, patient.aws("apigateway")
    if not stage.api:
        return
    found = gateway.get_stage(restApiId=stage.api, stageName=stage.path)
    limit = found.get("methodSettings", {}).get("*/*", {}).get("throttlingRateLimit")
    if limit and found.get("accessLogSettings"):
        yield well("throttling", f"{limit:.0f} requests a second, answers logged")
    elif limit:
        yield ill("throttling", "nothing that API Gateway answers is logged", deploy_again(stage))
    else:
        yield ill("throttling", "as many requests as the account allows", deploy_again(stage))
    client, prefixes = patient.aws("logs"), [f"/aws/{each}/{stage.function}" for each in ("lambda", "apigateway")]
    logs = [group for each in prefixes for group in client.describe_log_groups(logGroupNamePrefix=each)["logGroups"]]
    endless = [group["logGroupName"] for group in logs if "retentionInDays" not in group]
    if endless:
        yield ill("logs", f"{', '.join(endless)} kept for ever", deploy_again(stage))
    else:
        yield well("logs", "end by themselves")


def timer(patient: Patient) -> Iterator[Finding]:
    """What runs by itself is started."""
    client, stage = patient.aws("events"), patient.stage
    for name in stage.functions[1:]:
        arn = stage.deployed.get(name.removeprefix(f"{stage.function}-"), {}).get("lambda_arn", "")
        rules = client.list_rule_names_by_target(TargetArn=arn)["RuleNames"] if arn else []
        if any(client.describe_rule(Name=rule)["State"] == "ENABLED" for rule in rules):
            yield well("timer", f"{name} is started by itself")
        else:
            cure = f"{deploy_again(stage)} Until then `python -m chalicelib --stage {stage.name} tend` does its work."
            yield ill("timer", f"nothing starts {name}", cure)


def watching(patient: Patient) -> Iterator[Finding]:
    """Alarms, and somebody who hears them."""
    stage = patient.stage
    alarms = patient.aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"{stage.function}-")["MetricAlarms"]
    missing = sorted(_named(stage) - {alarm["AlarmName"] for alarm in alarms})
    if missing:
        yield ill("alarms", f"{', '.join(missing)}: not there", deploy_again(stage))
        return
    ringing = [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"]
    if ringing:
        yield ill("alarms", f"{', '.join(ringing)} rings", "The alarm's description says of what.")
    else:
        yield well("alarms", f"{len(alarms)}, quiet")
    yield from _mail(patient)


def _named(stage: Stage) -> set[str]:
    """The alarms that there should be."""
    template = json.loads((stage.root / "infra/watch.json").read_text(encoding="utf-8"))
    properties = [each["Properties"] for each in template["Resources"].values()]
    names = [each["AlarmName"]["Fn::Sub"] for each in properties if "AlarmName" in each]
    return {name.replace("${Function}", stage.function) for name in names}


def _mail(patient: Patient) -> Iterator[Finding]:
    client, stage = patient.aws("sns"), patient.stage
    handler = stage.deployed.get(API_HANDLER)
    if not handler:
        return
    topic = topic_beside(handler["lambda_arn"], f"{stage.function}-notices")
    try:
        mails = client.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    except client.exceptions.NotFoundException:
        cure = f"`make deploy STAGE={stage.name} EMAIL=…`, if you want that; the console shows the queue anyway."
        yield todo("notices", "nobody is told when comments wait", cure)
        return
    if any(each["SubscriptionArn"].startswith("arn:") for each in mails):
        yield well("notices", "go out by mail")
    else:
        yield todo("notices", "nobody confirmed the subscription", "Open AWS's mail and follow the link in it.")


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
    watching,
)
