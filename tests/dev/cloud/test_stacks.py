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
