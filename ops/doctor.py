"""Checks of a deployed stage, each with what to do where it fails."""

from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPException

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Refusal
from chalicelib.settings import BadSettingError

from .checks import account as checks_account
from .checks import aws as checks_aws
from .checks import live as checks_live
from .checks import web as checks_web
from .findings import Check, Finding, Level, Target, failed

FAILURES = (BotoCoreError, ClientError, OSError, HTTPException, ValueError, KeyError, BadSettingError, Refusal)


def report(target: Target, say: Callable[[str], None] = print) -> bool:
    """Print the findings line by line; true if no check failed."""
    counts: Counter[Level] = Counter()
    for finding in findings(target):
        counts[finding.level] += 1
        say(f"{finding.level.value}  {finding.topic:11} {finding.message}")
        if not finding.is_ok:
            say(f"{'':16}{finding.remedy}")
    problems = f"{counts[Level.FAILED]} to fix" if counts[Level.FAILED] else "No problems found"
    say(f"\n{problems}{f'; {counts[Level.TODO]} left for you to do' if counts[Level.TODO] else ''}.")
    return not counts[Level.FAILED]


def findings(target: Target) -> Iterator[Finding]:
    """The results of all checks, ordered so that an early failure explains the later ones.

    Without credentials only the checks that need none are run.
    """
    credentials = list(_run(checks_aws.credentials, target))
    yield from credentials
    if all(finding.is_ok for finding in credentials):
        for check in (*checks_account.CHECKS, *checks_aws.CHECKS, *checks_live.CHECKS):
            yield from _run(check, target)
    for check in checks_web.CHECKS:
        yield from _run(check, target)


def _run(check: Check, target: Target) -> Iterator[Finding]:
    """The findings of a check; an error in the check itself is a finding too."""
    try:
        yield from check(target)
    except FAILURES as failure:
        message = getattr(failure, "message", "") or str(failure) or type(failure).__name__
        yield failed(check.__name__, message, "This check could not be completed.")
