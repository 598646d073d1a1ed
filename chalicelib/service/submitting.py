"""Submitting: a draft is screened first and stored once, published or held."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core.comments import MAX_DEPTH, Caller, Comment, Status, hash_of_submission, path_below
from ..core.drafts import Draft
from ..core.ids import comment_id, keyed
from ..core.markdown import RENDERER, to_html
from ..core.posts import Post
from ..core.refusals import Invalid, KeyReused, ParentNotPublished, Unavailable
from ..core.screening import MAX_WRITING, Facts, Policy, screen
from ..core.signing import sign, verify
from ..core.threads import Ripple, ripple
from ..core.times import EPOCH, seconds
from ..store.comments import AlreadyStored, Comments, PlaceChanged
from ..store.config import Config
from ..store.limits import Limits
from ..store.posts import Posts
from .tools import RETRIES, Tools

MAX_HTML = 65_536  # bytes
FORM = "form"  # what a form token's signature is for


@dataclass(frozen=True)
class Gathered:
    """What submitting reads before it decides.  ``above`` is where the comment will hang."""

    post: Post
    policy: Policy
    parent: Comment | None
    above: str


class Submitting:
    """Takes drafts in."""

    def __init__(self, tools: Tools, comments: Comments, posts: Posts, config: Config, limits: Limits) -> None:
        self.tools, self.comments, self.posts, self.config, self.limits = tools, comments, posts, config, limits

    def form_token(self, post: str) -> str:
        """Says when the form was opened, and for which post."""
        return sign(self.tools.keys.signing, FORM, post, value=seconds(self.tools.clock()))

    def preview(self, text: str, caller: Caller) -> str:
        """The text as it would be rendered.

        Raises:
            TooManyRequests: too many previews from this network.
        """
        self.limits.count_preview(caller.limit, self.tools.clock())
        return rendered(text)

    def submit(self, draft: Draft, caller: Caller, idempotency_key: str) -> Comment:
        """Screen a draft and store it, published or held.

        A repeat of the same submission returns the comment that is stored, whatever became of it.

        Raises:
            KeyReused: the key came with another submission before.
            Invalid: the comment that it answers is not public, or the text becomes too long as HTML.
            PostClosed: no more comments there.
            TooManyRequests: this network, this post or this site has had enough for the moment.
        """
        self.config.check_keys(self.tools.keys, self.tools.clock())
        new_id = comment_id(self.tools.keys.identity, draft.post, caller.author, idempotency_key)
        if known := self.comments.find(new_id):
            return _repeated(known, draft)
        for _ in range(RETRIES):
            try:
                return self._submit_new(new_id, draft, caller)
            except AlreadyStored as stored:
                return _repeated(stored.comment, draft)
            except PlaceChanged:
                continue
        raise Unavailable

    def _submit_new(self, new_id: str, draft: Draft, caller: Caller) -> Comment:
        now = self.tools.clock()
        gathered = self._gather(draft)

        comment = self._screened(new_id, draft, caller, gathered, now)
        effect = self._effect(comment)

        self.limits.count_submission(caller.limit, draft.post, published=comment.is_public, now=now)
        self.comments.add(effect, gathered.post, proposed_title=draft.post_title)
        return effect.comment

    def _gather(self, draft: Draft) -> Gathered:
        parent = self.comments.find(draft.parent) if draft.parent else None
        return Gathered(self.posts.get(draft.post), self.config.policy(), parent, _above(parent))

    def _screened(self, new_id: str, draft: Draft, caller: Caller, gathered: Gathered, now: datetime) -> Comment:
        facts = Facts(
            now=now,
            policy=gathered.policy,
            post=gathered.post,
            wants_parent=draft.parent is not None,
            parent=gathered.parent,
            form_opened=self._form_opened(draft, now),
            trap=draft.trap,
        )
        verdict = screen(facts)
        order = self.tools.new_ulid(now)
        return Comment(
            id=new_id,
            post=draft.post,
            status=verdict.status,
            path=path_below(gathered.parent, order),
            parent=gathered.above,
            created=now,
            first_hash=_first_hash(draft),
            name=draft.name or "",
            link=draft.link or "",
            text=draft.text,
            html=rendered(draft.text),
            renderer=RENDERER,
            avatar=keyed(self.tools.keys.identity, "avatar", caller.author or order, size=6),
            author=caller.author,
            network=caller.network,
            published=order if verdict.status is Status.PUBLISHED else "",
            operation=order,
            reasons=verdict.reasons,
        )

    def _form_opened(self, draft: Draft, now: datetime) -> datetime | None:
        """When the form was opened, if its token is good for this post and not too old."""
        try:
            opened = verify(self.tools.keys.signing, FORM, draft.post, signed=draft.form)
        except ValueError:
            return None
        fresh = isinstance(opened, int) and 0 <= seconds(now) - opened <= MAX_WRITING
        return EPOCH + timedelta(seconds=opened) if fresh else None

    def _effect(self, comment: Comment) -> Ripple:
        try:
            return ripple(None, comment, self.comments.ancestors(comment))
        except ParentNotPublished:
            raise Invalid({"parent": "There is no such comment under this post."}) from None


def rendered(text: str) -> str:
    """Clean HTML.

    Raises:
        Invalid: it would be too long; nothing is ever cut.
    """
    html = to_html(text)
    if len(html.encode()) > MAX_HTML:
        raise Invalid({"text": "must be shorter: as HTML it is longer than 64 KiB"})
    return html


def _above(parent: Comment | None) -> str:
    """A reply to the deepest level stands beside what it answers."""
    if parent is None:
        return ""
    return parent.id if parent.path.count("#") + 1 < MAX_DEPTH else parent.parent


def _first_hash(draft: Draft) -> str:
    return hash_of_submission(draft.text, draft.name or "", draft.link or "", draft.parent or "")


def _repeated(known: Comment, draft: Draft) -> Comment:
    if known.first_hash != _first_hash(draft):
        raise KeyReused
    return known
