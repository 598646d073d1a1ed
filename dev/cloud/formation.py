"""What moto's CloudFormation lacks of our templates: alarms, budgets, subscriptions, a distribution.

moto lists the kinds that it knows when its CloudFormation is first used: import this module before.
"""

from collections.abc import Mapping
from typing import Any

from moto.budgets.models import budgets_backends
from moto.cloudfront.models import cloudfront_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.sns.models import sns_backends

Properties = Mapping[str, Any]

PARTITION = "aws"  # where moto keeps budgets


class Named:
    """A resource that is known by a name, and is made anew to be updated."""

    def __init__(self, name: str) -> None:
        self.name = self.physical_resource_id = name

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell that it has none."""
        del attr
        return False

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "Named",
        new_resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> "Named":
        """Make it anew."""
        kind: Any = cls
        kind.delete_from_cloudformation_json(original_resource.name, cloudformation_json, account_id, region_name)
        made: Named = kind.create_from_cloudformation_json(
            new_resource_name, cloudformation_json, account_id, region_name
        )
        return made

    def is_created(self) -> bool:
        """Tell that it is there at once."""
        return True


class Alarm(Named, CloudFormationModel):
    """AWS::CloudWatch::Alarm."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Tell the property that names it."""
        return "AlarmName"

    @staticmethod
    def cloudformation_type() -> str:
        """Tell its kind."""
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: object
    ) -> "Alarm":
        """Make it as PutMetricAlarm would."""
        about = cloudformation_json["Properties"]
        cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            namespace=about["Namespace"],
            metric_name=about["MetricName"],
            comparison_operator=about["ComparisonOperator"],
            evaluation_periods=int(about["EvaluationPeriods"]),
            period=int(about["Period"]),
            threshold=float(about["Threshold"]),
            statistic=about["Statistic"],
            description=about["AlarmDescription"],
            dimensions=about["Dimensions"],
            alarm_actions=about.get("AlarmActions") or [],
            treat_missing_data=about["TreatMissingData"],
        )
        return cls(resource_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Remove it."""
        del cloudformation_json
        cloudwatch_backends[account_id][region_name].delete_alarms([resource_name])


class Budget(Named, CloudFormationModel):
    """AWS::Budgets::Budget."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Tell that its name is no property of its own."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Tell its kind."""
        return "AWS::Budgets::Budget"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: object
    ) -> "Budget":
        """Make it as CreateBudget would."""
        del resource_name, region_name
        about = cloudformation_json["Properties"]
        notified = about.get("NotificationsWithSubscribers", [])
        budgets_backends[account_id][PARTITION].create_budget(account_id, about["Budget"], notified)
        return cls(about["Budget"]["BudgetName"])

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Remove it."""
        del cloudformation_json, region_name
        budgets_backends[account_id][PARTITION].delete_budget(account_id, resource_name)


class Subscription(Named, CloudFormationModel):
    """AWS::SNS::Subscription."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Tell that AWS names it."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Tell its kind."""
        return "AWS::SNS::Subscription"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **_: object,
    ) -> "Subscription":
        """Make it as Subscribe would, and confirm it."""
        del resource_name
        about = cloudformation_json["Properties"]
        made = sns_backends[account_id][region_name].subscribe(about["TopicArn"], about["Endpoint"], about["Protocol"])
        return cls(made.arn)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Remove it."""
        del cloudformation_json
        sns_backends[account_id][region_name].unsubscribe(resource_name)


class Policy(Named):
    """A policy of CloudFront's, which is known by its id."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Tell that its name is no property of its own."""
        return ""

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **_: object,
    ) -> "Policy":
        """Make it in name alone: nothing here keeps pages."""
        del cloudformation_json, account_id, region_name
        return cls(resource_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Forget it."""


class CachePolicy(Policy, CloudFormationModel):
    """AWS::CloudFront::CachePolicy."""

    @staticmethod
    def cloudformation_type() -> str:
        """Tell its kind."""
        return "AWS::CloudFront::CachePolicy"


class OriginRequestPolicy(Policy, CloudFormationModel):
    """AWS::CloudFront::OriginRequestPolicy."""

    @staticmethod
    def cloudformation_type() -> str:
        """Tell its kind."""
        return "AWS::CloudFront::OriginRequestPolicy"


def origin_of(template: Properties) -> dict[str, Any]:
    """An origin as CloudFront's own API has it; a template has its headers under another name."""
    return {
        "Id": template["Id"],
        "DomainName": template["DomainName"],
        "OriginPath": template["OriginPath"],
        "CustomHeaders": counted(template["OriginCustomHeaders"]),
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }


def counted(items: list[Any]) -> dict[str, Any]:
    """A list as CloudFront's own API has it."""
    return {"Quantity": len(items), "Items": items}


class Distribution(Named, CloudFormationModel):
    """AWS::CloudFront::Distribution."""

    def __init__(self, name: str, domain: str) -> None:
        super().__init__(name)
        self.domain = domain

    @staticmethod
    def cloudformation_name_type() -> str:
        """Tell that AWS names it."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Tell its kind."""
        return "AWS::CloudFront::Distribution"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell that it has its domain."""
        return attr == "DomainName"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Tell its domain."""
        del attribute_name
        return self.domain

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **_: object,
    ) -> "Distribution":
        """Make it as CreateDistribution would."""
        del resource_name, region_name
        config = cloudformation_json["Properties"]["DistributionConfig"]
        behaviour = {name: config["DefaultCacheBehavior"][name] for name in ("TargetOriginId", "ViewerProtocolPolicy")}
        asked = {
            "CallerReference": "here",
            "Enabled": True,
            "Origins": counted([origin_of(each) for each in config["Origins"]]),
            "DefaultCacheBehavior": behaviour,
        }
        made, _location, _etag = cloudfront_backends[account_id][PARTITION].create_distribution(asked, [])
        return cls(made.distribution_id, made.domain_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Remove it."""
        del cloudformation_json, region_name
        cloudfront_backends[account_id][PARTITION].distributions.pop(resource_name)
