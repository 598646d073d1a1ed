"""Resource types of our templates that moto's CloudFormation lacks: alarms, budgets, subscriptions, a distribution.

Import this module before moto's CloudFormation is first used, which is when moto collects the types.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from moto.budgets.models import budgets_backends
from moto.cloudfront.models import cloudfront_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.sns.models import sns_backends

Properties = Mapping[str, Any]

PARTITION = "aws"  # where moto keeps budgets


class Named:
    """A resource that is identified by a name, and is replaced to be updated."""

    def __init__(self, name: str) -> None:
        self.name = self.physical_resource_id = name

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """No attribute is supported."""
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
        """Delete the resource and create it again."""
        kind: Any = cls
        kind.delete_from_cloudformation_json(original_resource.name, cloudformation_json, account_id, region_name)
        made: Named = kind.create_from_cloudformation_json(
            new_resource_name, cloudformation_json, account_id, region_name
        )
        return made

    def is_created(self) -> bool:
        """Always true: it exists at once."""
        return True


class Alarm(Named, CloudFormationModel):
    """AWS::CloudWatch::Alarm."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """The property with the resource's name."""
        return "AlarmName"

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: object
    ) -> "Alarm":
        """Create the alarm, as PutMetricAlarm does."""
        about = cloudformation_json["Properties"]
        cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            namespace=about["Namespace"],
            metric_name=about["MetricName"],
            comparison_operator=about["ComparisonOperator"],
            evaluation_periods=int(about["EvaluationPeriods"]),
            datapoints_to_alarm=about.get("DatapointsToAlarm"),
            period=int(about["Period"]),
            threshold=float(about["Threshold"]),
            statistic=about["Statistic"],
            description=about["AlarmDescription"],
            dimensions=about.get("Dimensions", []),
            alarm_actions=about.get("AlarmActions") or [],
            insufficient_data_actions=about.get("InsufficientDataActions") or [],
            treat_missing_data=about["TreatMissingData"],
        )
        return cls(resource_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Delete the resource."""
        del cloudformation_json
        cloudwatch_backends[account_id][region_name].delete_alarms([resource_name])


class Budget(Named, CloudFormationModel):
    """AWS::Budgets::Budget."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Empty: the name is not a top-level property."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
        return "AWS::Budgets::Budget"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: object
    ) -> "Budget":
        """Create the budget, as CreateBudget does."""
        del resource_name, region_name
        about = cloudformation_json["Properties"]
        notified = about.get("NotificationsWithSubscribers", [])
        budgets_backends[account_id][PARTITION].create_budget(account_id, about["Budget"], notified)
        return cls(about["Budget"]["BudgetName"])

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Delete the resource."""
        del cloudformation_json, region_name
        budgets_backends[account_id][PARTITION].delete_budget(account_id, resource_name)


class Subscription(Named, CloudFormationModel):
    """AWS::SNS::Subscription."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Empty: AWS generates the name."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
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
        """Create and confirm the subscription, as Subscribe does."""
        del resource_name
        about = cloudformation_json["Properties"]
        made = sns_backends[account_id][region_name].subscribe(about["TopicArn"], about["Endpoint"], about["Protocol"])
        return cls(made.arn)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Delete the resource."""
        del cloudformation_json
        sns_backends[account_id][region_name].unsubscribe(resource_name)


class NameOnly(Named):
    """A resource of which only the name is simulated."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Empty: the name is not a top-level property."""
        return ""

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **_: object,
    ) -> "NameOnly":
        """Create the name alone."""
        del cloudformation_json, account_id, region_name
        return cls(resource_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Delete nothing: only the name exists."""


class MetricFilter(NameOnly, CloudFormationModel):
    """AWS::Logs::MetricFilter."""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
        return "AWS::Logs::MetricFilter"


class Policy(NameOnly):
    """A CloudFront policy, which is identified by its id.  ``headers``: id → the headers that reach the origin."""

    headers: ClassVar[dict[str, list[str]]] = {}

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **_: object,
    ) -> "Policy":
        """Keep which headers it forwards: no cache is simulated."""
        del account_id, region_name
        [config] = cloudformation_json["Properties"].values()
        about = config.get("ParametersInCacheKeyAndForwardedToOrigin", config)["HeadersConfig"]
        cls.headers[resource_name] = list(about.get("Headers", []))
        return cls(resource_name)


class CachePolicy(Policy, CloudFormationModel):
    """AWS::CloudFront::CachePolicy."""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
        return "AWS::CloudFront::CachePolicy"


class OriginRequestPolicy(Policy, CloudFormationModel):
    """AWS::CloudFront::OriginRequestPolicy."""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
        return "AWS::CloudFront::OriginRequestPolicy"


def origin_of(template: Properties) -> dict[str, Any]:
    """An origin as CloudFront's own API has it; a template has its headers under another name."""
    return {
        "Id": template["Id"],
        "DomainName": template["DomainName"],
        "OriginPath": template.get("OriginPath", ""),
        "CustomHeaders": with_quantity(template["OriginCustomHeaders"]),
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }


def with_quantity(items: list[Any]) -> dict[str, Any]:
    """A list as CloudFront's own API has it."""
    return {"Quantity": len(items), "Items": items}


class Distribution(Named, CloudFormationModel):
    """AWS::CloudFront::Distribution.  ``configs``: id → its configuration as in the template."""

    configs: ClassVar[dict[str, Properties]] = {}

    @staticmethod
    def headers_of(behaviour: Properties) -> list[list[str]]:
        """The headers that the policies of a behaviour forward."""
        return [Policy.headers[behaviour[name]] for name in ("CachePolicyId", "OriginRequestPolicyId")]

    def __init__(self, name: str, domain: str) -> None:
        super().__init__(name)
        self.domain = domain

    @staticmethod
    def cloudformation_name_type() -> str:
        """Empty: AWS generates the name."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
        return "AWS::CloudFront::Distribution"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Only the domain name is supported."""
        return attr == "DomainName"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """The domain name."""
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
        """Create the distribution, as CreateDistribution does."""
        del resource_name, region_name
        config = cloudformation_json["Properties"]["DistributionConfig"]
        behaviour = {name: config["DefaultCacheBehavior"][name] for name in ("TargetOriginId", "ViewerProtocolPolicy")}
        asked = {
            "CallerReference": "here",
            "Enabled": True,
            "Origins": with_quantity([origin_of(each) for each in config["Origins"]]),
            "DefaultCacheBehavior": behaviour,
        }
        made, _location, _etag = cloudfront_backends[account_id][PARTITION].create_distribution(asked, [])
        cls.configs[made.distribution_id] = config
        return cls(made.distribution_id, made.domain_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Delete the resource."""
        del cloudformation_json, region_name
        cloudfront_backends[account_id][PARTITION].distributions.pop(resource_name)
        cls.configs.pop(resource_name, None)
