"""infra/table.json: the table as a CloudFormation resource, for ``chalice package --merge-template``."""

import json
from typing import Any

from chalicelib.store.engine.schema import TTL, table_definition

NAME = "TableName"
DESCRIPTION = "The name of the table and of the functions, afterword-<stage>, as in .chalice/policy-<stage>.json"


def table_template() -> str:
    """The template with the table, and the function's variable that names it."""
    template = {
        "Parameters": {
            NAME: {"Type": "String", "Description": DESCRIPTION},
        },
        "Resources": {
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": _properties(),
            },
            "APIHandler": _function({"Ref": NAME}),
            "Hourly": _function({"Fn::Sub": f"${{{NAME}}}-hourly"}),
        },
        "Outputs": {"Table": {"Value": {"Ref": "Table"}}},
    }
    return json.dumps(template, indent=2) + "\n"


def _function(name: dict[str, Any]) -> dict[str, Any]:
    """A function with a fixed name: with CloudFormation's own, its role couldn't write to its log."""
    return {"Properties": {"FunctionName": name, "Environment": {"Variables": {"AFTERWORD_TABLE": {"Ref": "Table"}}}}}


def _properties() -> dict[str, Any]:
    return {
        "TableName": {"Ref": NAME},
        **table_definition(),
        "TimeToLiveSpecification": {"AttributeName": TTL, "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
