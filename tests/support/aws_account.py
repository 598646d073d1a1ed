"""A simulated AWS account (moto) with the resources of a deployment."""

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import boto3

import dev.cloud.account
import dev.cloud.edge_resources  # noqa: F401  moto learns what our templates need
from ops.config import set_local
from ops.gateway import create_logs, limit_and_log
from ops.live import switch
from ops.policies import policies
from ops.stages import API_HANDLER, CONFIG, PUBLIC, ROOT, Stage, stage_named
from ops.watch import deploy_alarms, deploy_budget

URL = "https://abc.execute-api.us-east-1.amazonaws.com/prod/"
EMAIL = "ada@blog.example"
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def aws(service: str) -> Any:
    """A client of the account."""
    return boto3.client(service)  # type: ignore[call-overload]


def recorded_stage(root: Path) -> Stage:
    """The stage ``prod`` in its own folder, with an API created and recorded as by Chalice."""
    (root / ".chalice" / "deployed").mkdir(parents=True)
    shutil.copy(ROOT / CONFIG, root / CONFIG)
    shutil.copytree(ROOT / "infra", root / "infra")
    set_local(root, "prod", {})
    api = api_with_stage("afterword", "prod")
    _record(root, {"name": "rest_api", "rest_api_id": api, "rest_api_url": URL})
    return stage_named("prod", root)


def api_with_stage(name: str, stage: str) -> str:
    """The id of a new API with a deployed stage."""
    gateway = aws("apigateway")
    api = str(gateway.create_rest_api(name=name)["id"])
    top = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=top, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=top, httpMethod="GET", type="MOCK")
    gateway.create_deployment(restApiId=api, stageName=stage)
    return api


def deployed_stage(root: Path) -> Stage:
    """A stage with everything that ``make deploy`` creates, except the code and the table."""
    stage = recorded_stage(root)
    for name, policy in policies(stage).items():
        role = _role(stage.role(name, "us-east-1"), policy)
        arn = _function(stage, name, role)
        _record(root, {"name": name, "lambda_arn": arn})
        if name != API_HANDLER:
            aws("events").put_rule(Name=name, ScheduleExpression="rate(1 hour)")
            aws("events").put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])
    create_logs(aws, stage)
    limit_and_log(aws, stage)
    deploy_alarms(aws, stage, Email=EMAIL)
    deploy_budget(aws, stage, Email=EMAIL)
    return stage_named("prod", root)


def deployed_again(stage: Stage) -> Stage:
    """The stage after another deployment, with the function for readers if it has one."""
    if stage.has_public_function and PUBLIC not in stage.deployed:
        role = _role(stage.role(PUBLIC, "us-east-1"), policies(stage)[PUBLIC])
        _record(stage.root, {"name": PUBLIC, "lambda_arn": _function(stage, PUBLIC, role)})
    create_logs(aws, stage)
    stage = stage_named(stage.name, stage.root)
    switch(aws, stage)
    return stage


def _role(name: str, policy: dict[str, Any]) -> str:
    iam = aws("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [LAMBDA]}))
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    return str(made["Role"]["Arn"])


def _function(stage: Stage, name: str, role: str) -> str:
    function = stage.function if name == API_HANDLER else f"{stage.function}-{name}"
    config = stage.function_config(function)
    made = aws("lambda").create_function(
        FunctionName=function,
        Role=role,
        Runtime="python3.11",
        Handler="app.app",
        Code={"ZipFile": _bundle()},
        MemorySize=config["lambda_memory_size"],
        Timeout=config["lambda_timeout"],
        Architectures=[config["lambda_architecture"]],
        Environment={"Variables": config["environment_variables"]},
    )
    return str(made["FunctionArn"])


def _bundle() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("app.py", "")
    return file.getvalue()


def _record(root: Path, resource: dict[str, str]) -> None:
    path = root / ".chalice/deployed/prod.json"
    notes = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"resources": []}
    notes["resources"].append(resource)
    path.write_text(json.dumps(notes), encoding="utf-8")
