"""The thread and its form as plain HTML, for readers without JavaScript and for search engines.

What writes HTML is imported when it is asked for: the JSON API never loads it.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...core.comments import Status
from ...core.drafts import ID_BOUNDS, KEY_BOUNDS, LINK_BOUNDS, MAX_TITLE, MAX_TOKEN, TEXT_BOUNDS, Draft
from ...core.errors import (
    Invalid,
    KeyMissing,
    KeyReused,
    NotFound,
    PostClosed,
    Refusal,
    SortUnavailable,
    TooManyRequests,
    Unavailable,
)
from ...core.ids import ID, base64url
from ...core.posts import Post, post_key, post_link
from ...core.public import PublicComment
from ...core.text.sanitize import MAX_NAME
from ...store.threads import Page, Place, Sort
from ..http.endpoints import FORM, Answer, Call, Topic
from ..http.pagination import MAX_PAGE, Cursor, cursor, fitting, place, shortened
from ..http.parsing import errors_of
from ..http.problems import BadRequest, status_of
from ..http.request import Incoming
from ..public.comments import DEFAULT_PAGE, OfPost, offered
from .style import POLICY

if TYPE_CHECKING:
    from .pages import About, Entry

topic = Topic(__name__)

HTML = "text/html; charset=utf-8"
ENVELOPE = 65_536  # bytes: the page around its comments; a long key stands in several links
KEY_BYTES = 16
MAX_FIELDS = 100  # of a form, known or not
OPTIONAL_ID: dict[str, Any] = {"pattern": f"^({ID.pattern})?$"}
OPTIONAL_LINK = {**LINK_BOUNDS, "minLength": 0, "pattern": LINK_BOUNDS["pattern"].replace("+$", "*$")}


class ThreadQuery(OfPost):
    """A page of a thread.  What is unknown is ignored: other sites add parameters of their own to links."""

    model_config = ConfigDict(extra="ignore")

    sort: Sort = Sort.NEWEST
    cursor: Cursor = ""


class FormQuery(OfPost):
    """What to write about."""

    model_config = ConfigDict(extra="ignore")

    parent: str = Field(default="", description="The id of the comment to answer.", json_schema_extra=OPTIONAL_ID)


class SentForm(BaseModel):
    """What the form sends.  An empty field is none; anything else is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_extra={"required": ["post", "text", "key"]})

    post: str = Field(default="", description="The key of the post.", json_schema_extra=KEY_BOUNDS)
    parent: str = Field(default="", description="The id of the comment that it answers.", json_schema_extra=OPTIONAL_ID)
    text: str = Field(default="", description="Markdown, at most 10,000 characters.", json_schema_extra=TEXT_BOUNDS)
    name: str = Field(default="", description="At most 80 characters.", json_schema_extra={"maxLength": MAX_NAME})
    link: str = Field(default="", description="A website: http or https.", json_schema_extra=OPTIONAL_LINK)
    form: str = Field(default="", description="The form's token.", json_schema_extra={"maxLength": MAX_TOKEN})
    key: str = Field(
        default="", description="The idempotency key: 22 base64url characters.", json_schema_extra=ID_BOUNDS
    )
    trap: str = Field(default="", description="A field that people don't see.")

    def draft(self) -> Draft:
        """As a draft.

        Raises:
            Invalid: some fields are wrong.
        """
        words = {"text": self.text, "name": self.name.strip() or None, "link": self.link.strip() or None}
        about = {"post": self.post, "parent": self.parent or None}
        try:
            return Draft.model_validate({**words, **about, "form": self.form, "trap": self.trap[:MAX_TITLE]})
        except ValidationError as wrong:
            raise Invalid(errors_of(wrong)) from None

    def idempotency_key(self) -> str:
        """The form's own.

        Raises:
            KeyMissing: there is none.
            Invalid: it is not 22 base64url characters.
        """
        if not self.key:
            raise KeyMissing
        if not ID.fullmatch(self.key):
            raise Invalid({"key": "must be 22 base64url characters"})
        return self.key


def sent(body: bytes) -> SentForm:
    """The fields of a form; of several with one name, the first.

    Raises:
        BadRequest: it is no UTF-8, or has far too many fields.
    """
    try:
        fields = parse_qs(body.decode(), errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise BadRequest from None
    return SentForm.model_validate({name: values[0] for name, values in fields.items()})


def apology(refusal: Refusal, request: Incoming) -> Answer:
    """A refusal as a page."""
    from . import form as form_pages  # noqa: PLC0415

    body = form_pages.apology(refusal, _asked_about(request))
    return Answer(body, status_of(type(refusal)), HTML, _retry(refusal))


PAGE = {"media": HTML, "policy": POLICY, "apology": apology}


@topic.endpoint(
    "GET",
    "/thread",
    query=ThreadQuery,
    answers={200: "The page."},
    refusals=(Invalid, SortUnavailable),
    memo=True,
    **PAGE,
)
def thread_page(call: Call) -> Answer:
    """Read a post's comments as an HTML page."""
    from . import pages  # noqa: PLC0415

    query: ThreadQuery = call.query
    bound = ("thread", query.post, query.sort)
    post = call.runtime.posts.get(query.post, consistent=False)
    sorts = offered(post, query.sort)
    about, base = _about(call, post), call.runtime.settings.url.rstrip("/") or call.incoming.base
    page = call.runtime.threads.page(query.post, query.sort, DEFAULT_PAGE, place(call, query.cursor, *bound))
    entries, following = _fitting(page, _entries(about, page, base))
    part = pages.Part(query.sort, query.cursor, cursor(call, following, *bound) or "", entries, sorts)
    return Answer(pages.thread(about, part, base), media=HTML)


@topic.endpoint(
    "GET",
    "/thread/form",
    query=FormQuery,
    answers={200: "The form."},
    refusals=(Invalid, NotFound, PostClosed),
    **PAGE,
)
def thread_form(call: Call) -> Answer:
    """Get the form to write a comment, as an HTML page."""
    from . import form as form_pages  # noqa: PLC0415

    query: FormQuery = call.query
    post = call.runtime.posts.get(query.post, consistent=False)
    if post.closed:
        raise PostClosed
    hidden = {
        "post": post.key,
        "parent": query.parent,
        "form": call.runtime.submitting.form_token(post.key),
        "key": _new_key(call),
    }
    waits = call.runtime.submitting.will_wait(post, "", scripted=False)
    written = form_pages.Written(hidden, answered=_answered(call, query), waits=waits)
    return Answer(form_pages.form(_about(call, post, root="../"), written), media=HTML)


@topic.endpoint(
    "POST",
    "/thread",
    body=SentForm,
    accepts=FORM,
    answers={201: "It is published.", 202: "It waits for a moderator."},
    refusals=(Invalid, KeyMissing, KeyReused, PostClosed, TooManyRequests),
    **PAGE,
)
def submit_form(call: Call) -> Answer:
    """Submit a comment by the form.  201: it is public.  202: it waits for a moderator.

    Where something is wrong, the answer is the form again, with all that was typed.
    """
    from . import form as form_pages  # noqa: PLC0415

    fields = sent(call.incoming.body)
    try:
        draft, key = fields.draft(), fields.idempotency_key()
        comment = PublicComment.of(call.runtime.submitting.submit(draft, call.stranger, key, scripted=False))
    except Refusal as refusal:
        return _again(call, fields, refusal)
    about = _about(call, Post(key=comment.post))
    return Answer(form_pages.outcome(about, comment), 201 if comment.status is Status.PUBLISHED else 202, HTML)


def _again(call: Call, fields: SentForm, refusal: Refusal) -> Answer:
    """The form with what was typed; nothing is read for it, as the table may be what refused."""
    from . import form as form_pages  # noqa: PLC0415

    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    if "post" in errors:
        raise refusal
    post = post_key(fields.post)
    # A key that holds other words, or is none, would be refused for ever.
    stale = isinstance(refusal, KeyReused) or not ID.fullmatch(fields.key)
    token = "" if "form" in errors else fields.form
    hidden = {
        "post": post,
        "parent": "" if "parent" in errors else fields.parent,
        "form": token or call.runtime.submitting.form_token(post),
        "key": _new_key(call) if stale else fields.key,
    }
    kept = {"text": fields.text, "name": fields.name, "link": fields.link}
    body = form_pages.form(_about(call, Post(key=post)), form_pages.Written(hidden, kept, refusal=refusal))
    return Answer(body, status_of(type(refusal)), HTML, _retry(refusal))


def _answered(call: Call, query: FormQuery) -> PublicComment | None:
    """The comment to answer, if there is one to be.

    Raises:
        NotFound: it is not public, not of this post, or never was.
    """
    if not query.parent:
        return None
    found = call.runtime.comments.find(query.parent) if ID.fullmatch(query.parent) else None
    if found is None or not found.is_public or found.post != query.post:
        raise NotFound("There is no such comment under this post.")
    return PublicComment.of(found)


def _entries(about: "About", page: Page, base: str) -> "list[Entry]":
    from .pages import entry  # noqa: PLC0415

    here = {None, *(row.comment.id for row in page.rows)}
    return [entry(about, row.comment, base, elsewhere=row.comment.parent not in here) for row in page.rows]


def _fitting(page: Page, entries: "list[Entry]") -> "tuple[list[Entry], Place | None]":
    """As ``cut``, by the bytes of this page."""
    most = fitting([each.size for each in entries], MAX_PAGE - ENVELOPE)
    shown = shortened(page, most)
    return entries[: len(shown.rows)], shown.next


def _asked_about(request: Incoming) -> "About | None":
    """Which post a refused request was about, if that can be told."""
    from .pages import About  # noqa: PLC0415

    root = "../" if request.route.count("/") > 1 else ""
    try:
        return About(Post(key=post_key(request.query["post"][0])), root=root)
    except (KeyError, ValueError):
        return None


def _retry(refusal: Refusal) -> dict[str, str]:
    return {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooManyRequests | Unavailable) else {}


def _new_key(call: Call) -> str:
    return base64url(call.runtime.entropy(KEY_BYTES))


def _about(call: Call, post: Post, root: str = "") -> "About":
    from .pages import About  # noqa: PLC0415

    return About(post, post_link(call.runtime.settings.site, post.key), root)
