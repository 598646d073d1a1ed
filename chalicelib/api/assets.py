"""Static files of the widget and of the moderation console.

Pages of other sites refer to ``widget.js`` and ``count.js``, so their names are fixed and browsers
revalidate them; a CDN keeps them for a day, and a deployment invalidates them there.  All other files are
served below ``assets/`` under names that contain a hash of their content, such as ``composer.3f2a91bc.js``,
and are cached indefinitely.  The build of the widget names its files so in ``static/widget/assets/``; files
directly in ``static/`` get such names here.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ConfigDict

from ..core.errors import NotFound
from .http.endpoints import Call, Router, ViewResponse
from .http.parsing import JSON, Query

router = Router(__name__)

STATIC = Path(__file__).parents[1] / "static"
WIDGET = "widget"  # the output folder of the widget build
SCRIPT = "text/javascript; charset=utf-8"
MEDIA = {".css": "text/css; charset=utf-8", ".js": SCRIPT, ".json": JSON, ".webmanifest": "application/manifest+json"}
IMMUTABLE = "public, max-age=31536000, immutable"  # a year, the usual maximum
REVALIDATED = "public, max-age=300, s-maxage=86400, stale-while-revalidate=86400"  # in a CDN until it is invalidated
WORKERS = {  # headers of service workers: they may call the API, and control a page above their folder
    "moderate-worker.js": {
        "Service-Worker-Allowed": "../moderate",
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    }
}
HASH_LENGTH = 8  # characters


@dataclass(frozen=True)
class Asset:
    """A static file.  ``name`` is its public name, which contains the hash."""

    file: str
    name: str
    text: str
    media: str


class AnyQuery(Query):
    """Any query string: unknown parameters are ignored, as pages may add one to bypass caches."""

    model_config = ConfigDict(extra="ignore")


@router.endpoint(
    "GET",
    "/widget.js",
    query=AnyQuery,
    responses={200: "The script."},
    cached=True,
    media=SCRIPT,
    caching=REVALIDATED,
)
def widget_script(_call: Call) -> ViewResponse:
    """Get the script of the widget, which shows the comments of a post."""
    return ViewResponse(_entry("widget.js"))


@router.endpoint(
    "GET",
    "/count.js",
    query=AnyQuery,
    responses={200: "The script."},
    cached=True,
    media=SCRIPT,
    caching=REVALIDATED,
)
def count_script(_call: Call) -> ViewResponse:
    """Get the script that shows the number of comments of each post."""
    return ViewResponse(_entry("count.js"))


@router.endpoint(
    "GET",
    "/assets/{name}",
    responses={200: "The file. Its content type follows from its name."},
    refusals=(NotFound,),
    media="*/*",
    caching=IMMUTABLE,
)
def asset(call: Call) -> ViewResponse:
    """Get a static file of the widget or of the console."""
    found = _assets().get(call.request.path["name"])
    if found is None:
        raise NotFound
    return ViewResponse(found.text, media=found.media, headers=WORKERS.get(found.file, {}))


@cache
def _entry(file: str) -> str:
    return (STATIC / WIDGET / file).read_text(encoding="utf-8")


@cache
def _assets() -> dict[str, Asset]:
    return find_assets(STATIC)


def public_names() -> dict[str, str]:
    """File name → public name."""
    return {asset.file: asset.name for asset in _assets().values()}


def find_assets(folder: Path) -> dict[str, Asset]:
    """The files that may be served, by public name."""
    built = [_asset(file, file.name) for file in _files(folder / WIDGET / "assets")]
    others = [_asset(file, _hashed_name(file)) for file in _files(folder)]
    return {asset.name: asset for asset in [*built, *others]}


def _files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.suffix in MEDIA and file.is_file()]


def _asset(file: Path, name: str) -> Asset:
    return Asset(file.name, name, file.read_text(encoding="utf-8"), MEDIA[file.suffix])


def _hashed_name(file: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:HASH_LENGTH]
    return f"{file.stem}.{digest}{file.suffix}"
