"""The house: imports run one way, and only the named rooms know the outside."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted([*ROOT.glob("chalicelib/**/*.py"), ROOT / "app.py"])

MAY_IMPORT = {
    "core": {"core"},
    "store": {"core", "store"},
    "notify": {"core", "notify"},
    "service": {"core", "store", "notify", "service"},
    "transfer": {"core", "transfer"},
    "stores": {"settings", "core", "store", "notify"},
    "runtime": {"settings", "core", "store", "stores", "notify", "service"},
    "settings": set[str](),
    "api": {"api", "runtime", "settings", "service", "store", "core"},
    "events": {"events", "runtime", "settings", "service", "store", "core"},
    "cli": {"cli", "api", "transfer", "runtime", "settings", "service", "store", "core"},
    "app": {"api", "events"},
    "__main__": {"cli"},
    "__init__": set[str](),
}
OUTSIDE = {
    "boto3": set[str](),  # the bundle lacks it: botocore makes the same clients
    "botocore": {"store", "notify", "cli"},
    "chalice": {"app", "api", "events"},
    "markupsafe": {"api"},
    "itsdangerous": {"core"},
    "nh3": {"core"},
    "pyromark": {"core"},
}
PURE = {"os", "time", "random", "secrets", "socket", "subprocess", "threading", "pathlib", "uuid", "requests"}


def ring_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if len(parts) == 1 else parts[1]


def imports_of(path: Path) -> Iterator[tuple[str, str]]:
    """(ring, module) of each import: the ring of ours that it reaches, or the outside package."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    depth = len(path.relative_to(ROOT).parts) - 1
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (("", alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            yield (module.split(".")[1] if module.startswith("chalicelib.") else "", module)
        elif isinstance(node, ast.ImportFrom):
            inside = node.level == 1 and depth > 1
            names = [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
            yield from ((ring_of(path) if inside else name, "") for name in names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    ring = ring_of(path)

    reached = {reached for reached, _ in imports_of(path) if reached}

    assert reached <= MAY_IMPORT[ring] | {"runtime" if ring in {"api", "cli"} else ring}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_named_rooms_know_the_outside(path: Path) -> None:
    ring, tops = ring_of(path), {module.split(".")[0] for _, module in imports_of(path)}

    assert not {package for package, rings in OUTSIDE.items() if package in tops and ring not in rings}
    assert not (ring == "core" and tops & PURE)


def test_the_environment_is_read_by_the_settings_alone() -> None:
    readers = [
        path.relative_to(ROOT)
        for path in MODULES
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    ]

    assert readers == [Path("chalicelib/settings.py")]


def test_chalice_is_reached_by_its_front_door_alone() -> None:
    modules = {module for path in MODULES for _, module in imports_of(path) if module.startswith("chalice.")}

    assert not modules


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]

    assert text.count("\n") <= 300
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 40] == []
