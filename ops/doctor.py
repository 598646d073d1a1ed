"""``doctor``: what is wrong with a deployed stage, in words, and what to do about it."""

import argparse
from collections.abc import Iterator
from http.client import HTTPException

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Refusal
from chalicelib.runtime import Runtime
from chalicelib.settings import BadSettingError

from .checks import aws as checks_aws
from .checks import web as checks_web
from .findings import Check, Finding, Patient, ill
from .stages import stage_named

FAILURES = (BotoCoreError, ClientError, OSError, HTTPException, ValueError, KeyError, BadSettingError, Refusal)


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    doctor = topics.add_parser("doctor", help="look at a deployed stage, and say what is wrong and what to do")
    doctor.add_argument("--url", default="", help="where the service answers, if not where it was deployed")
    doctor.set_defaults(run=_doctor)


def _doctor(runtime: Runtime, chosen: argparse.Namespace) -> int:
    stage = stage_named(chosen.stage)
    return report(Patient(stage, runtime, (chosen.url or stage.variables.get("AFTERWORD_URL", "")).rstrip("/")))


def report(patient: Patient) -> int:
    """Print what is found, line by line; 1 if something is wrong."""
    wrong = left = 0
    for finding in findings(patient):
        mark = "ok" if finding.well else ".." if finding.later else "!!"
        print(f"{mark}  {finding.topic:11} {finding.words}")
        if not finding.well:
            print(f"{'':16}{finding.cure}")
        wrong, left = wrong + (mark == "!!"), left + finding.later
    told = f"{wrong} to put right" if wrong else "Nothing is wrong"
    print(f"\n{told}{f'; {left} left for you to do' if left else ''}.")
    return 1 if wrong else 0


def findings(patient: Patient) -> Iterator[Finding]:
    """All that is looked at, in an order in which the first trouble explains the later ones."""
    known = list(_looked(checks_aws.credentials, patient))
    yield from known
    if all(finding.well for finding in known):
        for check in checks_aws.CHECKS:
            yield from _looked(check, patient)
    for check in checks_web.CHECKS:
        yield from _looked(check, patient)


def _looked(check: Check, patient: Patient) -> Iterator[Finding]:
    """A check that fails itself is a finding."""
    try:
        yield from check(patient)
    except FAILURES as failure:
        words = getattr(failure, "message", "") or str(failure) or type(failure).__name__
        yield ill(check.__name__, words, "Without that it can't be looked at.")
