"""Checks of what belongs to the whole account: its partition, and how many functions it may run at once."""

from collections.abc import Iterator

from ..findings import Check, Finding, Target, failed, ok, todo
from ..place import OTHER_PARTITION, PARTITION

FEW = 100  # functions at once: a page that many people open at the same moment needs as many


def partition(target: Target) -> Iterator[Finding]:
    """The account is in the partition that the policies name."""
    found = target.aws("sts").get_caller_identity()["Arn"].split(":")[1]
    if found != PARTITION:
        yield failed("partition", OTHER_PARTITION.format(partition=found), "Use an account of the partition aws.")


def concurrency(target: Target) -> Iterator[Finding]:
    """The account may run enough functions at once; new accounts may run only a few."""
    limit = target.aws("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    if limit >= FEW:
        yield ok("concurrency", f"the account can run {limit} functions at once")
    else:
        remedy = "Ask for 1,000, which costs nothing: Service Quotas → AWS Lambda → Concurrent executions."
        words = "while more requests come at once, readers get errors"
        yield todo("concurrency", f"the account can run only {limit} functions at once: {words}", remedy)


CHECKS: tuple[Check, ...] = (partition, concurrency)
