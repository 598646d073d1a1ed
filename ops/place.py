"""Whether this folder, this account and this region are those that a stage was deployed from and to.

Chalice knows its API by its notes alone (``.chalice/deployed``): without them, or with those of another place, it
makes another API with another address, and every page of the owner's leads to the old one.
"""

from .errors import NotReadyError
from .stacks import Aws
from .stages import API_HANDLER, Stage

ELSEWHERE = (
    "Stage {stage} was deployed to account {account}, {region}; this is account {here}, {there}. Choose that account "
    "and region, or, to move, remove .chalice/deployed/{stage}.json first: docs/deploying.md says how nothing is lost."
)
NO_NOTES = (
    "{function} is in this account, but .chalice/deployed/{stage}.json is not here, by which Chalice knows its API. "
    "Copy that file from where it was deployed. If there is none, because the first deployment failed, or if another "
    "API with another address will do: NEW=yes."
)
STILL_THERE = "{function} is still there: Chalice did not delete it. Nothing was done to the table."


def check_place(aws: Aws, stage: Stage, *, new: bool = False) -> None:
    """Before anything is changed.  ``new``: another API will do.

    Raises:
        NotReadyError: it is another place, or the notes are missing.
    """
    handler = stage.deployed.get(API_HANDLER)
    if handler:
        _, _, _, region, account, *_ = handler["lambda_arn"].split(":")
        here, there = aws("sts").get_caller_identity()["Account"], aws("lambda").meta.region_name
        if (account, region) != (here, there):
            raise NotReadyError(
                ELSEWHERE.format(stage=stage.name, account=account, region=region, here=here, there=there)
            )
    elif not new and is_there(aws, stage):
        raise NotReadyError(NO_NOTES.format(function=stage.function, stage=stage.name))


def check_gone(aws: Aws, stage: Stage) -> None:
    """After it was deleted.

    Raises:
        NotReadyError: it was not.
    """
    if is_there(aws, stage):
        raise NotReadyError(STILL_THERE.format(function=stage.function))


def is_there(aws: Aws, stage: Stage) -> bool:
    """Whether the function that answers requests is in the account."""
    client = aws("lambda")
    try:
        client.get_function_configuration(FunctionName=stage.function)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True
