"""A simulated stack can be updated as in CloudFormation."""

import json

from dev.cloud.cloud import Cloud

TEMPLATE = json.dumps(
    {
        "Parameters": {"Name": {"Type": "String"}, "Words": {"Type": "String", "Default": "as ever"}},
        "Resources": {
            "Told": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"TopicName": {"Ref": "Name"}, "DisplayName": {"Ref": "Words"}},
            }
        },
    }
)


def named(name: str) -> dict[str, str]:
    return {"ParameterKey": "Name", "ParameterValue": name}


def test_a_parameter_that_was_not_given_keeps_its_value(cloud: Cloud) -> None:
    stacks = cloud.client("cloudformation")
    stacks.create_stack(StackName="watch", TemplateBody=TEMPLATE, Parameters=[named("told")])

    kept = {"ParameterKey": "Words", "UsePreviousValue": True}
    stacks.update_stack(StackName="watch", TemplateBody=TEMPLATE, Parameters=[named("said"), kept])

    [topic] = cloud.client("sns").list_topics()["Topics"]
    about = cloud.client("sns").get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    assert (topic["TopicArn"].split(":")[-1], about["DisplayName"]) == ("said", "as ever")


CONDITIONAL = json.dumps(
    {
        "Parameters": {"Told": {"Type": "String", "Default": "no"}},
        "Conditions": {
            "IsTold": {"Fn::Equals": [{"Ref": "Told"}, "yes"]},
            "Silent": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Told"}, "yes"]}]},
        },
        "Resources": {
            "Always": {
                "Type": "AWS::SNS::Topic",
                "Properties": {
                    "TopicName": "always",
                    "DisplayName": {"Fn::If": ["IsTold", "both", {"Ref": "AWS::NoValue"}]},
                },
            },
            "Often": {"Type": "AWS::SNS::Topic", "Condition": "IsTold", "Properties": {"TopicName": "often"}},
            "Seldom": {"Type": "AWS::SNS::Topic", "Condition": "Silent", "Properties": {"TopicName": "seldom"}},
        },
    }
)


def test_a_changed_condition_creates_removes_and_changes_resources(cloud: Cloud) -> None:
    stacks, sns = cloud.client("cloudformation"), cloud.client("sns")

    def topics() -> dict[str, str]:
        arns = [each["TopicArn"] for each in sns.list_topics()["Topics"]]
        shown = {
            arn.split(":")[-1]: sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] for arn in arns
        }
        return {name: text for name, text in shown.items() if name in ("always", "often", "seldom")}

    stacks.create_stack(StackName="conditional", TemplateBody=CONDITIONAL)
    assert topics() == {"always": "", "seldom": ""}

    told = {"ParameterKey": "Told", "ParameterValue": "yes"}
    stacks.update_stack(StackName="conditional", TemplateBody=CONDITIONAL, Parameters=[told])
    assert topics() == {"always": "both", "often": ""}
