"""The thread as finished HTML, without a script.

Everything goes through ``Markup.format``, which escapes, except three things: the comments' own
HTML, which is clean; the data for machines, which escapes itself; and our style.
"""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from ...core.posts import Post
from ...core.public import PublicComment
from ...core.text.sanitize import HIDDEN
from ...core.times import from_iso
from ...store.threads import Sort
from .style import STYLE

FRAME = Markup("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{head}<style>{style}</style>
</head>
<body>
<main>
{main}</main>
</body>
</html>
""")
NO_INDEX = Markup('<meta name="robots" content="noindex">\n')
NOTHING = Markup()
LINK = Markup('<a href="{url}">{words}</a>')

COMMENT = Markup("""<article class="comment" id="comment-{id}" aria-label="Comment by {who}">
<header><span class="name" dir="auto">{name}</span>{marks}</header>
{note}<div class="text" dir="auto">
{text}</div>
{acts}</article>
""")
GONE = Markup("""<article class="comment" id="comment-{id}">
{note}<p class="gone">This comment was removed.</p>
</article>
""")
WEBSITE = Markup('<a href="{url}" rel="ugc nofollow noopener">{words}</a>')
TIME = Markup('<time datetime="{iso}">{words}</time>')
PERMALINK = Markup(' <a class="when" href="#comment-{id}">{time}</a>')
WHEN = Markup(' <span class="when">{time}</span>')
BADGE = Markup(' <strong class="badge">moderator</strong>')
EDITED = Markup(' <span class="edited">edited</span>')
ELSEWHERE = Markup('<p class="note">In reply to a comment on an earlier page</p>\n')
REPLY = Markup("""<p class="acts"><a href="{url}" rel="nofollow">Reply<span class="unseen"> to {who}</span></a></p>
""")

THREAD = Markup("""<header>
<p class="about">On {post}</p>
<h1>{heading}</h1>
<div class="bar">
{write}{sorts}</div>
</header>
{rows}{more}<script type="application/ld+json">{data}</script>
""")
CANONICAL = Markup('<link rel="canonical" href="{}">\n')
WRITE = Markup('<a class="button" href="{}" rel="nofollow">Write a comment</a>\n')
CLOSED = Markup('<p class="soft">Comments are closed here.</p>\n')
SORTS = Markup('<nav class="sorts" aria-label="Order">\n{}</nav>\n')
SORT = Markup('<a href="{url}"{current}>{words}</a>\n')
CURRENT = Markup(' aria-current="true"')
MORE = Markup('<nav class="more" aria-label="Pages"><a class="button" href="{}" rel="next">More comments</a></nav>\n')

TAG = re.compile(r'<(?:"[^"]*"|[^">])*>')
LIST_BYTES = 60  # of the lists around one comment


@dataclass(frozen=True)
class About:
    """The post that a page is about: its link, if it has one, and the way from the page to the service's root."""

    post: Post
    link: str = ""
    root: str = ""

    @property
    def words(self) -> str:
        """What to call the post."""
        return HIDDEN.sub("", self.post.title or self.post.key)

    @property
    def shown(self) -> Markup:
        """Its name, with the link."""
        name = Markup('<span dir="auto">{}</span>').format(self.words)
        return LINK.format(url=self.link, words=name) if self.link else name

    def thread(self, *, comment: str = "", **query: str) -> str:
        """Where the thread is; or one comment in it."""
        return self._url("thread", query) + (f"#comment-{comment}" if comment else "")

    def form(self, **query: str) -> str:
        """Where the form is."""
        return self._url("thread/form", query)

    def _url(self, path: str, query: dict[str, str]) -> str:
        asked = {"post": self.post.key} | {name: value for name, value in query.items() if value}
        return f"{self.root}{path}?{urlencode(asked, safe='/')}"


@dataclass(frozen=True)
class Entry:
    """A comment written twice: for people, and for machines, which hear nothing of one that was removed."""

    comment: PublicComment
    article: Markup
    data: str

    @property
    def size(self) -> int:
        """Bytes, with the lists around it."""
        return len(self.article.encode()) + len(self.data.encode()) + LIST_BYTES


@dataclass(frozen=True)
class Part:
    """What a page shows of a thread: which order of those offered, from where, and where it goes on."""

    sort: Sort
    cursor: str
    next: str
    entries: Sequence[Entry]
    sorts: Sequence[Sort]


def frame(title: str, main: Markup, *, head: Markup = NO_INDEX) -> str:
    """A whole page."""
    style = Markup(STYLE)  # noqa: S704  our own
    return str(FRAME.format(title=title, head=head, style=style, main=main))


def thread(about: About, part: Part, base: str) -> str:
    """A page of a thread.  ``base`` is the service's absolute address, or nothing."""
    post, sort = about.post, _asked(part.sort)
    title = f"{post.count:,} comment{'' if post.count == 1 else 's'}" if post.count else "No comments yet"
    main = THREAD.format(
        post=about.shown,
        heading=title,
        write=CLOSED if post.closed else WRITE.format(about.form()),
        sorts=_sorts(about, part) if max(post.count, len(part.entries)) > 1 else NOTHING,
        rows=_nested(part.entries),
        more=MORE.format(about.thread(sort=sort, cursor=part.next)) if part.next else NOTHING,
        data=_structured(about, part.entries, base),
    )
    head = CANONICAL.format(about.thread(sort=sort, cursor=part.cursor))
    return frame(f"{title} on {about.words}", main, head=head)


def entry(about: About, comment: PublicComment, base: str, *, elsewhere: bool) -> Entry:
    """Write a comment of a thread.  ``elsewhere``: what it answers is on another page."""
    note = ELSEWHERE if elsewhere else NOTHING
    if comment.gone:
        return Entry(comment, GONE.format(id=comment.id, note=note), "")
    url = about.form(parent=comment.id)
    acts = NOTHING if about.post.closed else REPLY.format(url=url, who=_who(comment))
    return Entry(comment, article(comment, linked=True, note=note, acts=acts), _json(_data(about, comment, base)))


def article(comment: PublicComment, *, linked: bool = False, note: Markup = NOTHING, acts: Markup = NOTHING) -> Markup:
    """One comment.  ``linked``: its time is a link to itself."""
    who = _who(comment)
    return COMMENT.format(
        id=comment.id,
        who=who,
        name=WEBSITE.format(url=comment.link, words=who) if comment.link else who,
        marks=_marks(comment, linked=linked),
        note=note,
        text=Markup(comment.html),  # noqa: S704  clean since it was rendered
        acts=acts,
    )


def _who(comment: PublicComment) -> str:
    return comment.name or "Anonymous"


def _marks(comment: PublicComment, *, linked: bool) -> Markup:
    badge, edited = BADGE if comment.moderator else NOTHING, EDITED if comment.edited else NOTHING
    if not comment.created:
        return badge + edited
    at = from_iso(comment.created)
    time = TIME.format(iso=comment.created, words=f"{at.day} {at:%B %Y, %H:%M} UTC")
    return badge + (PERMALINK.format(id=comment.id, time=time) if linked else WHEN.format(time=time)) + edited


def _asked(sort: Sort) -> str:
    """The order as a link names it: not at all, if it is the one that goes without saying."""
    return "" if sort is Sort.NEWEST else str(sort)


def _sorts(about: About, part: Part) -> Markup:
    links = [
        SORT.format(
            url=about.thread(sort=_asked(sort)),
            current=CURRENT if sort is part.sort else NOTHING,
            words=f"{sort.capitalize()} first",
        )
        for sort in part.sorts
    ]
    return SORTS.format(NOTHING.join(links))


def _nested(entries: Sequence[Entry]) -> Markup:
    """Lists within each other, from comments in the order of the conversation."""
    if not entries:
        return NOTHING
    written, above = [Markup('<ol class="thread" role="list">\n')], list[str]()
    for each in entries:
        parent = each.comment.parent
        level = above.index(parent) + 1 if parent in above else 0
        if level == len(above) > 0:
            written.append(Markup('<ol class="replies" role="list">\n'))
        written += [_closed(len(above) - level), Markup("<li>"), each.article]
        above[level:] = [each.comment.id]
    return NOTHING.join([*written, _closed(len(above)), Markup("</ol>\n")])


def _closed(levels: int) -> Markup:
    """The ends of so many comments, each with its replies."""
    return Markup("</li>\n") + Markup("</ol></li>\n") * (levels - 1) if levels else NOTHING


def _structured(about: About, entries: Sequence[Entry], base: str) -> Markup:
    """The post with its comments, for machines (JSON-LD): an article, as a forum's posting would need an author."""
    post = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": about.words,
        "url": about.link or _absolute(base, about.thread()),
        "commentCount": about.post.count,
    }
    comments = ",".join(each.data for each in entries if each.data)
    return Markup(f'{_json(post)[:-1]},"comment":[{comments}]}}')  # noqa: S704  _json leaves nothing to escape


def _data(about: About, comment: PublicComment, base: str) -> dict[str, object]:
    author = {"@type": "Person", "name": _who(comment)} | ({"url": comment.link} if comment.link else {})
    data: dict[str, object] = {
        "@type": "Comment",
        "url": _absolute(base, about.thread(comment=comment.id)),
        "author": author,
        "dateCreated": comment.created,
        "text": html.unescape(TAG.sub("", comment.html)).strip(),
    }
    if comment.parent:
        data["parentItem"] = {"@type": "Comment", "url": _absolute(base, about.thread(comment=comment.parent))}
    return data


def _absolute(base: str, path: str) -> str:
    return f"{base}/{path}" if base else path


def _json(data: object) -> str:
    """JSON that can't end the element around it, nor open one."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
