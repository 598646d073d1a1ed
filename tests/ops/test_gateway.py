"""What Chalice can't configure: throttling at the gateway, and access logs without personal data that expire."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.gateway import BURST, LOG_RETENTION, RATE, ROLE, allow_logging, create_logs, delete_logs, limit_and_log
from ops.stages import Stage
from tests.support.aws_account import aws


def groups() -> dict[str, Any]:
    return {
        each["logGroupName"]: each.get("retentionInDays") for each in aws("logs").describe_log_groups()["logGroups"]
    }


def test_every_log_of_a_stage_expires(stage: Stage) -> None:
    aws("logs").create_log_group(logGroupName="/aws/lambda/afterword-prod")  # the function was quicker

    create_logs(aws, stage)
    create_logs(aws, stage)

    named = [f"/aws/lambda/{function}" for function in stage.functions]
    assert groups() == dict.fromkeys([*named, "/aws/apigateway/afterword-prod"], LOG_RETENTION)


def test_a_stage_is_rate_limited_and_logs_its_responses(stage: Stage) -> None:
    create_logs(aws, stage)

    limit_and_log(aws, stage)
    limit_and_log(aws, stage)

    found = aws("apigateway").get_stage(restApiId=stage.api, stageName="prod")
    assert found["methodSettings"]["*/*"]["throttlingRateLimit"] == RATE
    assert found["methodSettings"]["*/*"]["throttlingBurstLimit"] == BURST
    assert found["accessLogSettings"]["destinationArn"].endswith(":log-group:/aws/apigateway/afterword-prod")


def test_the_access_log_has_no_address_query_or_user_agent(stage: Stage) -> None:
    create_logs(aws, stage)

    limit_and_log(aws, stage)

    line = aws("apigateway").get_stage(restApiId=stage.api, stageName="prod")["accessLogSettings"]["format"]
    assert set(json.loads(line)) == {"time", "method", "route", "status", "bytes", "ms", "error", "request"}
    assert not any(word in line for word in ("identity", "path}", "$context.path", "querystring", "authorizer"))


@pytest.mark.usefixtures("account")
def test_an_account_with_gateway_logging_keeps_its_role() -> None:
    theirs = "arn:aws:iam::123456789012:role/theirs"
    change = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": theirs}]
    aws("apigateway").update_account(patchOperations=change)

    allow_logging(aws)

    assert aws("apigateway").get_account()["cloudwatchRoleArn"] == theirs
    with pytest.raises(ClientError, match="NoSuchEntity"):
        aws("iam").get_role(RoleName=ROLE)


class SlowAccount:
    """Accepts a new role only at the third attempt, as AWS does."""

    def __init__(self) -> None:
        self.gateway, self.looks = aws("apigateway"), 0
        self.plain = self.gateway.update_account
        self.gateway.update_account = self.update_account

    def update_account(self, **arguments: Any) -> Any:
        self.looks += 1
        if self.looks < 3:
            error = {"Code": "BadRequestException", "Message": "The role ARN does not have required permissions"}
            raise self.gateway.exceptions.BadRequestException({"Error": error}, "UpdateAccount")
        return self.plain(**arguments)

    def __call__(self, service: str) -> Any:
        return self.gateway if service == "apigateway" else aws(service)


@pytest.mark.usefixtures("account")
def test_a_new_role_is_waited_for() -> None:
    slow, pauses = SlowAccount(), list[float]()

    allow_logging(slow, pause=pauses.append)

    assert len(pauses) == 2
    assert slow.gateway.get_account()["cloudwatchRoleArn"].endswith(f":role/{ROLE}")


def test_logs_are_removed_with_their_stage_and_removal_is_idempotent(stage: Stage) -> None:
    create_logs(aws, stage)

    delete_logs(aws, stage)
    delete_logs(aws, stage)

    assert groups() == {}
