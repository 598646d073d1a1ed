"""What moto's CloudFormation lacks of our templates: alarms and budgets.

moto lists the kinds that it knows when its CloudFormation is first used: import this module before.
"""

from collections.abc import Mapping
from typing import Any

from moto.budgets.models import budgets_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel

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
