"""The bundle: nothing unneeded, nothing unexpected, always the same bytes; and it runs on its own."""

import gzip
import importlib.util
import io
import json
import marshal
import platform
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ops.bundle import archive, contents
from ops.bundle import build as bundle
from ops.bundle.build import Bundle
from ops.bundle.build import bundle as make
from ops.bundle.inventory import inventory
from ops.errors import BundleError
from tests.support.world import SECRET, rest_event

ROOT = Path(__file__).parents[2]
HERE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
REQUIREMENTS = "# what is needed\nTidy_Words==1.2.3\nbotocore==1.0\n"
SOURCE = b'"""Words."""\n\nWORDS = {"some", "words"}\n'


def elf(machine: int) -> bytes:
    """The beginning of a native module."""
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + bytes(44)


def distribution(name: str, version: str, files: dict[str, bytes], **about: str) -> dict[str, bytes]:
    """An installed package."""
    folder = f"{name.replace('-', '_')}-{version}.dist-info"
    expected = {"Metadata-Version": "2.4", "Name": name, "Version": version, **about}
    metadata = "\n".join(f"{each}: {value}" for each, value in expected.items()) + "\n\nA description.\n"
    all_files = {**files, f"{folder}/METADATA": metadata.encode(), f"{folder}/licenses/LICENSE": b"Do as you like."}
    record = "".join(f"{each},{contents.hash_of(data)},{len(data)}\n" for each, data in all_files.items())
    record += f"{folder}/WHEEL,,\n{folder}/RECORD,,\n"
    return {**all_files, f"{folder}/WHEEL": b"", f"{folder}/RECORD": record.encode()}


def packaged(**more: bytes) -> dict[str, bytes]:
    """What Chalice would package."""
    native = {"tidy/native.cpython-311-aarch64-linux-gnu.so": elf(183), "tidy/other.abi3.so": elf(183)}
    typed = {"tidy/words.pyi": b"", "tidy/py.typed": b""}
    data = {
        f"botocore/data/{name}": b"{}"
        for name in (
            "endpoints.json",
            "dynamodb/2012-08-10/service-2.json",
            "cloudfront/2019-03-26/service-2.json",
            "cloudfront/2020-05-31/service-2.json",
            "s3/2006-03-01/service-2.json",
        )
    }
    return {
        "app.py": b"app = 1\n",
        "chalice/app.py": b"",
        "chalice/__init__.py": b"",
        "chalicelib/__init__.py": b"",
        "chalicelib/cli/main.py": b"",
        "chalicelib/importers/disqus.py": b"",
        "chalicelib/__pycache__/settings.cpython-311.pyc": b"old",
        "chalicelib/static/widget/widget.1a2b.js": b"",
        **distribution("Tidy.Words", "1.2.3", {"tidy/words.py": SOURCE, **native, **typed}, License="MIT"),
        **distribution(
            "botocore", "1.0", {"botocore/__init__.py": b"", **data}, **{"License-Expression": "Apache-2.0"}
        ),
        **more,
    }


def zipped(
    path: Path, files: dict[str, bytes], date: tuple[int, int, int, int, int, int] = (2024, 1, 2, 3, 4, 6)
) -> Path:
    """An archive made with the standard library."""
    with zipfile.ZipFile(path, "w") as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name, date), data)
    return path


def shrunk(path: Path, files: dict[str, bytes], **options: tuple[int, int, int, int, int, int]) -> Path:
    """A package after it was rewritten."""
    bundle.shrink(zipped(path, files, **options), REQUIREMENTS, "arm64")
    return path


def wrong(**files: bytes) -> list[str]:
    """The problems of a package that contains these files too."""
    return [*contents.problems(packaged(**files), REQUIREMENTS, "arm64", "311")]


def test_files_that_lambda_never_loads_are_left_out(tmp_path: Path) -> None:
    files, _ = archive.read(shrunk(tmp_path / "a.zip", packaged()))

    assert sorted(name for name in files if not name.endswith(".pyc")) == [
        "Tidy.Words-1.2.3.dist-info/METADATA",
        "Tidy.Words-1.2.3.dist-info/RECORD",
        "Tidy.Words-1.2.3.dist-info/licenses/LICENSE",
        "app.py",
        "botocore-1.0.dist-info/METADATA",
        "botocore-1.0.dist-info/RECORD",
        "botocore-1.0.dist-info/licenses/LICENSE",
        "botocore/data/cloudfront/2020-05-31/service-2.json",
        "botocore/data/dynamodb/2012-08-10/service-2.json",
        "botocore/data/endpoints.json",
        "chalice/__init__.py",
        "chalice/app.py",
        "chalicelib/__init__.py",
        "chalicelib/static/widget/widget.1a2b.js",
        "tidy/native.cpython-311-aarch64-linux-gnu.so",
        "tidy/other.abi3.so",
    ]


@pytest.mark.parametrize(
    ("name", "source"), [("__pycache__/app.cpython-311.pyc", "app.py"), ("tidy/words.pyc", "tidy/words.py")]
)
def test_bytecode_is_loaded_without_checking_its_source(tmp_path: Path, name: str, source: str) -> None:
    files, _ = archive.read(shrunk(tmp_path / "a.zip", packaged()))

    head, code = files[name][:16], marshal.loads(files[name][16:])  # noqa: S302  our own
    assert head[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(head[4:8], "little") == 0b01, "by its hash, unchecked"
    assert head[8:] == importlib.util.source_hash(packaged()[source])
    assert code.co_filename == f"/var/task/{source}"


def test_the_record_of_a_package_lists_only_the_remaining_files(tmp_path: Path) -> None:
    files, _ = archive.read(shrunk(tmp_path / "a.zip", packaged()))

    [tidy] = [package for package in contents.packages(files) if package.name == "tidy-words"]
    hashes = {name: contents.hash_of(files[name]) for name in tidy.record if not name.endswith("RECORD")}
    assert "tidy/words.pyc" in hashes
    assert dict(tidy.record) == hashes | {f"{tidy.folder}/RECORD": ""}


def test_a_service_model_is_kept_without_its_documentation() -> None:
    name = "botocore/data/ssm/2014-11-06/service-2.json.gz"
    shapes = {
        "Notes": {"type": "structure", "documentation": "<p>Words</p>", "members": {"documentation": {"shape": "Text"}}}
    }
    expected = gzip.compress(json.dumps({"documentation": "<p>More</p>", "shapes": shapes}).encode())

    kept = json.loads(gzip.decompress(contents.pruned({name: expected})[name]))

    assert kept == {"shapes": {"Notes": {"type": "structure", "members": {"documentation": {"shape": "Text"}}}}}


def test_the_same_files_make_the_same_bundle_in_any_order_and_with_any_dates(tmp_path: Path) -> None:
    one = shrunk(tmp_path / "one.zip", packaged())
    other = shrunk(tmp_path / "other.zip", dict(reversed(packaged().items())), date=(1999, 1, 1, 0, 0, 0))

    assert one.read_bytes() == other.read_bytes()


def test_all_files_in_a_bundle_have_the_same_date_and_mode(tmp_path: Path) -> None:
    with zipfile.ZipFile(shrunk(tmp_path / "a.zip", packaged())) as made:
        facts = {(each.date_time, each.external_attr >> 16, each.create_system) for each in made.infolist()}

        assert facts == {((1980, 1, 1, 0, 0, 0), 0o100644, 3)}
        assert made.namelist() == sorted(made.namelist())


def test_a_correct_package_has_no_problems() -> None:
    assert wrong() == []


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("moto/core.py", b"", "moto/core.py is not expected"),
        ("chalicelib/.settings.py.swp", b"", "chalicelib/.settings.py.swp is not expected"),
        ("chalicelib/static/notes.txt", b"", "chalicelib/static/notes.txt is not expected"),
        ("tidy/words.py", b"import os\n", "tidy/words.py does not match its package's RECORD"),
        (
            "tidy/other.abi3.so",
            elf(62),
            "tidy/other.abi3.so is not built for arm64",
        ),
        (
            "tidy/words.cpython-312-aarch64-linux-gnu.so",
            elf(183),
            "tidy/words.cpython-312-aarch64-linux-gnu.so is not built for Python 3.11",
        ),
        ("tidy/words.so", elf(183), "tidy/words.so is not built for Python 3.11"),
        ("tidy/other.abi3.so", b"text", "tidy/other.abi3.so is not built for arm64"),
    ],
    ids=["stranger", "hidden", "notes", "changed", "machine", "python", "no tag", "no module"],
)
def test_unexpected_files_are_named(name: str, data: bytes, expected: str) -> None:
    assert expected in wrong(**{name: data})


def test_packages_that_are_not_pinned_are_named() -> None:
    files = {**packaged(), **distribution("pip", "26.2", {})}

    found = [*contents.problems(files, "tidy-words==1.2.4\nnh3==0.3\nbotocore==1.0", "arm64", "311")]

    assert found == [
        "nh3 0.3 is missing",
        "pip 26.2 is included, but not in requirements.txt",
        "tidy-words 1.2.3 is included, but requirements.txt pins 1.2.4",
    ]


@pytest.mark.parametrize("line", ["boto3", "boto3>=1", "boto3==1.*", "-r more.txt"])
def test_a_requirement_that_is_not_pinned_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="is not pinned"):
        contents.pins(f"nh3==0.3.8\n{line}\n")


def test_a_refused_package_is_not_left_in_the_deployment_folder(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", packaged(**{"moto/core.py": b""}))

    with pytest.raises(BundleError, match=r"moto/core\.py is not expected"):
        bundle.shrink(path, REQUIREMENTS, "arm64")

    assert not path.exists()


def test_a_bundle_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shrunk(tmp_path / "a.zip", packaged())
    monkeypatch.setattr(bundle, "MAX_SIZE", path.stat().st_size - 1)

    with pytest.raises(BundleError, match=r"are allowed"):
        bundle.finished(path, ROOT, "arm64")


def test_the_inventory_names_each_package_with_its_licence(tmp_path: Path) -> None:
    files, _ = archive.read(shrunk(tmp_path / "a.zip", packaged()))

    listed = json.loads(inventory(files, "1.0", "ab" * 32))

    packages = [each for each in listed["components"] if each["purl"].startswith("pkg:pypi/")]
    expected = {each["name"]: (each["version"], each["licenses"]) for each in packages}
    assert expected["tidy-words"] == ("1.2.3", [{"license": {"name": "MIT"}}])
    assert expected["botocore"] == ("1.0", [{"expression": "Apache-2.0"}])
    assert set(expected) == {"tidy-words", "botocore", "chalice"}


ALONE = """
import importlib, json, pkgutil, sys
import app, chalicelib
for each in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(each.name)
from chalicelib.core.crypto import signing
from chalicelib.core.text import markdown
from chalicelib.runtime import new_client
new_client()
event = json.loads(sys.stdin.read())
print(json.dumps([app.app(each, None) for each in event]))
"""


def alone(folder: Path, *events: object) -> list[dict[str, object]]:
    """The bundle's response in a process that can import nothing else."""
    environment = {
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_LAMBDA_FUNCTION_NAME": "afterword-dev",
        "AFTERWORD_SECRET": SECRET,
    }
    command = [sys.executable, "-S", "-c", ALONE]
    sent = json.dumps(events)
    done = subprocess.run(command, input=sent, env=environment, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603  our own interpreter
    answers: list[dict[str, object]] = json.loads(done.stdout.splitlines()[-1])
    return answers


def natives(files: dict[str, bytes]) -> set[str]:
    return {name for name in files if name.endswith(".so")}


@pytest.fixture(scope="module", params=[*contents.MACHINES])
def twice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Bundle]:
    """The bundle of an architecture, built from two clean copies; one has temporary files of an editor and Python."""
    made = []
    for umask in (0o022, 0o077):
        root = tmp_path_factory.mktemp(f"{request.param}-{umask:o}")
        bundle.copy_project(ROOT, root)
        bundle.choose_architecture(root, "dev", request.param)
        (root / "chalicelib" / "__pycache__").mkdir()
        (root / "chalicelib" / "__pycache__" / "settings.cpython-311.pyc").write_bytes(umask.to_bytes(2, "little"))
        for path in root.rglob("*.py"):
            path.chmod(0o666 & ~umask)
        made.append(make(root, "dev"))
    return made[0], made[1]


@pytest.mark.slow
def test_two_bundles_of_the_same_sources_are_identical(twice: tuple[Bundle, Bundle]) -> None:
    one, other = twice

    assert one.sha256 == other.sha256
    assert one.inventory.read_text() == other.inventory.read_text()
    assert one.size <= bundle.MAX_SIZE


@pytest.mark.slow
def test_an_existing_bundle_is_reused(twice: tuple[Bundle, Bundle]) -> None:
    one, _ = twice
    root = one.path.parents[2]
    before = one.path.stat().st_mtime_ns

    again = make(root, "dev")

    assert (again, again.path.stat().st_mtime_ns) == (one, before)


@pytest.mark.slow
def test_architectures_differ_only_in_native_modules(twice: tuple[Bundle, Bundle], tmp_path: Path) -> None:
    made, _ = twice
    files, _ = archive.read(made.path)
    other = {"arm64": "x86_64", "x86_64": "arm64"}[made.architecture]
    root = tmp_path / "copy"
    root.mkdir()
    bundle.copy_project(ROOT, root)

    foreign, _ = archive.read(make(root, "dev", other).path)

    differing = {name for name in files.keys() & foreign.keys() if files[name] != foreign[name]}
    assert files.keys() - natives(files) == foreign.keys() - natives(foreign)
    assert [name for name in differing if not re.search(r"\.so$|/RECORD$|/sboms/", name)] == []
    assert len(natives(files)) == len(natives(foreign)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("twice", [HERE], indirect=True)  # native modules of the other don't run
def test_the_bundle_contains_everything_it_needs(twice: tuple[Bundle, Bundle], tmp_path: Path) -> None:
    made, _ = twice
    with zipfile.ZipFile(io.BytesIO(made.path.read_bytes())) as unpacked:
        unpacked.extractall(tmp_path)

    health, described, unknown = alone(
        tmp_path,
        rest_event("GET", "/healthz"),
        rest_event("GET", "/openapi.json"),
        rest_event("GET", "/v1/moderation/queue"),
    )

    assert health["body"] == '{"status":"ok"}'
    assert (described["statusCode"], unknown["statusCode"]) == (200, 401)
