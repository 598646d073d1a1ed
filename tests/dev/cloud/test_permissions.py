"""A function may do only what its role allows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from dev.cloud.aws import REGION
from dev.cloud.cloud import Cloud
from dev.cloud.permissions import PermissionProxy
from dev.cloud.worker import ACCOUNT

TABLE = {
    "TableName": "kept",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "found",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
KEY = {"pk": {"S": "a"}}
HERE = {"TableName": "kept"}
BY_KEY = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}}


@dataclass
class Role:
    """A role, and the token of somebody who has it."""

    cloud: Cloud
    arn: str
    proxy: str

    def may(self, *statements: tuple[str, str], condition: Any = None) -> None:
        """Allow these actions on these resources, and no others."""
        more = {"Condition": condition} if condition else {}
        allowed = [{"Effect": "Allow", "Action": [action], "Resource": each, **more} for action, each in statements]
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        self.cloud.client("iam").put_role_policy(RoleName="guarded", PolicyName="all", PolicyDocument=document)

    def do(self, service: Any, operation: str, **what: Any) -> Any:
        """Call AWS as a function with this role."""
        client = boto3.client(service, endpoint_url=self.proxy, region_name=REGION)
        return getattr(client, operation)(**what)


@pytest.fixture(scope="module")
def role(cloud: Cloud) -> Iterator[Role]:
    made = cloud.client("iam").create_role(RoleName="guarded", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    cloud.client("dynamodb").create_table(**TABLE)
    cloud.client("ssm").put_parameter(Name="/site/secret", Value="hidden", Type="SecureString")
    cloud.client("sns").create_topic(Name="told")
    with PermissionProxy(cloud.aws, made) as proxy:
        yield Role(cloud, made, proxy.url)


def put(**about: Any) -> dict[str, Any]:
    return {"Put": {**HERE, "Item": KEY, **about}}


ON_TABLE = "arn:aws:dynamodb:*:*:table/kept"
CALLS: dict[str, tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = {
    "an item": ("dynamodb", "put_item", {**HERE, "Item": KEY}, [("dynamodb:PutItem", ON_TABLE)]),
    "a query": ("dynamodb", "query", {**HERE, **BY_KEY}, [("dynamodb:Query", ON_TABLE)]),
    "a query of an index": (
        "dynamodb",
        "query",
        {**HERE, **BY_KEY, "IndexName": "found"},
        [("dynamodb:Query", f"{ON_TABLE}/index/found")],
    ),
    "a batch": (
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"kept": {"Keys": [KEY]}}},
        [("dynamodb:BatchGetItem", ON_TABLE)],
    ),
    "a transaction": (
        "dynamodb",
        "transact_write_items",
        {
            "TransactItems": [
                put(),
                {
                    "ConditionCheck": {
                        **HERE,
                        "Key": {"pk": {"S": "b"}},
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                },
            ]
        },
        [("dynamodb:PutItem", ON_TABLE), ("dynamodb:ConditionCheckItem", ON_TABLE)],
    ),
    "a parameter": (
        "ssm",
        "get_parameter",
        {"Name": "/site/secret", "WithDecryption": True},
        [("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/site/secret")],
    ),
    "a message": (
        "sns",
        "publish",
        {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:told", "Message": "something"},
        [("sns:Publish", "arn:aws:sns:*:*:told")],
    ),
}
every_call = pytest.mark.parametrize(("service", "operation", "what", "needed"), CALLS.values(), ids=CALLS)


@every_call
def test_allowed_calls_succeed(role: Role, service: str, operation: str, what: Any, needed: Any) -> None:
    role.may(*needed)

    assert role.do(service, operation, **what)


@every_call
def test_a_call_needs_every_permission_of_its_parts(
    role: Role, service: str, operation: str, what: Any, needed: Any
) -> None:
    for left_out in needed:
        others = [each for each in needed if each != left_out]
        role.may(*others, ("dynamodb:DeleteTable", "*"), (left_out[0], f"{left_out[1]}-of-another"))

        with pytest.raises(ClientError, match=rf"AccessDenied.*not authorized to perform: {left_out[0]}"):
            role.do(service, operation, **what)


def test_a_query_of_the_table_does_not_reach_its_indexes(role: Role) -> None:
    role.may(("dynamodb:Query", ON_TABLE))

    with pytest.raises(ClientError, match="table/kept/index/found"):
        role.do("dynamodb", "query", **HERE, **BY_KEY, IndexName="found")


KEY_OF_B = {"pk": {"S": "b"}}
IN_PARTITIONS: dict[str, tuple[str, Any]] = {
    "an item": ("get_item", lambda key: {**HERE, "Key": key}),
    "a new item": ("put_item", lambda key: {**HERE, "Item": key}),
    "a query": ("query", lambda key: {**HERE, **BY_KEY, "ExpressionAttributeValues": {":pk": key["pk"]}}),
    "a batch of reads": ("batch_get_item", lambda key: {"RequestItems": {"kept": {"Keys": [key]}}}),
    "a batch of writes": (
        "batch_write_item",
        lambda key: {
            "RequestItems": {"kept": [{"DeleteRequest": {"Key": key}}, {"PutRequest": {"Item": {"pk": {"S": "a2"}}}}]}
        },
    ),
    "a transaction": ("transact_write_items", lambda key: {"TransactItems": [{"Put": {**HERE, "Item": key}}]}),
    "a query of an index": (
        "query",
        lambda key: {**HERE, **BY_KEY, "IndexName": "found", "ExpressionAttributeValues": {":pk": key["pk"]}},
    ),
}


@pytest.mark.parametrize(("operation", "of"), IN_PARTITIONS.values(), ids=IN_PARTITIONS)
def test_a_condition_can_restrict_a_role_to_some_partitions(role: Role, operation: str, of: Any) -> None:
    leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["a*"]}}
    role.may(("dynamodb:*", ON_TABLE), ("dynamodb:*", f"{ON_TABLE}/index/found"), condition=leading)

    assert role.do("dynamodb", operation, **of(KEY))
    with pytest.raises(ClientError, match=r"AccessDenied.*not authorized"):
        role.do("dynamodb", operation, **of(KEY_OF_B))


def test_an_unknown_condition_is_refused(role: Role) -> None:
    role.may(("dynamodb:*", ON_TABLE), condition={"StringEquals": {"dynamodb:Select": "COUNT"}})

    with pytest.raises(ClientError, match="not simulated"):
        role.do("dynamodb", "get_item", **HERE, Key=KEY)


UNKNOWN = {
    "sqs": ("create_queue", {"QueueName": "any"}),
    "sts": ("get_caller_identity", {}),
    "lambda": ("invoke", {"FunctionName": "any"}),
}


@pytest.mark.parametrize("service", UNKNOWN)
def test_an_unknown_call_is_refused(role: Role, service: str) -> None:
    operation, what = UNKNOWN[service]
    role.may(("*", "*"))

    with pytest.raises(ClientError, match=r"not simulated|403"):
        role.do(service, operation, **what)
