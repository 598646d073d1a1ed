"""The moderator's page, and the files that pages of ours are made of.

A file in ``static/`` is served under a name with the hash of its content, ``moderate.3f2a91bc.js``, so
that a browser may keep it for good.  Pages name it by a relative address, which holds below any prefix.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ConfigDict

from ..core.refusals import NotFound
from .endpoints import Answer, Call, Topic
from .parsing import Query

topic = Topic(__name__)

STATIC = Path(__file__).parents[1] / "static"
MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
HTML = "text/html; charset=utf-8"
FOREVER = "public, max-age=31536000, immutable"  # a year: as long as any cache promises
HASH = 8  # characters of a name's hash
NAMED = re.compile(r"(?<=\bassets/)[\w-]+\.(?:css|js)")  # how a page's source names a file

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Asset:
    """A file as it is served: ``name`` is that of the file with the hash in it."""

    file: str
    name: str
    text: str
    media: str


class PageQuery(Query):
    """What is unknown is ignored: messengers add parameters of their own to links."""

    model_config = ConfigDict(extra="ignore")


@topic.endpoint(
    "GET",
    "/moderate",
    query=PageQuery,
    answers={200: "The page."},
    media=HTML,
    policy=PAGE_POLICY,
)
def console(_call: Call) -> Answer:
    """Get the page on which moderators work.  It holds nothing: its script asks this API."""
    return Answer(_page("moderate.html"), media=HTML)


@topic.endpoint(
    "GET",
    "/assets/{name}",
    answers={200: "The file, of the type that its name says."},
    refusals=(NotFound,),
    media="text/*",
)
def asset(call: Call) -> Answer:
    """Get a script or stylesheet of a page; its name holds the hash of its content."""
    found = _assets().get(call.incoming.path["name"])
    if found is None:
        raise NotFound
    return Answer(found.text, media=found.media, headers={"Cache-Control": FOREVER})


@cache
def _page(file: str) -> str:
    """A page's source, with its files under the names that they are served by."""
    served = {asset.file: asset.name for asset in _assets().values()}
    return NAMED.sub(lambda named: served[named[0]], (STATIC / file).read_text(encoding="utf-8"))


@cache
def _assets() -> dict[str, Asset]:
    """All files, by the names that they are served by."""
    found = [_asset(file) for file in sorted(STATIC.iterdir()) if file.suffix in MEDIA]
    return {asset.name: asset for asset in found}


def _asset(file: Path) -> Asset:
    text = file.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()[:HASH]
    return Asset(file.name, f"{file.stem}.{digest}{file.suffix}", text, MEDIA[file.suffix])
