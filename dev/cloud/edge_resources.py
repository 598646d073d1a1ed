"""Resource types of infra/cdn.json and infra/waf.json that moto's CloudFormation lacks: function URLs and web ACLs.

Import this module, as `cloudformation`, before moto's CloudFormation is first used.
"""

from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.core.common_models import CloudFormationModel
from moto.wafv2.models import wafv2_backends

from dev.cloud.cloudformation import PARTITION, Named

Properties = Mapping[str, Any]


class Url(Named, CloudFormationModel):
    """AWS::Lambda::Url, which is identified by its function."""

    def __init__(self, function: str, url: str) -> None:
        super().__init__(function)
        self.url = url

    @staticmethod
    def cloudformation_name_type() -> str:
        """Empty: it has no name."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
        return "AWS::Lambda::Url"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Only the URL is supported."""
        return attr == "FunctionUrl"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """The URL, with a slash at its end as AWS has it."""
        del attribute_name
        return self.url

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: object
    ) -> "Url":
        """Create the URL, as CreateFunctionUrlConfig does."""
        del resource_name
        about, functions = cloudformation_json["Properties"], lambda_backends[account_id][region_name]
        function = about["TargetFunctionArn"]
        made = functions.create_function_url_config(function, {"AuthType": about["AuthType"]})
        return cls(function, f"{made.url}/")

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Delete the resource."""
        del cloudformation_json
        lambda_backends[account_id][region_name].delete_function_url_config(resource_name)


class WebAcl(Named, CloudFormationModel):
    """AWS::WAFv2::WebACL, of which no rule is simulated."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """The property with the resource's name."""
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        """The resource type."""
        return "AWS::WAFv2::WebACL"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Only the ARN is supported."""
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """The ARN."""
        del attribute_name
        return self.name

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: object
    ) -> "WebAcl":
        """Create the web ACL, as CreateWebACL does.

        Raises:
            ValueError: it is for CloudFront, and not in us-east-1.
        """
        if region_name != "us-east-1":
            raise ValueError("a web ACL for CloudFront must be in us-east-1")
        about = cloudformation_json["Properties"]
        made = wafv2_backends[account_id][PARTITION].create_web_acl(
            name=resource_name,
            visibility_config=about["VisibilityConfig"],
            default_action=about["DefaultAction"],
            scope=about["Scope"],
            description="",
            tags=[],
            rules=about["Rules"],
            association_config=None,
            captcha_config=None,
            challenge_config=None,
            custom_response_bodies=None,
            token_domains=None,
        )
        return cls(made.arn)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str
    ) -> None:
        """Delete the resource."""
        del cloudformation_json, region_name
        wafv2_backends[account_id][PARTITION].wacls.pop(resource_name)
