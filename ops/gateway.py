"""What Chalice can't set on API Gateway and the logs: throttling, access logs, and how long logs are kept."""

import contextlib
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from .stacks import Aws
from .stages import Stage

RATE = 100  # requests a second, of all readers together
BURST = 200  # requests at once
KEPT = 30  # days of logs
FORMAT = json.dumps(  # no address, no query: nothing in it is about a person
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
LOGGING = {  # what AWS's own policy for this role allows
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
TRIES = 10  # until a new role is known everywhere
PAUSE = 3.0  # seconds between them


def access_log(stage: Stage) -> str:
    """The log group of API Gateway's own lines."""
    return f"/aws/apigateway/{stage.function}"


def log_groups(stage: Stage) -> list[str]:
    """All of a stage's."""
    return [*(f"/aws/lambda/{function}" for function in stage.functions), access_log(stage)]


def keep_logs(aws: Aws, stage: Stage, days: int = KEPT) -> None:
    """Make the log groups before anything is logged, so that nothing in them is kept for ever."""
    logs = aws("logs")
    for group in log_groups(stage):
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=days)


def guard(aws: Aws, stage: Stage, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Limit what may come in, and log what API Gateway answered."""
    let_gateway_log(aws, pause=pause)
    groups = aws("logs").describe_log_groups(logGroupNamePrefix=access_log(stage))["logGroups"]
    arn = next(each["arn"] for each in groups if each["logGroupName"] == access_log(stage)).removesuffix(":*")
    wanted = {
        "/*/*/throttling/rateLimit": str(RATE),
        "/*/*/throttling/burstLimit": str(BURST),
        "/accessLogSettings/destinationArn": arn,
        "/accessLogSettings/format": FORMAT,
    }
    changes = [{"op": "replace", "path": path, "value": value} for path, value in wanted.items()]
    gateway = aws("apigateway")
    update = partial(gateway.update_stage, restApiId=stage.api, stageName=stage.path, patchOperations=changes)
    _patiently(gateway, update, pause)


def let_gateway_log(aws: Aws, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Give API Gateway a role to log with, where the account has none: there is one for all APIs of a region."""
    gateway, iam = aws("apigateway"), aws("iam")
    if gateway.get_account().get("cloudwatchRoleArn"):
        return
    try:
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName=ROLE)["Role"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="logs", PolicyDocument=json.dumps(LOGGING))
    change = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role["Arn"]}]
    _patiently(gateway, partial(gateway.update_account, patchOperations=change), pause)


def _patiently(gateway: Any, deed: Callable[[], object], pause: Callable[[float], None]) -> None:  # noqa: ANN401  a client
    """A role that is new is not known everywhere at once."""
    for left in reversed(range(TRIES)):
        try:
            deed()
        except gateway.exceptions.BadRequestException:
            if not left:
                raise
            pause(PAUSE)
        else:
            return


def forget_logs(aws: Aws, stage: Stage) -> None:
    """Remove the log groups."""
    logs = aws("logs")
    for group in log_groups(stage):
        with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
            logs.delete_log_group(logGroupName=group)
