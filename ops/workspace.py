"""The folder that Chalice deploys from: a copy of the code, with the settings of one stage.

So nothing that a deployment writes or needs changes the project's own files; its records and packages are kept there,
in ``.chalice/deployed`` and ``.chalice/deployments``, which git ignores.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .bundle.build import copy_project
from .policies import policy_files
from .stages import CONFIG, RECORDS, Stage

NO_TAGS: Mapping[str, str] = {}
PACKAGES = Path(".chalice/deployments")


@contextmanager
def workspace(stage: Stage, tags: Mapping[str, str] = NO_TAGS) -> Iterator[Path]:
    """A folder from which the stage can be packaged, deployed and deleted.  ``tags``: of its functions."""
    with tempfile.TemporaryDirectory(prefix="deploy-") as scratch:
        folder = Path(scratch)
        copy_project(stage.root, folder)
        for kept in (RECORDS, PACKAGES):
            (stage.root / kept).mkdir(exist_ok=True)
            (folder / kept).symlink_to((stage.root / kept).resolve())
        configure(folder, stage, tags)
        yield folder


def configure(folder: Path, stage: Stage, tags: Mapping[str, str] = NO_TAGS) -> None:
    """Write the stage's settings and policies as Chalice reads them."""
    own = {**stage.config, "tags": {**stage.config.get("tags", {}), **tags}}
    config = {"version": "2.0", "app_name": stage.app, "stages": {stage.name: own}}
    (folder / CONFIG).write_text(json.dumps(config), encoding="utf-8")
    for name, text in policy_files([stage]).items():
        (folder / name).write_text(text, encoding="utf-8")
