"""The form as finished HTML, what comes of it, and refusals in words for readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from ...core.comments import Status
from ...core.errors import Invalid, KeyMissing, KeyReused, Refusal, TooManyRequests, Unavailable
from ...core.public import PublicComment
from ...core.text.sanitize import HIDDEN, LINE_END, MAX_LINK, MAX_NAME, MAX_TEXT
from .pages import LINK, NOTHING, About, article, frame

FORM = Markup("""<header>
<p class="about">On {post}</p>
<h1>{heading}</h1>
</header>
{summary}{answered}{waits}<form action="{action}" method="post" accept-charset="utf-8">
{fields}<div class="trap" aria-hidden="true">
<label for="trap">Leave this empty</label>
<input id="trap" name="trap" tabindex="-1" autocomplete="off">
</div>
{hidden}<p><button class="button">Send the comment</button></p>
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
UNSEEN = Markup('<input type="hidden" name="{name}" value="{value}">\n')
WRONG = Markup('<p class="wrong" id="{name}-wrong">{words}</p>\n')
INVALID = Markup(' aria-invalid="true" aria-describedby="{name}-hint {name}-wrong"')
DESCRIBED = Markup(' aria-describedby="{name}-hint"')
SUMMARY = Markup("""<div class="summary" role="alert" tabindex="-1" autofocus>
<h2>Your comment was not sent.</h2>
{}</div>
""")
ITEMS = Markup("<ul>\n{}</ul>\n")
ITEM = Markup("<li>{}</li>\n")
WAITS = Markup('<p class="soft">Comments wait for a moderator here before everybody can read them.</p>\n')
ANSWERED = Markup('<div class="box">\n{}</div>\n')
ANSWERS = Markup('<p class="soft">In reply to <a href="{}">the comment that you chose</a>.</p>\n')
NOTICE = Markup("""<header>
{on}<h1>{heading}</h1>
</header>
{words}""")
ON = Markup('<p class="about">On {}</p>\n')
PARAGRAPH = Markup("<p>{}</p>\n")
WAY = Markup('<p class="way"><a href="{url}">{words}</a></p>\n')
MARKDOWN = Markup(
    "Markdown works: <code>*emphasis*</code>, <code>**strong**</code>, <code>`code`</code>, <code>&gt; quote</code>."
)

INCOMPLETE = "The form came back incomplete. It is complete again: send it once more."
SAID = {
    "parent": "The comment that you answer is not there any more. Send yours again, and it stands by itself.",
    "key": INCOMPLETE,
    "form": INCOMPLETE,
    "cursor": "This page of the thread is not there any more.",
}
LABELS = {"text": "Comment", "name": "Name (optional)", "link": "Website (optional)"}
SPOKEN = {"text": "Your comment", "name": "Your name", "link": "Your website"}
HINTS = {"text": MARKDOWN, "name": "Without one you are Anonymous.", "link": "Your name will link to it."}
KINDS = {
    "name": (MAX_NAME, Markup(' dir="auto" autocomplete="nickname"')),
    "link": (MAX_LINK, Markup(' inputmode="url" autocomplete="url" autocapitalize="none" spellcheck="false"')),
}
OUTCOMES = {
    Status.PUBLISHED: ("Your comment is published.", "It may take a minute until everybody sees it."),
    Status.PENDING: ("Thank you. It waits for a moderator.", "Once it is approved, everybody can read it."),
    Status.DELETED: ("This comment was removed.", "It can't be sent again."),
}


@dataclass(frozen=True)
class Written:
    """A form as its reader sees it.

    ``hidden`` is what it carries unseen; ``kept`` what was typed before.  ``answered`` is shown if it
    is known.  ``refusal``: why it is here again.
    """

    hidden: Mapping[str, str]
    kept: Mapping[str, str] = field(default_factory=dict)
    answered: PublicComment | None = None
    waits: bool = False
    refusal: Refusal | None = None

    @property
    def errors(self) -> Mapping[str, str]:
        """What is wrong, by field."""
        return self.refusal.errors if isinstance(self.refusal, Invalid) else {}


def form(about: About, written: Written) -> str:
    """The form, empty or again."""
    parent = written.hidden.get("parent", "")
    heading = "Write a reply" if parent else "Write a comment"
    main = FORM.format(
        post=about.shown,
        heading=heading,
        summary=_summary(written.refusal) if written.refusal else NOTHING,
        answered=_answered(about, parent, written.answered) if parent else NOTHING,
        waits=WAITS if written.waits else NOTHING,
        action=f"{about.root}thread",
        fields=NOTHING.join(_field(name, written) for name in LABELS),
        hidden=NOTHING.join(UNSEEN.format(name=name, value=_typed(each)) for name, each in written.hidden.items()),
        back=_back(about),
    )
    return frame(f"{'Not sent: ' if written.refusal else ''}{heading} on {about.words}", main)


def _answered(about: About, parent: str, comment: PublicComment | None) -> Markup:
    return ANSWERED.format(article(comment)) if comment else ANSWERS.format(about.thread(comment=parent))


def _on(about: About) -> Markup:
    return ON.format(about.shown)


def _back(about: About) -> Markup:
    return WAY.format(url=about.thread(), words="Back to the comments")


def _typed(text: str) -> str:
    """What was typed, without what HTML can't hold."""
    return HIDDEN.sub("", LINE_END.sub("\n", text))


def _field(name: str, written: Written) -> Markup:
    wrong = written.errors.get(name)
    value, state = _typed(written.kept.get(name, "")), (INVALID if wrong else DESCRIBED).format(name=name)
    if name == "text":
        control = AREA.format(most=MAX_TEXT, value=value, state=state)
    else:
        most, kind = KINDS[name]
        control = INPUT.format(name=name, value=value, most=most, kind=kind, state=state)
    message = WRONG.format(name=name, words=_said(name, wrong)) if wrong else NOTHING
    return FIELD.format(name=name, label=LABELS[name], hint=HINTS[name], wrong=message, control=control)


def _said(name: str, message: str) -> str:
    """What is wrong with a field, as a sentence."""
    return SAID.get(name) or f"{SPOKEN.get(name, f'“{name}”:')} {message}."


def _summary(refusal: Refusal) -> Markup:
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    items = [
        ITEM.format(LINK.format(url=f"#{name}", words=_said(name, message)) if name in LABELS else _said(name, message))
        for name, message in errors.items()
    ]
    return SUMMARY.format(ITEMS.format(NOTHING.join(items)) if items else PARAGRAPH.format(_advice(refusal)))


def _advice(refusal: Refusal) -> str:
    """What happened, and what a reader can do about it."""
    if isinstance(refusal, KeyMissing):
        return INCOMPLETE
    if isinstance(refusal, KeyReused):
        return "This form was already sent with other words. Send it again, and it becomes a comment of its own."
    if isinstance(refusal, TooManyRequests | Unavailable):
        return f"{refusal.message} Your words are kept below: send them again in {_wait(refusal.retry_after)}."
    return f"{refusal.message} Your words are kept below."


def _wait(seconds: int) -> str:
    for unit, length in (("hour", 3_600), ("minute", 60)):
        if seconds > length:
            return f"{-(-seconds // length)} {unit}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def outcome(about: About, comment: PublicComment) -> str:
    """What became of a comment, for its author."""
    heading, words = OUTCOMES[comment.status]
    published = comment.status is Status.PUBLISHED
    shown = NOTHING if comment.status is Status.DELETED else ANSWERED.format(article(comment))
    there = WAY.format(url=about.thread(comment=comment.id), words="See it in the thread")
    text = PARAGRAPH.format(words) + shown + (there if published else _back(about))
    return frame(heading, NOTICE.format(on=_on(about), heading=heading, words=text))


def apology(refusal: Refusal, about: About | None) -> str:
    """A refusal as a page: with the way back, where the post is known."""
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    heading = "This link does not work." if errors else refusal.message
    words = NOTHING.join(PARAGRAPH.format(_said(name, message)) for name, message in errors.items())
    way = WAY.format(url=about.thread(), words="To the first page of comments") if about else NOTHING
    return frame(heading, NOTICE.format(on=_on(about) if about else NOTHING, heading=heading, words=words + way))
