"""The package: ``pip install .`` gives the command ``afterword``, with everything that it needs."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from chalicelib.cli.main import main, parser
from ops.errors import UnknownStageError
from ops.stages import CONFIG, project_folder, stages

ROOT = Path(__file__).parents[2]
PACKAGED = ("chalicelib", "ops", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, because setuptools writes into the source folder."""
    try:
        fit = tuple(map(int, importlib.metadata.version("setuptools").split(".")[:1])) >= (77,)
    except importlib.metadata.PackageNotFoundError:
        fit = False
    if not fit:
        pytest.skip("setuptools 77 or newer is not installed here: make test")
    copy, out = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("wheels")
    for name in PACKAGED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, copy / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(out), str(copy)], check=True, capture_output=True)  # noqa: S603  pip
    [made] = out.glob("*.whl")
    return made


def test_the_command_is_what_the_command_line_starts() -> None:
    [(name, target)] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "scripts"
    ].items()

    assert EntryPoint(name, target, "console_scripts").load() is main
    assert parser().prog == name


def test_the_wheel_holds_every_module_and_every_static_file(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    kinds = [*ROOT.glob("chalicelib/**/*.py"), *ROOT.glob("ops/**/*.py"), *ROOT.glob("chalicelib/static/**/*")]
    assert names == {path.relative_to(ROOT).as_posix() for path in kinds if path.is_file()}


def test_the_installed_command_works_outside_the_project(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"}

    def ran(*arguments: str) -> "subprocess.CompletedProcess[str]":
        program = "import sys; from chalicelib.cli.main import main; sys.exit(main())"
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  our own

    assert ran("--help").stdout.startswith("usage: afterword")
    refused = ran("--stage", "prod", "moderator", "list")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert re.search(r"needs \.chalice/config\.json: run it in the project's folder", refused.stderr)


def test_the_project_is_found_from_any_of_its_folders(tmp_path: Path) -> None:
    for name in (str(CONFIG), "chalicelib/settings.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / "docs/pictures").mkdir(parents=True)

    assert project_folder(tmp_path) == project_folder(tmp_path / "docs/pictures") == tmp_path


def test_another_chalice_application_is_not_taken_for_the_project(tmp_path: Path) -> None:
    (tmp_path / CONFIG).parent.mkdir()
    (tmp_path / CONFIG).write_text("{}", encoding="utf-8")

    assert project_folder(tmp_path) == ROOT


def test_a_folder_without_the_configuration_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(UnknownStageError, match="run it in the project's folder, your clone of Afterword"):
        stages(tmp_path)
