"""Whether a stage is deployed from the same folder, and to the same account and region, as the last time.

Chalice finds its API only by its own record (``.chalice/deployed``).  Without that record, or with the one of another
account, it creates a second API with another URL, and the owner's pages still load the old one.
"""

from .errors import NotReadyError
from .stacks import Aws
from .stages import API_HANDLER, Stage

ELSEWHERE = (
    "Stage {stage} was deployed to account {account}, {region}; this is account {here}, {there}. Choose that account "
    "and region, or, to move, remove .chalice/deployed/{stage}.json first: docs/deploying.md says how to lose nothing."
)
NO_RECORD = (
    "{function} exists in this account, but .chalice/deployed/{stage}.json, by which Chalice finds its API, is missing "
    "here. Copy that file from where it was deployed. If there is none because the first deployment failed, or if a "
    "second API with another URL is fine: NEW=yes."
)
NOT_DELETED = "{function} still exists: Chalice did not delete it. The table was not changed."


def check_place(aws: Aws, stage: Stage, *, new: bool = False) -> None:
    """Check account and region before anything is changed.  ``new``: a second API is fine.

    Raises:
        NotReadyError: it was deployed to another account or region, or Chalice's record is missing.
    """
    handler = stage.deployed.get(API_HANDLER)
    if handler:
        _, _, _, region, account, *_ = handler["lambda_arn"].split(":")
        here, there = aws("sts").get_caller_identity()["Account"], aws("lambda").meta.region_name
        if (account, region) != (here, there):
            raise NotReadyError(
                ELSEWHERE.format(stage=stage.name, account=account, region=region, here=here, there=there)
            )
    elif not new and function_exists(aws, stage):
        raise NotReadyError(NO_RECORD.format(function=stage.function, stage=stage.name))


def check_gone(aws: Aws, stage: Stage) -> None:
    """Check that Chalice deleted the stage's function.

    Raises:
        NotReadyError: the function still exists.
    """
    if function_exists(aws, stage):
        raise NotReadyError(NOT_DELETED.format(function=stage.function))


def function_exists(aws: Aws, stage: Stage) -> bool:
    """Whether the function that serves the API exists in the account."""
    client = aws("lambda")
    try:
        client.get_function_configuration(FunctionName=stage.function)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True
