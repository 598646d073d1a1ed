"""infra/table.json: the table as a CloudFormation resource, for ``chalice package --merge-template``."""

import json
from typing import Any

from chalicelib.store.engine.schema import TTL, table_definition

NAME = "TableName"


def table_template() -> str:
    """The template with the table, and the function's variable that names it."""
    template = {
        "Parameters": {
            NAME: {"Type": "String", "Description": "The name of the table, as in .chalice/policy-<stage>.json"},
        },
        "Resources": {
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": _properties(),
            },
            "APIHandler": {"Properties": {"Environment": {"Variables": {"AFTERWORD_TABLE": {"Ref": "Table"}}}}},
        },
        "Outputs": {"Table": {"Value": {"Ref": "Table"}}},
    }
    return json.dumps(template, indent=2) + "\n"


def _properties() -> dict[str, Any]:
    return {
        "TableName": {"Ref": NAME},
        **table_definition(),
        "TimeToLiveSpecification": {"AttributeName": TTL, "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
