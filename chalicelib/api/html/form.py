"""HTML pages: the comment form, its results and error messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from ...core.comments import Status
from ...core.errors import Invalid, KeyMissing, KeyReused, Refusal, TooManyRequests, Unavailable
from ...core.public import PublicComment
from ...core.text.sanitize import HIDDEN, LINE_END, MAX_LINK, MAX_NAME, MAX_TEXT
from .pages import LINK, NOTHING, PostLinks, article, frame

FORM = Markup("""<header>
<p class="about">On {post}</p>
<h1>{heading}</h1>
</header>
{summary}{parent}{moderated}<form action="{action}" method="post" accept-charset="utf-8">
{fields}<div class="trap" aria-hidden="true">
<label for="trap">Leave this field empty</label>
<input id="trap" name="trap" tabindex="-1" autocomplete="off">
</div>
{hidden}<p><button class="button">Submit comment</button></p>
</form>
{back}""")
FIELD = Markup("""<div class="field">
<label for="{name}">{label}</label>
<p class="hint" id="{name}-hint">{hint}</p>
{wrong}{control}
</div>
""")
AREA = Markup("""<textarea id="text" name="text" rows="8" maxlength="{most}" required dir="auto"{state}>
{value}</textarea>""")
INPUT = Markup('<input id="{name}" name="{name}" value="{value}" maxlength="{most}"{kind}{state}>')
HIDDEN_INPUT = Markup('<input type="hidden" name="{name}" value="{value}">\n')
WRONG = Markup('<p class="wrong" id="{name}-wrong">{text}</p>\n')
INVALID = Markup(' aria-invalid="true" aria-describedby="{name}-hint {name}-wrong"')
DESCRIBED = Markup(' aria-describedby="{name}-hint"')
SUMMARY = Markup("""<div class="summary" role="alert" tabindex="-1" autofocus>
<h2>Your comment was not submitted.</h2>
{}</div>
""")
ITEMS = Markup("<ul>\n{}</ul>\n")
ITEM = Markup("<li>{}</li>\n")
MODERATED = Markup('<p class="soft">Comments are reviewed by a moderator before they are published.</p>\n')
QUOTED_COMMENT = Markup('<div class="box">\n{}</div>\n')
IN_REPLY_TO = Markup('<p class="soft">In reply to <a href="{}">this comment</a>.</p>\n')
MESSAGE_PAGE = Markup("""<header>
{on}<h1>{heading}</h1>
</header>
{text}""")
POST_LINE = Markup('<p class="about">On {}</p>\n')
PARAGRAPH = Markup("<p>{}</p>\n")
LINK_LINE = Markup('<p class="way"><a href="{url}">{text}</a></p>\n')
MARKDOWN = Markup(
    "Markdown works: <code>*emphasis*</code>, <code>**strong**</code>, <code>`code`</code>, <code>&gt; quote</code>."
)

INCOMPLETE = "The form was incomplete and has been restored. Please submit it again."
FIELD_MESSAGES = {
    "parent": "The comment you reply to no longer exists. Submit again to post yours as a new comment.",
    "key": INCOMPLETE,
    "form": INCOMPLETE,
    "cursor": "This page of the thread no longer exists.",
}
LABELS = {"text": "Comment", "name": "Name (optional)", "link": "Website (optional)"}
FIELD_NAMES = {"text": "Your comment", "name": "Your name", "link": "Your website"}
HINTS = {"text": MARKDOWN, "name": "Leave it empty to stay anonymous.", "link": "Your name links to it."}
KINDS = {
    "name": (MAX_NAME, Markup(' dir="auto" autocomplete="nickname"')),
    "link": (MAX_LINK, Markup(' inputmode="url" autocomplete="url" autocapitalize="none" spellcheck="false"')),
}
RESULTS = {
    Status.PUBLISHED: ("Your comment is published.", "It may take a minute until everyone can see it."),
    Status.PENDING: (
        "Thank you. Your comment is awaiting moderation.",
        "It is published once a moderator approves it.",
    ),
    Status.DELETED: ("This comment was removed.", "It cannot be submitted again."),
}


@dataclass(frozen=True)
class FormState:
    """The content of a form.

    ``hidden`` are its hidden fields, ``values`` the text typed so far.  ``parent`` is shown above the form
    if it is known.  ``refusal`` is why the form was not accepted.
    """

    hidden: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    parent: PublicComment | None = None
    is_moderated: bool = False
    refusal: Refusal | None = None

    @property
    def errors(self) -> Mapping[str, str]:
        """Field → error message."""
        return self.refusal.errors if isinstance(self.refusal, Invalid) else {}


def form(links: PostLinks, state: FormState) -> str:
    """The page with the form."""
    parent_id = state.hidden.get("parent", "")
    heading = "Write a reply" if parent_id else "Write a comment"
    main = FORM.format(
        post=links.linked_title,
        heading=heading,
        summary=_summary(state.refusal) if state.refusal else NOTHING,
        parent=_quoted_parent(links, parent_id, state.parent) if parent_id else NOTHING,
        moderated=MODERATED if state.is_moderated else NOTHING,
        action=f"{links.root}thread",
        fields=NOTHING.join(_field(name, state) for name in LABELS),
        hidden=NOTHING.join(
            HIDDEN_INPUT.format(name=name, value=_clean_text(each)) for name, each in state.hidden.items()
        ),
        back=_back(links),
    )
    return frame(f"{'Not submitted: ' if state.refusal else ''}{heading} on {links.title}", main)


def _quoted_parent(links: PostLinks, parent_id: str, comment: PublicComment | None) -> Markup:
    return QUOTED_COMMENT.format(article(comment)) if comment else IN_REPLY_TO.format(links.thread(comment=parent_id))


def _on(links: PostLinks) -> Markup:
    return POST_LINE.format(links.linked_title)


def _back(links: PostLinks) -> Markup:
    return LINK_LINE.format(url=links.thread(), text="Back to the comments")


def _clean_text(text: str) -> str:
    """Text without the characters that HTML cannot contain."""
    return HIDDEN.sub("", LINE_END.sub("\n", text))


def _field(name: str, state: FormState) -> Markup:
    wrong = state.errors.get(name)
    value, attributes = _clean_text(state.values.get(name, "")), (INVALID if wrong else DESCRIBED).format(name=name)
    if name == "text":
        control = AREA.format(most=MAX_TEXT, value=value, state=attributes)
    else:
        most, kind = KINDS[name]
        control = INPUT.format(name=name, value=value, most=most, kind=kind, state=attributes)
    message = WRONG.format(name=name, text=_field_message(name, wrong)) if wrong else NOTHING
    return FIELD.format(name=name, label=LABELS[name], hint=HINTS[name], wrong=message, control=control)


def _field_message(name: str, message: str) -> str:
    """A sentence about an invalid field."""
    return FIELD_MESSAGES.get(name) or f"{FIELD_NAMES.get(name, f'“{name}”:')} {message}."


def _summary(refusal: Refusal) -> Markup:
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    items = [
        ITEM.format(
            LINK.format(url=f"#{name}", text=_field_message(name, message))
            if name in LABELS
            else _field_message(name, message)
        )
        for name, message in errors.items()
    ]
    return SUMMARY.format(ITEMS.format(NOTHING.join(items)) if items else PARAGRAPH.format(_advice(refusal)))


def _advice(refusal: Refusal) -> str:
    """What happened, and what the reader can do."""
    if isinstance(refusal, KeyMissing):
        return INCOMPLETE
    if isinstance(refusal, KeyReused):
        return "This form was already submitted with another text. Submit it again to post a new comment."
    if isinstance(refusal, TooManyRequests | Unavailable):
        wait = _wait(int(refusal.parameters["retry_after"]))
        return f"{refusal.message} Your text is kept below: submit it again in {wait}."
    return f"{refusal.message} Your text is kept below."


def _wait(seconds: int) -> str:
    for unit, length in (("hour", 3_600), ("minute", 60)):
        if seconds > length:
            return f"{-(-seconds // length)} {unit}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def result(links: PostLinks, comment: PublicComment) -> str:
    """The page after a comment was submitted."""
    heading, text = RESULTS[comment.status]
    published = comment.status is Status.PUBLISHED
    shown = NOTHING if comment.status is Status.DELETED else QUOTED_COMMENT.format(article(comment))
    there = LINK_LINE.format(url=links.thread(comment=comment.id), text="View it in the thread")
    body = PARAGRAPH.format(text) + shown + (there if published else _back(links))
    return frame(heading, MESSAGE_PAGE.format(on=_on(links), heading=heading, text=body))


def error_page(refusal: Refusal, links: PostLinks | None) -> str:
    """The page for a refusal, with a link to the comments if the post is known."""
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    heading = "This link is invalid." if errors else refusal.message
    messages = NOTHING.join(PARAGRAPH.format(_field_message(name, message)) for name, message in errors.items())
    link = LINK_LINE.format(url=links.thread(), text="To the first page of comments") if links else NOTHING
    return frame(
        heading, MESSAGE_PAGE.format(on=_on(links) if links else NOTHING, heading=heading, text=messages + link)
    )
