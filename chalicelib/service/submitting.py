"""Submitting: a draft is screened first and stored once, published or held."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..core.comments import Caller, Comment, Status, hangs_below, hash_of_submission, path_below
from ..core.drafts import Draft
from ..core.ids import comment_id, keyed
from ..core.markdown import RENDERER, to_html
from ..core.posts import Post
from ..core.refusals import Invalid, KeyReused, ParentNotPublished, PostClosed, Unavailable
from ..core.screening import MAX_WRITING, MIN_WRITING, Facts, screen
from ..core.signing import sign, verify
from ..core.threads import Ripple, ripple
from ..core.times import EPOCH, seconds
from ..store.comments import AlreadyStored, Comments, PlaceChanged
from ..store.config import Config
from ..store.limits import Limits
from .gathering import Gathering
from .tools import RETRIES, Tools

MAX_HTML = 65_536  # bytes
FORM = "form"  # what a form token's signature is for


class Submitting:
    """Takes drafts in."""

    def __init__(self, tools: Tools, comments: Comments, config: Config, gathering: Gathering, limits: Limits) -> None:
        self.tools, self.comments, self.config = tools, comments, config
        self.gathering, self.limits = gathering, limits

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

    def will_wait(self, post: Post, author: str) -> bool:
        """Whether a comment would wait for a moderator, as far as can be known before it is written."""
        now = self.tools.clock()
        facts = replace(self.gathering.about(post, author, now), form_opened=now - timedelta(seconds=MIN_WRITING))
        try:
            return screen(facts).status is not Status.PUBLISHED
        except PostClosed:
            return True

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
            return self._repeated(known, draft)
        for _ in range(RETRIES):
            try:
                return self._submit_new(new_id, draft, caller)
            except AlreadyStored as stored:
                return self._repeated(stored.comment, draft)
            except PlaceChanged:
                continue
        raise Unavailable

    def _submit_new(self, new_id: str, draft: Draft, caller: Caller) -> Comment:
        now = self.tools.clock()
        parent = self.comments.find(draft.parent) if draft.parent else None
        facts = replace(
            self.gathering.facts(draft.post, caller.author, now),
            wants_parent=draft.parent is not None,
            parent=parent,
            form_opened=self._form_opened(draft, now),
            trap=draft.trap,
        )

        comment = self._screened(new_id, draft, caller, facts)
        effect = self._effect(comment)

        self.limits.count_submission(caller.limit, draft.post, published=comment.is_public, now=now)
        self.comments.add(effect, facts.post, proposed_title=draft.post_title)
        return effect.comment

    def _screened(self, new_id: str, draft: Draft, caller: Caller, facts: Facts) -> Comment:
        verdict = screen(facts)
        order = self.tools.new_ulid(facts.now)
        return Comment(
            id=new_id,
            post=draft.post,
            status=verdict.status,
            path=path_below(facts.parent, order),
            parent=hangs_below(facts.parent),
            created=facts.now,
            first_hash=self._first_hash(draft),
            name=draft.name or "",
            link=draft.link or "",
            text=draft.text,
            html=rendered(draft.text),
            renderer=RENDERER,
            avatar=keyed(self.tools.keys.identity, "avatar", caller.author or order, size=6),
            author=caller.author,
            titled=bool(draft.post_title),
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

    def _first_hash(self, draft: Draft) -> str:
        words = draft.text, draft.name or "", draft.link or "", draft.parent or ""
        return hash_of_submission(self.tools.keys.identity, *words)

    def _repeated(self, known: Comment, draft: Draft) -> Comment:
        if known.first_hash != self._first_hash(draft):
            raise KeyReused
        return known


def rendered(text: str) -> str:
    """Clean HTML.

    Raises:
        Invalid: it would be too long; nothing is ever cut.
    """
    html = to_html(text)
    if len(html.encode()) > MAX_HTML:
        raise Invalid({"text": "must be shorter: as HTML it is longer than 64 KiB"})
    return html
