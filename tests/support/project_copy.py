"""A copy of the project to deploy from, because deploying writes into its folder."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dev.cloud.aws import REGION
from dev.cloud.cloud import Cloud
from dev.cloud.functions import HERE
from dev.engine_process import ROOT

CHALICE = Path(sys.executable).with_name("chalice")
TIMEOUT = 600  # seconds: the first deployment downloads what the bundle needs


class Project:
    """The committed files, configured for this machine's architecture.

    ``packages`` is a folder that keeps finished bundles: what was packaged before is not again.
    """

    def __init__(self, folder: Path, cloud: Cloud, packages: Path, *, region: str = REGION) -> None:
        self.folder = folder
        self.cloud = cloud
        self.region = region
        for name in self._committed():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        (folder / ".chalice/deployments").symlink_to(packages)
        self.configure(lambda_architecture=HERE)

    def _committed(self) -> list[str]:
        command = ["git", "-C", str(ROOT), "ls-files", "-z"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  git
        return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]

    def configure(self, stage: str = "", **what: Any) -> None:
        """Change what .chalice/config.json says, of all stages or of one."""
        file = self.folder / ".chalice/config.json"
        config = json.loads(file.read_text(encoding="utf-8"))
        (config["stages"][stage] if stage else config).update(what)
        file.write_text(json.dumps(config), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment, with the simulated account and without the service's variables."""
        ours = ("AWS_", "AFTERWORD_", "PYTHON")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        return {**kept, **self.cloud.environment, "AWS_DEFAULT_REGION": self.region}

    def up(self, stage: str, *more: str) -> str:
        """Deploy a stage as ``make deploy`` does; returns the output, including the doctor's findings."""
        return self._run([sys.executable, "-m", "chalicelib", "deploy", "--stage", stage, *more], well=(0, 1))

    def down(self, stage: str, *more: str) -> str:
        """Remove a stage as ``make destroy`` does; returns the output."""
        return self._run([sys.executable, "-m", "chalicelib", "destroy", "--stage", stage, *more])

    def chalice(self, *arguments: str) -> str:
        """Run Chalice; returns its output."""
        return self._run([str(CHALICE), *arguments])

    def run_well(self, *arguments: str) -> str:
        """Run a command that may end with findings of the doctor, which can't reach a simulated CloudFront."""
        return self._run([sys.executable, "-m", "chalicelib", *arguments], well=(0, 1))

    def command(self, *arguments: str) -> str:
        """Run the service's command line; returns its output."""
        return self._run([sys.executable, "-m", "chalicelib", *arguments])

    def _run(self, command: list[str], well: Sequence[int] = (0,)) -> str:
        done = subprocess.run(  # noqa: S603  our own programs
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        said = f"{done.stdout}\n{done.stderr}"
        assert done.returncode in well, f"{command} ended with {done.returncode} (it needs PyPI, by pip):\n{said}"
        return done.stdout

    def address(self, stage: str) -> str:
        """The local URL of a stage, deployed or not."""
        return self.cloud.address("afterword", stage)

    def url(self, stage: str) -> str:
        """The local URL of a deployed stage."""
        notes = json.loads((self.folder / f".chalice/deployed/{stage}.json").read_text(encoding="utf-8"))
        [api] = [each["rest_api_id"] for each in notes["resources"] if each["resource_type"] == "rest_api"]
        [url] = [url for url in self.cloud.urls if url.split("/")[-2] == api]
        return url
