"""The newest comments: of the site as JSON, of the site or a post as an Atom feed."""

from typing import Annotated
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from pydantic import AfterValidator, Field

from ...core.drafts import PostKey
from ...core.errors import Invalid
from ...core.posts import post_link
from ...core.public import LatestComment
from ...core.text.sanitize import HIDDEN
from ...core.times import EPOCH, iso
from ...store.room import Room
from ...store.threads import List
from ..http.endpoints import Call, Router, ViewResponse
from ..http.pagination import count_fitting, rounded
from ..http.parsing import Number, Query
from .schemas import ResponseModel

router = Router(__name__)

ATOM = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
FEED_SIZE = 50  # entries
MAX_LATEST = 50  # comments
MAX_SORTED = 500  # comments of a post, as far as there is room, among which the last published ones are found


class LatestQuery(Query):
    """The number of comments."""

    limit: Annotated[
        Number,
        Field(ge=1, le=MAX_LATEST, description="It is rounded down to 1, 2, 5, 10, 25 or 50."),
        AfterValidator(rounded),
    ] = 10


class FeedQuery(Query):
    """The post, or none for the whole site."""

    post: PostKey | None = None


class LatestComments(ResponseModel):
    """The newest comments of the site."""

    comments: list[LatestComment]


@router.endpoint(
    "GET", "/v1/latest", query=LatestQuery, responses={200: LatestComments}, refusals=(Invalid,), cached=True
)
def latest(call: Call) -> LatestComments:
    """List the newest comments of the site."""
    comments = call.runtime.threads.latest(call.query.limit)
    return LatestComments(
        comments=comments[: count_fitting([len(each.model_dump_json().encode()) for each in comments])]
    )


@router.endpoint(
    "GET",
    "/v1/feed.atom",
    query=FeedQuery,
    responses={200: "An Atom feed."},
    refusals=(Invalid,),
    cached=True,
    media=ATOM,
)
def feed(call: Call) -> ViewResponse:
    """Get an Atom feed of the newest comments of the site or of a post."""
    post = call.query.post
    comments = _of_post(call, post) if post else call.runtime.threads.latest(FEED_SIZE)
    entries = [_entry(call, comment) for comment in comments]
    serialized = [tostring(entry, encoding="unicode") for entry in entries]
    most = count_fitting([len(text.encode()) for text in serialized])
    return ViewResponse(_feed(call, post, comments[:most], entries[:most]), media=ATOM)


def _of_post(call: Call, post: str) -> list[LatestComment]:
    """The last published comments of a post.  Of a long post, only the newest threads are read."""
    room = Room()
    call.runtime.places.in_post(post, None, room)
    comments = call.runtime.threads.newest(List(post, MAX_SORTED, room))
    fields = set(LatestComment.model_fields)
    public = [LatestComment(**comment.model_dump(include=fields)) for comment in comments if comment.published]
    return sorted(public, key=lambda comment: comment.published, reverse=True)[:FEED_SIZE]


def _feed(call: Call, post: str | None, comments: list[LatestComment], entries: list[Element]) -> str:
    base, query = _base(call), f"?post={quote(post)}" if post else ""
    root = Element("feed", xmlns=NAMESPACE)
    _text(root, "id", _tag(call, f"feed/{post or ''}"))
    _text(root, "title", f"Comments on {post}" if post else "Comments")
    _text(root, "updated", max(map(_updated, comments), default=iso(EPOCH)))
    SubElement(root, "link", rel="self", type="application/atom+xml", href=f"{base}/v1/feed.atom{query}")
    where = post_link(call.runtime.settings.site, post) if post else call.runtime.settings.site
    SubElement(root, "link", rel="alternate", type="text/html", href=where or f"{base}/thread{query}")
    root.extend(entries)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")


def _entry(call: Call, comment: LatestComment) -> Element:
    entry, name = Element("entry"), comment.name or "Anonymous"
    _text(entry, "id", _tag(call, f"comment/{comment.id}"))
    _text(entry, "title", f"{name} on {comment.post}")
    _text(entry, "published", comment.published)
    _text(entry, "updated", _updated(comment))
    author = SubElement(entry, "author")
    _text(author, "name", name)
    if comment.link:
        _text(author, "uri", comment.link)
    where = post_link(call.runtime.settings.site, comment.post) or f"{_base(call)}/thread?post={quote(comment.post)}"
    SubElement(entry, "link", rel="alternate", type="text/html", href=f"{where}#comment-{comment.id}")
    _text(entry, "content", comment.html).set("type", "html")
    return entry


def _updated(comment: LatestComment) -> str:
    """The time of the last change.  A comment that was edited while it was held is new when published."""
    return max(comment.edited or "", comment.published)


def _text(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = HIDDEN.sub("", text)  # a post key may contain characters that XML forbids
    return child


def _base(call: Call) -> str:
    return call.runtime.settings.url or call.request.base


def _tag(call: Call, what: str) -> str:
    """A stable id that does not depend on the URL of the service (RFC 4151)."""
    host = urlsplit(call.runtime.settings.site or _base(call)).hostname or "localhost"
    return f"tag:{host},2026:{quote(what)}"
