"""Which files of Chalice's package go to Lambda: pure functions over names and bytes.

Every file has to be the project's own, or to belong to a pinned package and match that package's ``RECORD``.
"""

import base64
import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser

Files = Mapping[str, bytes]

SERVICES = ("cloudfront", "dynamodb", "sns", "ssm")  # services that the function calls
SDK_DATA = "botocore/data/"
INTERFACE = re.compile(rf"{SDK_DATA}[^/]+/[^/]+/service-2\.json\.gz")
UNUSED = (
    "boto3/",  # the function uses botocore: docs/decisions/dependencies.md
    "boto3-",
    "s3transfer/",
    "s3transfer-",
    "chalicelib/__main__.py",
    "chalicelib/cli/",
    "chalicelib/importers/",
    "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",  # the system has its own
    "pydantic/mypy.py",
    "pydantic/v1/",
    "urllib3/contrib/emscripten/",
)
UNUSED_ENDINGS = (".c", ".pyi", ".rst", "/py.typed")
LEGAL = re.compile(r"METADATA|RECORD|(LICEN[CS]E|NOTICE|COPYING|AUTHORS).*|(licenses|sboms)/.*", re.IGNORECASE)
OWN_CODE = re.compile(r"app\.py|chalice/(app|__init__)\.py|chalicelib/([a-z_]+/)*[a-z_]+\.py")
OWN = re.compile(rf"{OWN_CODE.pattern}|chalicelib/static/(\w+/)*\w[\w.-]*\.(css|html|js|json|webmanifest)")
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.!+_-]+)")
HASH = re.compile(r"(\s|\\\n)+--hash=sha256:[0-9a-f]{64}")
CACHED = re.compile(r"(.*/)?__pycache__/.*")

MACHINES = {"x86_64": 62, "arm64": 183}  # e_machine of an ELF header
ELF, MACHINE_AT = b"\x7fELF", slice(18, 20)
NATIVE = re.compile(r".*\.so(\.[0-9.]+)?")
TAG = re.compile(r".*\.(cpython-(?P<python>\d+)-[\w-]+|abi3)\.so")


@dataclass(frozen=True)
class Package:
    """An installed distribution.  ``record``: name → SHA-256 of each file, as in ``RECORD``."""

    name: str
    version: str
    folder: str
    about: Message
    record: Mapping[str, str]


def canonical(name: str) -> str:
    """A distribution's normalized name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(requirements: str) -> dict[str, str]:
    """Name → version of each requirement, whether or not hashes follow it.

    Raises:
        ValueError: a requirement is not pinned.
    """
    lines = [line.partition(" #")[0].strip() for line in HASH.sub("", requirements).splitlines()]
    found: dict[str, str] = {}
    for line in filter(None, lines):
        if line.startswith("#"):
            continue
        pin = PIN.fullmatch(line)
        if not pin:
            raise ValueError(f"requirements.txt: {line!r} is not pinned as in name==1.2.3")
        found[canonical(pin["name"])] = pin["version"]
    return found


def packages(files: Files) -> list[Package]:
    """All distributions, sorted by name."""
    folders = sorted(
        name.removesuffix("/METADATA") for name in files if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)
    )
    return sorted((_package(files, folder) for folder in folders), key=lambda package: package.name)


def _package(files: Files, folder: str) -> Package:
    about = BytesParser().parsebytes(files[f"{folder}/METADATA"], headersonly=True)
    rows = csv.reader(io.StringIO(files.get(f"{folder}/RECORD", b"").decode()))
    record = {row[0]: row[1] for row in rows if row}
    return Package(canonical(about["Name"]), about["Version"], folder, about, record)


def is_needed(name: str, versions: Mapping[str, str]) -> bool:
    """Whether Lambda needs a file.  ``versions``: service → the version of its API that is called."""
    if name.startswith(UNUSED) or name.endswith(UNUSED_ENDINGS) or CACHED.fullmatch(name):
        return False
    if ".dist-info/" in name:
        return LEGAL.fullmatch(name.partition(".dist-info/")[2]) is not None
    if name.startswith(SDK_DATA) and name.count("/") > SDK_DATA.count("/"):
        service, version = name.split("/")[2:4]
        return versions.get(service) == version
    return True


def latest(names: Iterable[str]) -> dict[str, str]:
    """Service → the newest version of its API, which is the one that the SDK uses."""
    found: dict[str, str] = {}
    for service, version in _interfaces(names):
        if service in SERVICES:
            found[service] = max(version, found.get(service, ""))
    return found


def _interfaces(names: Iterable[str]) -> Iterator[list[str]]:
    return (
        name.split("/")[2:4] for name in names if name.startswith(SDK_DATA) and name.count("/") > SDK_DATA.count("/")
    )


def pruned(files: Files) -> dict[str, bytes]:
    """The files that Lambda needs."""
    versions = latest(files)
    needed = {name: data for name, data in files.items() if is_needed(name, versions)}
    return {name: _without_documentation(data) if INTERFACE.fullmatch(name) else data for name, data in needed.items()}


def _without_documentation(packed: bytes) -> bytes:
    """A description of a service's API without its documentation: a cold start reads the whole file."""
    described = json.loads(gzip.decompress(packed), object_pairs_hook=_undocumented)
    return gzip.compress(json.dumps(described, separators=(",", ":")).encode(), mtime=0)


def _undocumented(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Drop documentation; a part of the API with that name is not a string."""
    return {name: value for name, value in pairs if not (name == "documentation" and isinstance(value, str))}


def recorded(files: Files) -> dict[str, bytes]:
    """The files, with each package's ``RECORD`` updated: only what is left, and bytecode instead of source."""
    return {**files, **{f"{package.folder}/RECORD": _record(package, files) for package in packages(files)}}


def _record(package: Package, files: Files) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    own = f"{package.folder}/RECORD"
    now = {f"{name}c" if name.endswith(".py") else name for name in package.record}
    for name in sorted(name for name in now if name in files and name != own):
        rows.writerow([name, hash_of(files[name]), len(files[name])])
    rows.writerow([own, "", ""])
    return text.getvalue().encode()


def hash_of(data: bytes) -> str:
    """The SHA-256 of a file, as written in ``RECORD``."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def problems(files: Files, requirements: str, architecture: str, python: str) -> Iterator[str]:
    """What is wrong with the contents.  ``python`` is written as in file names: 311."""
    found = packages(files)
    yield from _wrong_versions(pins(requirements), {package.name: package.version for package in found})
    yield from _unexpected(files, found)
    for name in sorted(name for name in files if NATIVE.fullmatch(name)):
        yield from _wrong_platform(name, files[name], architecture, python)


def _wrong_versions(wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield f"{name} {wanted[name]} is missing"
        elif name not in wanted:
            yield f"{name} {found[name]} is included, but not in requirements.txt"
        elif wanted[name] != found[name]:
            yield f"{name} {found[name]} is included, but requirements.txt pins {wanted[name]}"


def _unexpected(files: Files, found: Iterable[Package]) -> Iterator[str]:
    record = {name: digest for package in found for name, digest in package.record.items()}
    for name in sorted(name for name in files if not CACHED.fullmatch(name)):
        if name not in record:
            if not OWN.fullmatch(name):
                yield f"{name} is not expected"
        elif record[name] and record[name] != hash_of(files[name]):
            yield f"{name} does not match its package's RECORD"


def _wrong_platform(name: str, data: bytes, architecture: str, python: str) -> Iterator[str]:
    machine = int.from_bytes(data[MACHINE_AT], "little")
    if not data.startswith(ELF) or machine != MACHINES[architecture]:
        yield f"{name} is not built for {architecture}"
    tag = TAG.fullmatch(name)
    if not tag or tag["python"] not in (None, python):
        yield f"{name} is not built for Python {python[0]}.{python[1:]}"
