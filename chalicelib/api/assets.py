"""The files that pages are made of: the widget's on others' sites, the console's on ours.

``widget.js`` and ``count.js`` are what a site's author writes down, so their names stay and their content
is asked for again.  All else is served under ``assets/``, by a name with the hash of its content in it,
``composer.3f2a91bc.js``, so that a browser may keep it for good.  The widget's build names its files
so itself, in ``static/widget/assets/``; those directly in ``static/`` get such a name here.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ConfigDict

from ..core.errors import NotFound
from .http.endpoints import Answer, Call, Topic
from .http.parsing import JSON, Query

topic = Topic(__name__)

STATIC = Path(__file__).parents[1] / "static"
WIDGET = "widget"  # the folder of what the widget's build makes
SCRIPT = "text/javascript; charset=utf-8"
MEDIA = {".css": "text/css; charset=utf-8", ".js": SCRIPT, ".json": JSON, ".webmanifest": "application/manifest+json"}
FOREVER = "public, max-age=31536000, immutable"  # a year: as long as any cache promises
BRIEFLY = "public, max-age=300, stale-while-revalidate=86400"  # a page that has an old one has its assets, too
WORKERS = {  # they may ask this service, and serve the page beside the folder that they lie in
    "moderate-worker.js": {
        "Service-Worker-Allowed": "../moderate",
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    }
}
HASH = 8  # characters of a name's hash


@dataclass(frozen=True)
class Asset:
    """A file as it is served: ``name`` is that of the file with the hash in it."""

    file: str
    name: str
    text: str
    media: str


class AnyQuery(Query):
    """What is unknown is ignored: a page may ask for a script again by a parameter of its own."""

    model_config = ConfigDict(extra="ignore")


@topic.endpoint(
    "GET",
    "/widget.js",
    query=AnyQuery,
    answers={200: "The script."},
    memo=True,
    media=SCRIPT,
    caching=BRIEFLY,
)
def widget_script(_call: Call) -> Answer:
    """Get the script that shows a post's comments on a page; it names its other files below `assets`."""
    return Answer(_entry("widget.js"))


@topic.endpoint(
    "GET",
    "/count.js",
    query=AnyQuery,
    answers={200: "The script."},
    memo=True,
    media=SCRIPT,
    caching=BRIEFLY,
)
def count_script(_call: Call) -> Answer:
    """Get the script that shows how many comments posts have."""
    return Answer(_entry("count.js"))


@topic.endpoint(
    "GET",
    "/assets/{name}",
    answers={200: "The file, of the type that its name says."},
    refusals=(NotFound,),
    media="*/*",
    caching=FOREVER,
)
def asset(call: Call) -> Answer:
    """Get a file of a page or of the widget; its name holds the hash of its content."""
    found = _assets().get(call.incoming.path["name"])
    if found is None:
        raise NotFound
    return Answer(found.text, media=found.media, headers=WORKERS.get(found.file, {}))


@cache
def _entry(file: str) -> str:
    return (STATIC / WIDGET / file).read_text(encoding="utf-8")


@cache
def _assets() -> dict[str, Asset]:
    return listed(STATIC)


def names() -> dict[str, str]:
    """File → the name that it is served by."""
    return {asset.file: asset.name for asset in _assets().values()}


def listed(folder: Path) -> dict[str, Asset]:
    """All files, by the names that they are served by: nothing that is not named here leaves."""
    built = [_asset(file, file.name) for file in _files(folder / WIDGET / "assets")]
    ours = [_asset(file, _hashed(file)) for file in _files(folder)]
    return {asset.name: asset for asset in [*built, *ours]}


def _files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.suffix in MEDIA and file.is_file()]


def _asset(file: Path, name: str) -> Asset:
    return Asset(file.name, name, file.read_text(encoding="utf-8"), MEDIA[file.suffix])


def _hashed(file: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:HASH]
    return f"{file.stem}.{digest}{file.suffix}"
