"""The contents of a bundle as a CycloneDX 1.6 document, which depends on nothing but the bundle."""

import hashlib
import importlib.metadata
import json
from email.message import Message
from typing import Any, cast
from urllib.parse import quote

from ..licences import FRAMEWORK, JAVASCRIPT, PYTHON
from .contents import CACHED, Files, Package, canonical, packages

NO_LICENCE = {"", "UNKNOWN"}
NAME_LENGTH = 100  # characters: some packages give the whole text of their licence as its name


def inventory(files: Files, version: str, sha256: str) -> str:
    """All packages of a bundle: version, licence, number of files and bytes, and the hash of their RECORD."""
    framework = cast("Message", importlib.metadata.metadata(FRAMEWORK))
    own = [name for name in files if name.startswith(f"{FRAMEWORK}/") and not CACHED.fullmatch(name)]
    listed = [_component(package, files) for package in packages(files)]
    listed.append(_described(FRAMEWORK, str(framework["Version"]), _licences(framework), _sizes(own, files)))
    listed += [_script(name, licence) for name, (licence, _, _) in JAVASCRIPT.items()]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "afterword",
                "version": version,
                "hashes": [{"alg": "SHA-256", "content": sha256}],
            }
        },
        "components": sorted(listed, key=lambda component: str(component["name"])),
    }
    return json.dumps(document, indent=1) + "\n"


def _component(package: Package, files: Files) -> dict[str, Any]:
    record = files[f"{package.folder}/RECORD"]
    properties = _sizes([name for name in package.record if name in files], files)
    properties["afterword:record-sha256"] = hashlib.sha256(record).hexdigest()
    return _described(package.name, package.version, _licences(package.about), properties)


def _script(name: str, licence: str) -> dict[str, Any]:
    """A library that is part of our own scripts; web/package-lock.json has its version."""
    return {"type": "library", "name": name, "purl": f"pkg:npm/{quote(name)}", "licenses": [{"expression": licence}]}


def _sizes(names: list[str], files: Files) -> dict[str, str]:
    return {"afterword:files": str(len(names)), "afterword:bytes": str(sum(len(files[name]) for name in names))}


def _described(name: str, version: str, licences: list[Any], properties: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": licences,
        "properties": [{"name": each, "value": value} for each, value in properties.items()],
    }


def _licences(about: Message) -> list[Any]:
    """The licences of a package as we know them, or as its metadata says: an expression, a name, or classifiers."""
    expression = PYTHON.get(canonical(str(about["Name"]))) or about["License-Expression"]
    if expression:
        return [{"expression": expression}]
    name = str(about["License"] or "").partition("\n")[0][:NAME_LENGTH]
    classified = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or () if "License ::" in line]
    names = [name] if name not in NO_LICENCE else classified
    return [{"license": {"name": each}} for each in names]
