"""The moderator's page.  It names its files by relative addresses, which hold below any prefix."""

import re
from functools import cache

from .assets import STATIC, AnyQuery, names
from .http.endpoints import Answer, Call, Topic

topic = Topic(__name__)

HTML = "text/html; charset=utf-8"
NAMED = re.compile(r"(?<=\bassets/)[\w-]+\.(?:css|json|js|webmanifest)")  # how a page's source names a file

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@topic.endpoint(
    "GET",
    "/moderate",
    query=AnyQuery,
    answers={200: "The page."},
    media=HTML,
    policy=PAGE_POLICY,
)
def console(_call: Call) -> Answer:
    """Get the page on which moderators work.  It holds nothing: its script asks this API."""
    return Answer(_page("moderate.html"), media=HTML)


@cache
def _page(file: str) -> str:
    """A page's source, with its files under the names that they are served by."""
    served = names()
    return NAMED.sub(lambda named: served[named[0]], (STATIC / file).read_text(encoding="utf-8"))
