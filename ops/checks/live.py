"""Checks that what was deployed is also what is called."""

from collections.abc import Iterator
from typing import Any

from ..findings import Check, Finding, Target, deploy_again, failed, ok
from ..live import LIVE, called_functions

SAME = ("CodeSha256", "Runtime", "MemorySize", "Timeout", "Environment")


def live(target: Target) -> Iterator[Finding]:
    """The alias that is called stands for the newest version.  Chalice alone makes no alias."""
    client = target.aws("lambda")
    for function in called_functions(target.stage):
        try:
            served = client.get_function_configuration(FunctionName=function, Qualifier=LIVE)
        except client.exceptions.ResourceNotFoundException:
            continue
        newest = client.get_function_configuration(FunctionName=function)
        if _same(served) == _same(newest):
            yield ok("live", f"{function}, version {served['Version']}")
        else:
            yield failed(
                "live", f"{function} was changed, but version {served['Version']} is live", deploy_again(target.stage)
            )


def _same(found: Any) -> list[Any]:  # noqa: ANN401  the SDK's response
    return [found.get(name) for name in SAME]


CHECKS: tuple[Check, ...] = (live,)
