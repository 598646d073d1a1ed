"""The moderation console, a static page.  Its relative links work below any path prefix."""

import re
from functools import cache

from .assets import STATIC, AnyQuery, public_names
from .http.endpoints import HTML, Call, Router, ViewResponse

router = Router(__name__)

ASSET_LINK = re.compile(r"(?<=\bassets/)[\w-]+\.(?:css|json|js|webmanifest)")  # in the source of a page

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.endpoint(
    "GET",
    "/moderate",
    query=AnyQuery,
    responses={200: "The page."},
    media=HTML,
    policy=PAGE_POLICY,
)
def console(_call: Call) -> ViewResponse:
    """Get the moderation console.  The page contains no data: its script calls this API."""
    return ViewResponse(_page("moderate.html"), media=HTML)


@cache
def _page(file: str) -> str:
    """A page with links to the public names of its files."""
    names = public_names()
    return ASSET_LINK.sub(lambda match: names[match[0]], (STATIC / file).read_text(encoding="utf-8"))
