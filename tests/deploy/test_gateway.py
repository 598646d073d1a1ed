"""What Chalice can't set: a flood ends at the gateway, logs say nothing of persons, and end."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.gateway import BURST, KEPT, RATE, ROLE, forget_logs, guard, keep_logs, let_gateway_log
from ops.stages import Stage
from tests.deploy.account import aws


def groups() -> dict[str, Any]:
    return {
        each["logGroupName"]: each.get("retentionInDays") for each in aws("logs").describe_log_groups()["logGroups"]
    }


def test_every_log_of_a_stage_ends_by_itself(stage: Stage) -> None:
    aws("logs").create_log_group(logGroupName="/aws/lambda/afterword-prod")  # the function was quicker

    keep_logs(aws, stage)
    keep_logs(aws, stage)

    named = [f"/aws/lambda/{function}" for function in stage.functions]
    assert groups() == dict.fromkeys([*named, "/aws/apigateway/afterword-prod"], KEPT)


def test_a_stage_is_limited_and_logs_what_it_answered(stage: Stage) -> None:
    keep_logs(aws, stage)

    guard(aws, stage)
    guard(aws, stage)

    found = aws("apigateway").get_stage(restApiId=stage.api, stageName="prod")
    assert found["methodSettings"]["*/*"]["throttlingRateLimit"] == RATE
    assert found["methodSettings"]["*/*"]["throttlingBurstLimit"] == BURST
    assert found["accessLogSettings"]["destinationArn"].endswith(":log-group:/aws/apigateway/afterword-prod")


def test_the_access_log_holds_no_address_no_query_and_no_browser(stage: Stage) -> None:
    keep_logs(aws, stage)

    guard(aws, stage)

    line = aws("apigateway").get_stage(restApiId=stage.api, stageName="prod")["accessLogSettings"]["format"]
    assert set(json.loads(line)) == {"time", "method", "route", "status", "bytes", "ms", "error", "request"}
    assert not any(word in line for word in ("identity", "path}", "$context.path", "querystring", "authorizer"))


@pytest.mark.usefixtures("account")
def test_an_account_whose_gateway_logs_already_keeps_its_role() -> None:
    theirs = "arn:aws:iam::123456789012:role/theirs"
    change = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": theirs}]
    aws("apigateway").update_account(patchOperations=change)

    let_gateway_log(aws)

    assert aws("apigateway").get_account()["cloudwatchRoleArn"] == theirs
    with pytest.raises(ClientError, match="NoSuchEntity"):
        aws("iam").get_role(RoleName=ROLE)


class SlowAccount:
    """Knows a new role only at the third look, as AWS does."""

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

    let_gateway_log(slow, pause=pauses.append)

    assert len(pauses) == 2
    assert slow.gateway.get_account()["cloudwatchRoleArn"].endswith(f":role/{ROLE}")


def test_logs_go_with_their_stage_and_twice_is_no_error(stage: Stage) -> None:
    keep_logs(aws, stage)

    forget_logs(aws, stage)
    forget_logs(aws, stage)

    assert groups() == {}
