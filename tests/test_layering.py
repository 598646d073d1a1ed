"""Layering: imports run one way without circles, and only the named packages import boto3 and chalice."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVICE = sorted([*ROOT.glob("chalicelib/**/*.py"), ROOT / "app.py"])
MODULES = sorted([*SERVICE, *(ROOT / "ops").glob("**/*.py")])

MAY_IMPORT = {
    "core": {"core"},
    "store": {"core", "store"},
    "notify": {"core", "notify"},
    "service": {"core", "store", "notify", "service"},
    "stores": {"settings", "core", "store", "notify"},
    "runtime": {"settings", "core", "store", "stores", "notify", "service"},
    "settings": set[str](),
    "api": {"api", "runtime", "settings", "service", "store", "core"},
    "events": {"events", "runtime", "settings", "service", "store", "core"},
    "cli": {"cli", "importers", "ops", "runtime", "settings", "service", "store", "core"},
    "importers": {"importers", "core"},  # the folder of the first importer
    "app": {"api", "events"},
    "ops": {"ops", "api", "notify", "runtime", "settings", "service", "store", "core"},
    "__main__": {"cli"},
    "__init__": set[str](),
}
OUTSIDE = {
    "boto3": set[str](),  # the bundle lacks it: botocore makes the same clients
    "botocore": {"store", "notify", "cli", "ops"},
    "chalice": {"app", "api", "events", "ops"},
    "markupsafe": {"api"},
    "itsdangerous": {"core"},
    "nh3": {"core"},
    "pyromark": {"core"},
}
PURE = {"os", "time", "random", "secrets", "socket", "subprocess", "threading", "pathlib", "uuid", "requests"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path): path for path in MODULES}


def ring_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if parts[0] == "chalicelib" and len(parts) > 1 else {"chalicelib": "__init__"}.get(name, parts[0])


@cache
def imports_of(path: Path) -> frozenset[str]:
    """The full names of the modules that a file imports, wherever in it."""
    return frozenset(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole if whole in NAMES else base


def ours(path: Path) -> set[str]:
    return {name for name in imports_of(path) if name in NAMES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    reached = {ring_of(name) for name in ours(path)}

    assert reached <= MAY_IMPORT[ring_of(name_of(path))]


def test_there_are_no_circular_imports() -> None:
    graph = {name: ours(path) - {name} for name, path in NAMES.items()}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_named_packages_import_boto3_and_chalice(path: Path) -> None:
    ring, tops = ring_of(name_of(path)), {module.split(".")[0] for module in imports_of(path)}

    assert not {package for package, rings in OUTSIDE.items() if package in tops and ring not in rings}
    assert not (ring == "core" and tops & PURE)


def test_the_service_does_not_import_the_operations_tools() -> None:
    doors = [path for path in SERVICE if ring_of(name_of(path)) not in {"cli", "importers", "__main__"}]

    assert not {name for path in doors for name in ours(path) if ring_of(name) in {"ops", "cli", "importers"}}


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        path.relative_to(ROOT)
        for path in SERVICE
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    ]

    assert readers == [Path("chalicelib/settings.py")]


def test_chalice_is_used_only_through_its_public_api() -> None:
    modules = {module for path in SERVICE for module in imports_of(path) if module.startswith("chalice.")}

    assert not modules


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]

    assert text.count("\n") <= 300
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 40] == []
