"""Submitting: a draft is screened first and stored once, published or held."""

from dataclasses import replace
from datetime import timedelta

from ...core.comments import Caller, Comment, Status, hangs_below, hash_of_submission, path_below
from ...core.crypto.form_tokens import Form, form_of, form_token, is_done
from ...core.drafts import Draft
from ...core.errors import Invalid, KeyReused, ParentNotPublished, PostClosed, Unavailable
from ...core.ids import comment_id, keyed
from ...core.posts import Post
from ...core.screening.engine import MIN_WRITING, Facts, Work, screen
from ...core.text.markdown import RENDERER, to_html
from ...core.threads import Ripple, ripple
from ...store.comments import AlreadyStored, Comments, PlaceChanged
from ...store.limits import Limits
from ...store.policy import Config
from ..clock import RETRIES, Tools
from ..context import Gathering

MAX_HTML = 65_536  # bytes


class Submitting:
    """Takes drafts in.  ``bits`` is how much work each costs its author, if any."""

    def __init__(
        self,
        tools: Tools,
        comments: Comments,
        config: Config,
        gathering: Gathering,
        limits: Limits,
        bits: int,
    ) -> None:
        self.tools, self.comments, self.config = tools, comments, config
        self.gathering, self.limits, self.bits = gathering, limits, bits

    def form_token(self, post: str, author: str = "") -> str:
        """Says when the form was opened, and for which post; where work is asked for, also by whom."""
        form = Form(self.tools.clock(), author if self.bits else None)
        return form_token(self.tools.keys.signing, post, form)

    def preview(self, text: str, caller: Caller) -> str:
        """The text as it would be rendered.

        Raises:
            TooManyRequests: too many previews from this network.
        """
        self.limits.count_preview(caller.limit, self.tools.clock())
        return rendered(text)

    def will_wait(self, post: Post, author: str, *, scripted: bool = True) -> bool:
        """Whether a comment would wait for a moderator, as far as can be known before it is written."""
        now = self.tools.clock()
        work = Work.IMPOSSIBLE if self.bits and not scripted else Work.DONE
        opened = now - timedelta(seconds=MIN_WRITING)
        facts = replace(self.gathering.about(post, author, now), form_opened=opened, work=work)
        try:
            return screen(facts).status is not Status.PUBLISHED
        except PostClosed:
            return True

    def submit(self, draft: Draft, caller: Caller, idempotency_key: str, *, scripted: bool = True) -> Comment:
        """Screen a draft and store it, published or held.

        A repeat of the same submission returns the comment that is stored, whatever became of it.
        ``scripted``: whoever wrote it could have done the work that is asked for.

        Raises:
            KeyReused: the key came with another submission before.
            Invalid: the comment that it answers is not public, or the text becomes too long as HTML.
            PostClosed: no more comments there.
            WorkMissing: it was not done, or for another submission.
            TooManyRequests: this network, this post or this site has had enough for the moment.
        """
        self.config.check_keys(self.tools.keys, self.tools.clock())
        new_id = comment_id(self.tools.keys.identity, draft.post, caller.author, idempotency_key)
        if known := self.comments.find(new_id):
            return self._repeated(known, draft)
        form = form_of(self.tools.keys.signing, draft.post, draft.form, self.tools.clock())
        work = self._work(draft, caller, idempotency_key, form) if scripted or not self.bits else Work.IMPOSSIBLE
        for _ in range(RETRIES):
            try:
                return self._submit_new(new_id, draft, caller, form, work)
            except AlreadyStored as stored:
                return self._repeated(stored.comment, draft)
            except PlaceChanged:
                continue
        raise Unavailable

    def _work(self, draft: Draft, caller: Caller, idempotency_key: str, form: Form | None) -> Work:
        if not self.bits:
            return Work.DONE
        own = form is not None and form.author == caller.author
        return Work.DONE if own and is_done(self.bits, draft.form, idempotency_key, draft.work) else Work.MISSING

    def _submit_new(self, new_id: str, draft: Draft, caller: Caller, form: Form | None, work: Work) -> Comment:
        now = self.tools.clock()
        parent = self.comments.find(draft.parent) if draft.parent else None
        facts = replace(
            self.gathering.facts(draft.post, caller.author, now),
            wants_parent=draft.parent is not None,
            parent=parent,
            form_opened=form.opened if form else None,
            trap=draft.trap,
            work=work,
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
            via=facts.parent.via if facts.parent else (),
            reasons=verdict.reasons,
        )

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
            raise KeyReused(known.id)
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
