"""Alarms, the topic and the budget are one stack, which is made, updated and removed."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.stages import ROOT, Stage
from ops.watch import budget, watch, watching
from tests.deploy.account import aws

ACCOUNT_ID = "123456789012"  # moto's
EMAIL = "ada@blog.example"


def alarms() -> dict[str, Any]:
    return {each["AlarmName"]: each for each in aws("cloudwatch").describe_alarms()["MetricAlarms"]}


def mails() -> list[str]:
    return [each["Endpoint"] for each in aws("sns").list_subscriptions()["Subscriptions"]]


def test_without_a_mail_there_are_alarms_that_tell_nobody(stage: Stage) -> None:
    assert watch(aws, stage) == "made"

    names = ("failures", "throttles", "waiting", "counts", "hourly", "timer", "stopped")
    assert set(alarms()) == {f"afterword-prod-{name}" for name in names}
    assert not any(alarm.get("AlarmActions") for alarm in alarms().values())
    assert mails() == []


def test_with_a_mail_alarms_and_notices_go_there(stage: Stage) -> None:
    watch(aws, stage, Email=EMAIL)

    [topic] = [each["TopicArn"] for each in aws("sns").list_topics()["Topics"]]
    assert topic.endswith(":afterword-prod-notices")
    assert {arn for alarm in alarms().values() for arn in alarm["AlarmActions"]} == {topic}
    assert mails() == [EMAIL]


def test_with_a_mail_a_budget_tells_of_a_month_that_is_to_cost_more(stage: Stage) -> None:
    budget(aws, stage, Email=EMAIL, Budget="7")

    [made] = aws("budgets").describe_budgets(AccountId=ACCOUNT_ID)["Budgets"]
    assert (made["BudgetName"], float(made["BudgetLimit"]["Amount"])) == ("afterword-prod-us-east-1", 7)


def test_a_budget_stays_as_it_was_and_without_a_mail_there_is_none(stage: Stage) -> None:
    assert budget(aws, stage).startswith("none")
    budget(aws, stage, Email=EMAIL, Budget="7")

    assert budget(aws, stage) in ("updated", "as it was")

    [made] = aws("budgets").describe_budgets(AccountId=ACCOUNT_ID)["Budgets"]
    assert float(made["BudgetLimit"]["Amount"]) == 7


def test_another_mail_takes_the_place_of_the_first(stage: Stage) -> None:
    watch(aws, stage, Email=EMAIL)

    watch(aws, stage, Email="bob@blog.example")

    assert mails() == ["bob@blog.example"]


def test_a_second_deployment_changes_nothing_and_keeps_the_mail(stage: Stage) -> None:
    watch(aws, stage, Email=EMAIL)
    before = alarms()

    assert watch(aws, stage) in ("updated", "as it was")

    assert alarms().keys() == before.keys()
    assert mails() == [EMAIL]


def test_what_could_not_be_made_the_first_time_is_made_anew(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(aws, stage)
    monkeypatch.setattr("ops.stacks.BROKEN", {"CREATE_COMPLETE"})

    assert watch(aws, stage, Email=EMAIL) == "made"

    assert mails() == [EMAIL]


def test_the_stack_goes_with_all_that_it_made(stage: Stage) -> None:
    watch(aws, stage, Email=EMAIL)

    watching(aws, stage).remove()
    watching(aws, stage).remove()

    assert (alarms(), mails(), aws("sns").list_topics()["Topics"]) == ({}, [], [])
    with pytest.raises(ClientError, match="does not exist"):
        aws("cloudformation").describe_stacks(StackName=watching(aws, stage).name)


def test_every_alarm_has_a_description_that_says_of_what_it_rings() -> None:
    template = json.loads((ROOT / "infra/watch.json").read_text(encoding="utf-8"))

    found = [each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]

    assert len(found) <= 10, "more cost money"
    assert all(each["Properties"]["AlarmDescription"] for each in found)
