"""Threads and the comment form as HTML pages, for readers without JavaScript and for search engines.

The modules that render HTML are imported on demand, so that requests to the JSON API never load them.
"""

from typing import TYPE_CHECKING

from pydantic import ConfigDict, Field

from ...core.comments import Status
from ...core.errors import (
    ForeignForm,
    Invalid,
    KeyMissing,
    KeyReused,
    NotFound,
    PostClosed,
    Refusal,
    SortUnavailable,
    TooManyRequests,
)
from ...core.ids import ID, base64url
from ...core.pages import Page
from ...core.posts import Post, post_key, post_link
from ...core.public import PublicComment
from ..http.endpoints import FORM_TYPE, HTML, Call, Router, ViewResponse
from ..http.pagination import DEFAULT_LIMIT, MAX_PAGE, count_fitting, cursor_text
from ..http.problems import status_of
from ..http.request import Request
from ..public.comments import PostQuery, SortedQuery, read_page
from .style import POLICY
from .submitted_form import OPTIONAL_ID, SubmittedForm, check_origin, parse_form

if TYPE_CHECKING:
    from .pages import Entry, PostLinks

router = Router(__name__)

ENVELOPE = 65_536  # bytes of a page apart from its comments; long post keys occur in several links
KEY_BYTES = 16


class ThreadQuery(SortedQuery):
    """A page of a thread.  Unknown parameters are ignored, as other sites add their own to links."""

    model_config = ConfigDict(extra="ignore")


class FormQuery(PostQuery):
    """The post to comment on, or the comment to reply to."""

    model_config = ConfigDict(extra="ignore")

    parent: str = Field(default="", description="The id of the comment to reply to.", json_schema_extra=OPTIONAL_ID)


def error_page(refusal: Refusal, request: Request) -> ViewResponse:
    """Render a refusal as an HTML page."""
    from . import form as form_pages  # noqa: PLC0415

    body = form_pages.error_page(refusal, _links_of(request))
    return ViewResponse(body, status_of(type(refusal)), HTML, _retry_after(refusal))


PAGE = {"media": HTML, "policy": POLICY, "error_page": error_page}


@router.endpoint(
    "GET",
    "/thread",
    query=ThreadQuery,
    responses={200: "The page."},
    refusals=(Invalid, SortUnavailable),
    cached=True,
    **PAGE,
)
def thread_page(call: Call) -> ViewResponse:
    """Get the comments of a post as an HTML page."""
    from . import pages  # noqa: PLC0415

    query: ThreadQuery = call.query
    post, page, sorts = read_page(call, query, DEFAULT_LIMIT)
    links, base = _post_links(call, post), call.runtime.settings.url.rstrip("/") or call.request.base
    entries, following = _fitting(page, _entries(links, page, base))
    part = pages.ThreadPart(query.sort, query.cursor, following, entries, sorts)
    return ViewResponse(pages.thread(links, part, base), media=HTML)


@router.endpoint(
    "GET",
    "/thread/form",
    query=FormQuery,
    responses={200: "The form."},
    refusals=(Invalid, NotFound, PostClosed),
    **PAGE,
)
def thread_form(call: Call) -> ViewResponse:
    """Get the comment form as an HTML page."""
    from . import form as form_pages  # noqa: PLC0415

    query: FormQuery = call.query
    post = call.runtime.posts.get(query.post, consistent=False)
    if post.closed:
        raise PostClosed
    hidden = {
        "post": post.key,
        "parent": query.parent,
        "form": call.runtime.submission.form_token(post.key),
        "key": _new_key(call),
    }
    is_moderated = call.runtime.submission.will_wait(post, call.anonymous_caller, has_javascript=False)
    state = form_pages.FormState(hidden, parent=_parent(call, query), is_moderated=is_moderated)
    return ViewResponse(form_pages.form(_post_links(call, post, root="../"), state), media=HTML)


@router.endpoint(
    "POST",
    "/thread",
    body=SubmittedForm,
    accepts=FORM_TYPE,
    responses={201: "The comment is published.", 202: "The comment is held for a moderator."},
    refusals=(Invalid, ForeignForm, KeyMissing, KeyReused, PostClosed, TooManyRequests),
    **PAGE,
)
def submit_form(call: Call) -> ViewResponse:
    """Submit a comment with the HTML form.  201: it is published.  202: it is held for a moderator.

    If the comment is refused, the response is the form with the submitted values. A form of another site is always
    refused so: its reader sees what they are about to say here, and submits it again if they mean it.
    """
    from . import form as form_pages  # noqa: PLC0415

    fields = parse_form(call.request.body)
    try:
        draft, key = fields.draft(), fields.idempotency_key()
        check_origin(call.request, call.runtime.settings.url)
        comment = call.runtime.submission.submit(draft, call.anonymous_caller, key, has_javascript=False)
    except Refusal as refusal:
        return _form_with_error(call, fields, refusal)
    links = _post_links(call, Post(key=comment.post))
    page = form_pages.result(links, PublicComment.of(comment))
    return ViewResponse(page, 201 if comment.status is Status.PUBLISHED else 202, HTML)


def _form_with_error(call: Call, fields: SubmittedForm, refusal: Refusal) -> ViewResponse:
    """The form with the submitted values.  The table is not read, as it may be unavailable."""
    from . import form as form_pages  # noqa: PLC0415

    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    if "post" in errors:
        raise refusal
    post = post_key(fields.post)
    # A key used for another text, or an invalid one, would be refused again.
    stale = isinstance(refusal, KeyReused) or not ID.fullmatch(fields.key)
    token = "" if "form" in errors else fields.form
    hidden = {
        "post": post,
        "parent": "" if "parent" in errors else fields.parent,
        "form": token or call.runtime.submission.form_token(post),
        "key": _new_key(call) if stale else fields.key,
    }
    values = {"text": fields.text, "name": fields.name, "link": fields.link}
    body = form_pages.form(_post_links(call, Post(key=post)), form_pages.FormState(hidden, values, refusal=refusal))
    return ViewResponse(body, status_of(type(refusal)), HTML, _retry_after(refusal))


def _parent(call: Call, query: FormQuery) -> PublicComment | None:
    """The comment to reply to, if the query names one.

    Raises:
        NotFound: it is not public, not under this post, or does not exist.
    """
    if not query.parent:
        return None
    found = call.runtime.comments.find(query.parent) if ID.fullmatch(query.parent) else None
    if found is None or not found.is_public or found.post != query.post:
        raise NotFound("There is no such comment under this post.")
    return PublicComment.of(found)


def _entries(links: "PostLinks", page: Page, base: str) -> "list[Entry]":
    from .pages import entry  # noqa: PLC0415

    on_page = {None, *(row.comment.id for row in page.rows)}
    return [entry(links, row.comment, base, elsewhere=row.comment.parent not in on_page) for row in page.rows]


def _fitting(page: Page, entries: "list[Entry]") -> "tuple[list[Entry], str]":
    """The entries that fit into one HTML page, and the cursor of the next page, if there is one."""
    most = count_fitting([each.size for each in entries], MAX_PAGE - ENVELOPE)
    shortened = page.shortened(most)
    return entries[: len(shortened.rows)], cursor_text(shortened.next) or ""


def _links_of(request: Request) -> "PostLinks | None":
    """The post of a refused request, if it names one."""
    from .pages import PostLinks  # noqa: PLC0415

    root = "../" if request.route.count("/") > 1 else ""
    try:
        return PostLinks(Post(key=post_key(request.query["post"][0])), root=root)
    except (KeyError, ValueError):
        return None


def _retry_after(refusal: Refusal) -> dict[str, str]:
    after = refusal.parameters.get("retry_after")
    return {"Retry-After": str(after)} if after else {}


def _new_key(call: Call) -> str:
    return base64url(call.runtime.entropy(KEY_BYTES))


def _post_links(call: Call, post: Post, root: str = "") -> "PostLinks":
    from .pages import PostLinks  # noqa: PLC0415

    return PostLinks(post, post_link(call.runtime.settings.site, post.key), root)
