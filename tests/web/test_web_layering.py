"""What the scripts of web/ import: no circle, and nothing that is shared knows who shares it."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
IMPORT = re.compile(r"""^(?:import|export)\b[^'"]*?['"](\.[^'"]+\.js)['"]""", re.MULTILINE)
FOLDERS = ("shared", "widget", "console")


def graph() -> dict[Path, set[Path]]:
    """Each script, with those that it imports."""
    scripts = [file for folder in FOLDERS for file in (WEB / folder).rglob("*.js")]
    return {
        file: {(file.parent / name).resolve() for name in IMPORT.findall(file.read_text("utf-8"))} for file in scripts
    }


def circle_from(start: Path, imports: dict[Path, set[Path]]) -> list[str]:
    """A way from a script to itself, if there is one."""
    ways, seen = [[start]], set[Path]()
    while ways:
        way = ways.pop()
        for each in imports[way[-1]]:
            if each == start:
                return [str(step.relative_to(WEB)) for step in [*way, each]]
            if each not in seen:
                seen.add(each)
                ways.append([*way, each])
    return []


def test_every_import_names_a_script() -> None:
    imports = graph()

    assert len(imports) > 40
    assert set().union(*imports.values()) <= set(imports)


def test_no_scripts_import_each_other_in_a_circle() -> None:
    imports = graph()

    assert [circle for script in imports if (circle := circle_from(script, imports))] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_folder_imports_itself_and_what_is_shared(folder: str) -> None:
    foreign = {
        (script.name, each.name)
        for script, imported in graph().items()
        for each in imported
        if script.is_relative_to(WEB / folder) and each.relative_to(WEB).parts[0] not in {folder, "shared"}
    }

    assert foreign == set()
