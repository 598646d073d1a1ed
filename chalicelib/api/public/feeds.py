"""The newest comments: of the site as JSON, of the site or a post as an Atom feed."""

from typing import Annotated
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from pydantic import Field

from ...core.drafts import PostKey
from ...core.errors import Invalid
from ...core.posts import post_link
from ...core.public import LatestComment
from ...core.text.sanitize import HIDDEN
from ...core.times import EPOCH, iso
from ..http.endpoints import Answer, Call, Topic
from ..http.pagination import fitting
from ..http.parsing import Number, Query
from .schemas import Out

topic = Topic(__name__)

ATOM = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
FEED_SIZE = 50  # entries
MAX_LATEST = 50  # comments
MAX_SORTED = 500  # comments of a post, newest threads first, among which the last published are looked for


class LatestQuery(Query):
    """How many."""

    limit: Annotated[Number, Field(ge=1, le=MAX_LATEST)] = 10


class FeedQuery(Query):
    """Of one post, or of the whole site."""

    post: PostKey | None = None


class Latest(Out):
    """What was published last, on all posts."""

    comments: list[LatestComment]


@topic.endpoint("GET", "/v1/latest", query=LatestQuery, answers={200: Latest}, refusals=(Invalid,), memo=True)
def latest(call: Call) -> Latest:
    """List what was published last, on all posts."""
    comments = call.runtime.threads.latest(call.query.limit)
    return Latest(comments=comments[: fitting([len(each.model_dump_json().encode()) for each in comments])])


@topic.endpoint(
    "GET",
    "/v1/feed.atom",
    query=FeedQuery,
    answers={200: "An Atom feed."},
    refusals=(Invalid,),
    memo=True,
    media=ATOM,
)
def feed(call: Call) -> Answer:
    """Follow a post, or the whole site, as an Atom feed, by the time of publication."""
    post = call.query.post
    comments = _of_post(call, post) if post else call.runtime.threads.latest(FEED_SIZE)
    entries = [_entry(call, comment) for comment in comments]
    whole = [tostring(entry, encoding="unicode") for entry in entries]
    shown = fitting([len(text.encode()) for text in whole])
    return Answer(_feed(call, post, comments[:shown], entries[:shown]), media=ATOM)


def _of_post(call: Call, post: str) -> list[LatestComment]:
    """The last published of a post: exact up to MAX_SORTED comments, of its newest threads beyond."""
    rows = call.runtime.threads.newest(post, MAX_SORTED)
    fields = set(LatestComment.model_fields)
    public = [LatestComment(**row.comment.model_dump(include=fields)) for row in rows if row.comment.published]
    return sorted(public, key=lambda comment: comment.published, reverse=True)[:FEED_SIZE]


def _feed(call: Call, post: str | None, comments: list[LatestComment], entries: list[Element]) -> str:
    base, asked = _base(call), f"?post={quote(post)}" if post else ""
    root = Element("feed", xmlns=NAMESPACE)
    _text(root, "id", _tag(call, f"feed/{post or ''}"))
    _text(root, "title", f"Comments on {post}" if post else "Comments")
    _text(root, "updated", max(map(_updated, comments), default=iso(EPOCH)))
    SubElement(root, "link", rel="self", type="application/atom+xml", href=f"{base}/v1/feed.atom{asked}")
    where = post_link(call.runtime.settings.site, post) if post else call.runtime.settings.site
    SubElement(root, "link", rel="alternate", type="text/html", href=where or f"{base}/thread{asked}")
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
    """What was edited while it waited is new when it is published."""
    return max(comment.edited or "", comment.published)


def _text(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = HIDDEN.sub("", text)  # a key may hold what no XML may
    return child


def _base(call: Call) -> str:
    return call.runtime.settings.url or call.incoming.base


def _tag(call: Call, what: str) -> str:
    """An id that stays when the service moves (RFC 4151)."""
    host = urlsplit(call.runtime.settings.site or _base(call)).hostname or "localhost"
    return f"tag:{host},2026:{quote(what)}"
