"""HTML pages of threads, without JavaScript.

All values pass through ``Markup.format``, which escapes them, with three exceptions: the HTML of
comments, which is sanitized; the structured data, which has its own escaping; and our style sheet.
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
LINK = Markup('<a href="{url}">{text}</a>')

COMMENT = Markup("""<article class="comment" id="comment-{id}" aria-label="Comment by {who}">
<header><span class="name" dir="auto">{name}</span>{details}</header>
{note}<div class="text" dir="auto">
{text}</div>
{actions}</article>
""")
GONE = Markup("""<article class="comment" id="comment-{id}">
{note}<p class="gone">This comment was removed.</p>
</article>
""")
WEBSITE = Markup('<a href="{url}" rel="ugc nofollow noopener">{text}</a>')
TIME = Markup('<time datetime="{iso}">{text}</time>')
PERMALINK = Markup(' <a class="when" href="#comment-{id}">{time}</a>')
WHEN = Markup(' <span class="when">{time}</span>')
BADGE = Markup(' <strong class="badge">moderator</strong>')
EDITED = Markup(' <span class="edited">edited</span>')
ELSEWHERE = Markup('<p class="note">In reply to a comment on an earlier page</p>\n')
REPLY = Markup(
    '<p class="actions"><a href="{url}" rel="nofollow">Reply<span class="visually-hidden"> to {who}</span></a></p>\n'
)

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
SORTS = Markup('<nav class="sorts" aria-label="Sort by">\n{}</nav>\n')
SORT = Markup('<a href="{url}"{current}>{text}</a>\n')
CURRENT = Markup(' aria-current="true"')
MORE = Markup('<nav class="more" aria-label="Pages"><a class="button" href="{}" rel="next">More comments</a></nav>\n')

TAG = re.compile(r'<(?:"[^"]*"|[^">])*>')
LIST_BYTES = 60  # of the list markup around one comment


@dataclass(frozen=True)
class PostLinks:
    """The post of a page, and the URLs for it.  ``root`` is the relative path from the page to the service."""

    post: Post
    link: str = ""
    root: str = ""

    @property
    def title(self) -> str:
        """The title of the post, or its key."""
        return HIDDEN.sub("", self.post.title or self.post.key)

    @property
    def linked_title(self) -> Markup:
        """The title as a link to the post, if its URL is known."""
        name = Markup('<span dir="auto">{}</span>').format(self.title)
        return LINK.format(url=self.link, text=name) if self.link else name

    def thread(self, *, comment: str = "", **query: str) -> str:
        """The URL of the thread, or of one comment in it."""
        return self._url("thread", query) + (f"#comment-{comment}" if comment else "")

    def form(self, **query: str) -> str:
        """The URL of the form."""
        return self._url("thread/form", query)

    def _url(self, path: str, query: dict[str, str]) -> str:
        parameters = {"post": self.post.key} | {name: value for name, value in query.items() if value}
        return f"{self.root}{path}?{urlencode(parameters, safe='/')}"


@dataclass(frozen=True)
class Entry:
    """A comment as HTML and as structured data.  The data is empty if the comment was removed."""

    comment: PublicComment
    article: Markup
    data: str

    @property
    def size(self) -> int:
        """Size in bytes, with the list markup around it."""
        return len(self.article.encode()) + len(self.data.encode()) + LIST_BYTES


@dataclass(frozen=True)
class ThreadPart:
    """One page of a thread: its order, the available orders, and the cursors of this and the next page."""

    sort: Sort
    cursor: str
    next: str
    entries: Sequence[Entry]
    sorts: Sequence[Sort]


def frame(title: str, main: Markup, *, head: Markup = NO_INDEX) -> str:
    """A complete HTML page."""
    style = Markup(STYLE)  # noqa: S704  our own style sheet
    return str(FRAME.format(title=title, head=head, style=style, main=main))


def thread(links: PostLinks, part: ThreadPart, base: str) -> str:
    """A page of a thread.  ``base`` is the absolute URL of the service, or empty."""
    post, sort = links.post, _sort_parameter(part.sort)
    title = f"{post.count:,} comment{'' if post.count == 1 else 's'}" if post.count else "No comments yet"
    main = THREAD.format(
        post=links.linked_title,
        heading=title,
        write=CLOSED if post.closed else WRITE.format(links.form()),
        sorts=_sort_links(links, part) if max(post.count, len(part.entries)) > 1 else NOTHING,
        rows=_nested(part.entries),
        more=MORE.format(links.thread(sort=sort, cursor=part.next)) if part.next else NOTHING,
        data=_structured(links, part.entries, base),
    )
    # Only the first page has a canonical address: a cursor comes from the request, and may name any comment.
    head = NOTHING if part.cursor else CANONICAL.format(links.thread(sort=sort))
    return frame(f"{title} on {links.title}", main, head=head)


def entry(links: PostLinks, comment: PublicComment, base: str, *, elsewhere: bool) -> Entry:
    """Render a comment of a thread.  ``elsewhere``: its parent is on another page."""
    note = ELSEWHERE if elsewhere else NOTHING
    if comment.gone:
        return Entry(comment, GONE.format(id=comment.id, note=note), "")
    url = links.form(parent=comment.id)
    actions = NOTHING if links.post.closed else REPLY.format(url=url, who=_who(comment))
    return Entry(comment, article(comment, linked=True, note=note, actions=actions), _json(_data(links, comment, base)))


def article(
    comment: PublicComment, *, linked: bool = False, note: Markup = NOTHING, actions: Markup = NOTHING
) -> Markup:
    """Render a comment.  ``linked``: its time is a permalink."""
    who = _who(comment)
    return COMMENT.format(
        id=comment.id,
        who=who,
        name=WEBSITE.format(url=comment.link, text=who) if comment.link else who,
        details=_details(comment, linked=linked),
        note=note,
        text=Markup(comment.html),  # noqa: S704  sanitized when it was rendered
        actions=actions,
    )


def _who(comment: PublicComment) -> str:
    return comment.name or "Anonymous"


def _details(comment: PublicComment, *, linked: bool) -> Markup:
    badge, edited = BADGE if comment.moderator else NOTHING, EDITED if comment.edited else NOTHING
    if not comment.created:
        return badge + edited
    at = from_iso(comment.created)
    time = TIME.format(iso=comment.created, text=f"{at.day} {at:%B %Y, %H:%M} UTC")
    return badge + (PERMALINK.format(id=comment.id, time=time) if linked else WHEN.format(time=time)) + edited


def _sort_parameter(sort: Sort) -> str:
    """The ``sort`` parameter of a link; empty for the default order."""
    return "" if sort is Sort.NEWEST else str(sort)


def _sort_links(links: PostLinks, part: ThreadPart) -> Markup:
    items = [
        SORT.format(
            url=links.thread(sort=_sort_parameter(sort)),
            current=CURRENT if sort is part.sort else NOTHING,
            text=f"{sort.capitalize()} first",
        )
        for sort in part.sorts
    ]
    return SORTS.format(NOTHING.join(items))


def _nested(entries: Sequence[Entry]) -> Markup:
    """Nested lists of comments.  The entries are in display order."""
    if not entries:
        return NOTHING
    parts, ancestors = [Markup('<ol class="thread" role="list">\n')], list[str]()
    for each in entries:
        parent = each.comment.parent
        level = ancestors.index(parent) + 1 if parent in ancestors else 0
        if level == len(ancestors) > 0:
            parts.append(Markup('<ol class="replies" role="list">\n'))
        parts += [_closing_tags(len(ancestors) - level), Markup("<li>"), each.article]
        ancestors[level:] = [each.comment.id]
    return NOTHING.join([*parts, _closing_tags(len(ancestors)), Markup("</ol>\n")])


def _closing_tags(levels: int) -> Markup:
    """The closing tags of so many nested comments."""
    return Markup("</li>\n") + Markup("</ol></li>\n") * (levels - 1) if levels else NOTHING


def _structured(links: PostLinks, entries: Sequence[Entry], base: str) -> Markup:
    """The post with its comments as JSON-LD.  It is an Article: a DiscussionForumPosting requires an author."""
    post = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": links.title,
        "url": links.link or _absolute(base, links.thread()),
        "commentCount": links.post.count,
    }
    comments = ",".join(each.data for each in entries if each.data)
    return Markup(f'{_json(post)[:-1]},"comment":[{comments}]}}')  # noqa: S704  _json escapes it


def _data(links: PostLinks, comment: PublicComment, base: str) -> dict[str, object]:
    author = {"@type": "Person", "name": _who(comment)} | ({"url": comment.link} if comment.link else {})
    data: dict[str, object] = {
        "@type": "Comment",
        "url": _absolute(base, links.thread(comment=comment.id)),
        "author": author,
        "dateCreated": comment.created,
        "text": html.unescape(TAG.sub("", comment.html)).strip(),
    }
    if comment.parent:
        data["parentItem"] = {"@type": "Comment", "url": _absolute(base, links.thread(comment=comment.parent))}
    return data


def _absolute(base: str, path: str) -> str:
    return f"{base}/{path}" if base else path


def _json(data: object) -> str:
    """JSON that can be embedded in a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
