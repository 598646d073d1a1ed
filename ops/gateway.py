"""What Chalice cannot set on API Gateway and the logs: throttling, access logs, and their retention."""

import contextlib
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from .stacks import Aws
from .stages import Stage

RATE = 100  # requests a second, of all clients together
BURST = 200  # requests at once
LOG_RETENTION = 30  # days
FORMAT = json.dumps(  # no IP address, no query string: no personal data
    {
        "time": "$context.requestTime",
        "method": "$context.httpMethod",
        "route": "$context.resourcePath",
        "status": "$context.status",
        "bytes": "$context.responseLength",
        "ms": "$context.responseLatency",
        "error": "$context.error.responseType",
        "request": "$context.requestId",
    }
)
ROLE = "afterword-apigateway-logs"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
LOGGING = {  # the same as AWS's managed policy for this role
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogGroups",
                "logs:DescribeLogStreams",
                "logs:FilterLogEvents",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
            ],
            "Resource": "*",
        }
    ],
}
ATTEMPTS = 10  # until a new role is usable
PAUSE = 3.0  # seconds between attempts


def access_log(stage: Stage) -> str:
    """The log group of API Gateway's access log."""
    return f"/aws/apigateway/{stage.function}"


def log_groups(stage: Stage) -> list[str]:
    """All log groups of a stage."""
    return [*(f"/aws/lambda/{function}" for function in stage.functions), access_log(stage)]


def create_logs(aws: Aws, stage: Stage, days: int = LOG_RETENTION) -> None:
    """Create the log groups before anything is logged, so that no log is kept forever."""
    logs = aws("logs")
    for group in log_groups(stage):
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=days)


def limit_and_log(aws: Aws, stage: Stage, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Throttle requests, and switch on API Gateway's access log."""
    allow_logging(aws, pause=pause)
    groups = aws("logs").describe_log_groups(logGroupNamePrefix=access_log(stage))["logGroups"]
    arn = next(each["arn"] for each in groups if each["logGroupName"] == access_log(stage)).removesuffix(":*")
    settings = {
        "/*/*/throttling/rateLimit": str(RATE),
        "/*/*/throttling/burstLimit": str(BURST),
        "/accessLogSettings/destinationArn": arn,
        "/accessLogSettings/format": FORMAT,
    }
    changes = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    gateway = aws("apigateway")
    update = partial(gateway.update_stage, restApiId=stage.api, stageName=stage.path, patchOperations=changes)
    _with_retries(gateway, update, pause)


def allow_logging(aws: Aws, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Give API Gateway a role to write logs, unless the account has one for the APIs of this region."""
    gateway, iam = aws("apigateway"), aws("iam")
    if gateway.get_account().get("cloudwatchRoleArn"):
        return
    try:
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName=ROLE)["Role"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="logs", PolicyDocument=json.dumps(LOGGING))
    change = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role["Arn"]}]
    _with_retries(gateway, partial(gateway.update_account, patchOperations=change), pause)


def _with_retries(gateway: Any, operation: Callable[[], object], pause: Callable[[float], None]) -> None:  # noqa: ANN401  a client
    """Retry an operation: a new role takes some seconds to become usable."""
    for left in reversed(range(ATTEMPTS)):
        try:
            operation()
        except gateway.exceptions.BadRequestException:
            if not left:
                raise
            pause(PAUSE)
        else:
            return


def delete_logs(aws: Aws, stage: Stage) -> None:
    """Delete the log groups."""
    logs = aws("logs")
    for group in log_groups(stage):
        with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
            logs.delete_log_group(logGroupName=group)
