"""make: every target is explained, and passes on only what was asked for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


def make(*arguments: str) -> str:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603  make


def test_help_explains_every_target() -> None:
    [targets] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    explained = re.findall(r"^make ([a-z]+) +\S", make("help"), re.MULTILINE)

    assert sorted(explained) == sorted(targets.split())


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["deploy"], "deploy"),
        (["back", "STAGE=prod", "TO=v1.0"], 'back --stage "$STAGE" --to "$TO"'),
        (["back", "STAGE=prod"], 'deploy --stage "$STAGE"'),
        (["cdn", "STAGE=prod", "OFF=yes"], 'cdn --stage "$STAGE" --off'),
        (["cdn", "STAGE=prod", "WAF=yes", "REST=yes"], 'cdn --stage "$STAGE" --waf "$WAF" --rest'),
        (["destroy", "STAGE=prod", "TABLE=afterword-prod"], 'destroy --stage "$STAGE" --with-table "$TABLE"'),
        (["deploy", "ARCH=x86_64"], 'deploy --arch "$ARCH"'),
        (["deploy", "STAGE=all", "WATCH=no"], 'deploy --stage "$STAGE" --watch "$WATCH"'),
        (["bundle", "ARCH=x86_64"], 'bundle --arch "$ARCH"'),
    ],
)
def test_a_command_gets_the_options_that_were_given(arguments: list[str], command: str) -> None:
    planned = make("--dry-run", *arguments).replace("\\\n", " ")

    assert f".venv/bin/afterword {command}" in re.sub(r"\s+", " ", planned)
