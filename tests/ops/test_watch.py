"""Alarms, the topic and the budget are one stack, which is created, updated and removed."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.config import with_settings
from ops.stacks import alarm_stack
from ops.stages import ROOT, Stage
from ops.watch import alarm_names, deploy_alarms, deploy_budget, restore_alarms
from tests.support.aws_account import aws

ACCOUNT_ID = "123456789012"  # moto's
EMAIL = "ada@blog.example"


def alarms() -> dict[str, Any]:
    return {each["AlarmName"]: each for each in aws("cloudwatch").describe_alarms()["MetricAlarms"]}


def mails() -> list[str]:
    return [each["Endpoint"] for each in aws("sns").list_subscriptions()["Subscriptions"]]


def test_without_an_email_there_are_alarms_without_notifications(stage: Stage) -> None:
    assert deploy_alarms(aws, stage) == "created"

    names = ("failures", "throttles", "rejected", "waiting", "counts", "hourly", "timer", "stopped")
    assert set(alarms()) == {f"afterword-prod-{name}" for name in names}
    assert not any(alarm.get("AlarmActions") for alarm in alarms().values())
    assert mails() == []


def test_with_an_email_alarms_and_digests_are_sent_there(stage: Stage) -> None:
    deploy_alarms(aws, stage, Email=EMAIL)

    [topic] = [each["TopicArn"] for each in aws("sns").list_topics()["Topics"]]
    assert topic.endswith(":afterword-prod-notices")
    assert {arn for alarm in alarms().values() for arn in alarm["AlarmActions"]} == {topic}
    assert mails() == [EMAIL]


def test_with_an_email_a_budget_warns_of_a_forecast_overrun(stage: Stage) -> None:
    deploy_budget(aws, stage, Email=EMAIL, Budget="7")

    [made] = aws("budgets").describe_budgets(AccountId=ACCOUNT_ID)["Budgets"]
    assert (made["BudgetName"], float(made["BudgetLimit"]["Amount"])) == ("afterword-prod-us-east-1", 7)


def test_an_existing_budget_is_kept_and_without_an_email_none_is_created(stage: Stage) -> None:
    assert deploy_budget(aws, stage).startswith("none")
    deploy_budget(aws, stage, Email=EMAIL, Budget="7")

    assert deploy_budget(aws, stage) in ("updated", "unchanged")

    [made] = aws("budgets").describe_budgets(AccountId=ACCOUNT_ID)["Budgets"]
    assert float(made["BudgetLimit"]["Amount"]) == 7


def test_another_email_replaces_the_first(stage: Stage) -> None:
    deploy_alarms(aws, stage, Email=EMAIL)

    deploy_alarms(aws, stage, Email="bob@blog.example")

    assert mails() == ["bob@blog.example"]


def test_a_second_deployment_changes_nothing_and_keeps_the_email(stage: Stage) -> None:
    deploy_alarms(aws, stage, Email=EMAIL)
    before = alarms()

    assert deploy_alarms(aws, stage) in ("updated", "unchanged")

    assert alarms().keys() == before.keys()
    assert mails() == [EMAIL]


def test_a_stack_that_failed_to_create_is_created_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy_alarms(aws, stage)
    monkeypatch.setattr("ops.stacks.BROKEN", {"CREATE_COMPLETE"})

    assert deploy_alarms(aws, stage, Email=EMAIL) == "created"

    assert mails() == [EMAIL]


def test_the_stack_is_removed_with_everything_it_created(stage: Stage) -> None:
    deploy_alarms(aws, stage, Email=EMAIL)

    alarm_stack(aws, stage).remove()
    alarm_stack(aws, stage).remove()

    assert (alarms(), mails(), aws("sns").list_topics()["Topics"]) == ({}, [], [])
    with pytest.raises(ClientError, match="does not exist"):
        aws("cloudformation").describe_stacks(StackName=alarm_stack(aws, stage).name)


@pytest.mark.parametrize("parameters", [{}, {"Email": EMAIL}], ids=["without mail", "with mail"])
def test_alarms_that_were_removed_by_hand_are_created_again(stage: Stage, parameters: dict[str, str]) -> None:
    deploy_alarms(aws, stage, **parameters)
    before = alarms()
    aws("cloudwatch").delete_alarms(AlarmNames=["afterword-prod-waiting", "afterword-prod-stopped"])

    restored = restore_alarms(aws, stage)

    assert restored == ["afterword-prod-waiting", "afterword-prod-stopped"]
    assert {name: settings(each) for name, each in alarms().items()} == {
        name: settings(each) for name, each in before.items()
    }
    assert restore_alarms(aws, stage) == []


def test_all_alarms_can_be_removed_and_come_back_with_the_topic(stage: Stage) -> None:
    deploy_alarms(aws, stage, Email=EMAIL)
    before = alarms()
    aws("cloudwatch").delete_alarms(AlarmNames=[*before])

    restore_alarms(aws, stage)

    assert {name: each["AlarmActions"] for name, each in alarms().items()} == {
        name: each["AlarmActions"] for name, each in before.items()
    }


def test_alarms_can_be_left_out_and_brought_back_while_the_topic_stays(stage: Stage) -> None:
    deploy_alarms(aws, stage, Email=EMAIL)

    without = with_settings(stage, {"watch": "no"})
    deploy_alarms(aws, without, Email=EMAIL)
    assert (alarms(), mails(), alarm_names(without)) == ({}, [EMAIL], [])

    deploy_alarms(aws, with_settings(stage, {"watch": "yes"}), Email=EMAIL)
    assert set(alarms()) == set(alarm_names(stage))


def settings(alarm: dict[str, Any]) -> dict[str, Any]:
    """What was chosen for an alarm, without its state and its times."""
    return {name: value for name, value in alarm.items() if not name.startswith(("State", "AlarmConfiguration"))}


def test_the_alarm_about_a_stopped_timer_is_silent_before_the_first_hour() -> None:
    template = json.loads((ROOT / "infra/watch.json").read_text(encoding="utf-8"))
    stopped = template["Resources"]["Stopped"]["Properties"]

    assert stopped["TreatMissingData"] == "missing", "breaching rings at once, because there is no data yet"
    assert stopped["InsufficientDataActions"] == stopped["AlarmActions"], "sent when the data ends"


def test_every_alarm_describes_what_triggers_it() -> None:
    template = json.loads((ROOT / "infra/watch.json").read_text(encoding="utf-8"))

    found = [each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]

    assert len(found) <= 10, "more cost money"
    assert all(each["Properties"]["AlarmDescription"] for each in found)
