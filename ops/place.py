"""Whether a stage is deployed to the same account and region as the last time.

The same folder can hold the record of one place only, and what a record of another place names must not be changed.
"""

from .errors import NotReadyError
from .stacks import Aws
from .stages import API_HANDLER, Stage

PARTITION = "aws"
OTHER_PARTITION = (
    "This account is in AWS's partition {partition} (China, GovCloud). The policies name resources of the partition "
    "aws only, so a stage can't be deployed there."
)
ELSEWHERE = (
    "Stage {stage} was deployed to account {account}, {region}; this is account {here}, {there}. Choose that account "
    "and region. To deploy it here as well, or to move it, remove .chalice/deployed/{stage}.json first: it can always "
    "be rebuilt from AWS, and docs/deploying.md says how to move without losing anything."
)
NOT_DELETED = "{function} still exists: Chalice did not delete it. The table was not changed."


def check_place(aws: Aws, stage: Stage) -> None:
    """Check account and region before anything is changed.

    Raises:
        NotReadyError: the stage was deployed to another account or region, or can't be deployed to this account.
    """
    caller, region = aws("sts").get_caller_identity(), aws("lambda").meta.region_name
    partition = caller["Arn"].split(":")[1]
    if partition != PARTITION:
        raise NotReadyError(OTHER_PARTITION.format(partition=partition))
    handler = stage.deployed.get(API_HANDLER)
    if not handler:
        return
    _, _, _, there, account, *_ = handler["lambda_arn"].split(":")
    if (account, there) != (caller["Account"], region):
        names = {"account": account, "region": there, "here": caller["Account"], "there": region}
        raise NotReadyError(ELSEWHERE.format(stage=stage.name, **names))


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
