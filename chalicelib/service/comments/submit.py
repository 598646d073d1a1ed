"""Submission: each draft is screened first and stored once, published or held."""

from dataclasses import replace
from datetime import timedelta

from ...core.comments import Caller, Comment, Status, parent_below, path_below, submission_hash
from ...core.crypto.form_tokens import Form, form_from_token, form_token
from ...core.crypto.proof_of_work import is_valid_proof
from ...core.drafts import Draft
from ...core.errors import Invalid, KeyReused, ParentNotPublished, PostClosed, TooManyRequests
from ...core.ids import comment_id, keyed
from ...core.posts import Post
from ...core.screening.context import Context, ProofOfWork
from ...core.screening.engine import screen
from ...core.text.markdown import RENDERER, to_html
from ...core.threads import ThreadEffects, thread_effects
from ...core.totals import MAX_HTML
from ...store.changes import AlreadyStored, ThreadChanged
from ...store.comments import Comments
from ...store.limits import Limits
from ..clock import Essentials
from ..context import ContextReader
from ..retry import retry

LONG_ENOUGH = timedelta(hours=1)  # since the form was opened


class SubmitService:
    """Accepts drafts.  ``work_bits`` is the difficulty of the proof of work, or 0 if none is required."""

    def __init__(
        self,
        essentials: Essentials,
        comments: Comments,
        context_reader: ContextReader,
        limits: Limits,
        work_bits: int,
    ) -> None:
        self.essentials, self.comments = essentials, comments
        self.context_reader, self.limits, self.work_bits = context_reader, limits, work_bits

    def form_token(self, post: str, author: str = "") -> str:
        """Create a token of when the form was opened and for which post; with proof of work, also by which author."""
        form = Form(self.essentials.clock(), author if self.work_bits else None)
        return form_token(self.essentials.keys.signing, post, form)

    def preview(self, text: str, caller: Caller) -> str:
        """Render a text as HTML without storing it.

        Raises:
            TooManyRequests: too many previews from this network.
        """
        self.limits.count_preview(caller, self.essentials.clock())
        return rendered(text)

    def will_wait(self, post: Post, caller: Caller, *, has_javascript: bool = True) -> bool:
        """Predict, before it is written, whether a comment would wait for a moderator."""
        now = self.essentials.clock()
        proof = ProofOfWork.IMPOSSIBLE if self.work_bits and not has_javascript else ProofOfWork.DONE
        context = self.context_reader.read_for(post, caller, now)
        unwritten = replace(context, form_opened=now - LONG_ENOUGH, proof_of_work=proof)
        try:
            return screen(unwritten).status is not Status.PUBLISHED
        except PostClosed:
            return True

    def submit(self, draft: Draft, caller: Caller, idempotency_key: str, *, has_javascript: bool = True) -> Comment:
        """Screen a draft and store it, published or held.

        A repeat of the same submission returns the stored comment as it is now.  ``has_javascript`` is False for
        readers without JavaScript, who can't do the proof of work.

        Raises:
            KeyReused: the key was used before with another submission.
            Invalid: the parent is not public, the text is too long as HTML, or the HTML form has no valid token.
            PostClosed: the post takes no more comments.
            WorkMissing: the proof of work is missing, or made for another submission.
            TooManyRequests: too many submissions from this network, to this post or to this site.
        """
        now, possible = self.essentials.clock(), has_javascript or not self.work_bits
        form = form_from_token(self.essentials.keys.signing, draft.post, draft.form, now)
        if form is None and not has_javascript:
            raise Invalid({"form": "must be the token of a form that was opened in the last 24 hours"})
        new_id = comment_id(self.essentials.keys.identity, draft.post, caller.author, idempotency_key)
        if stored := self._counted(new_id, caller, form=not possible):
            return self._repeated(stored, draft)
        proof = self._proof(draft, caller, idempotency_key, form) if possible else ProofOfWork.IMPOSSIBLE
        try:
            return retry(lambda: self._submit_once(new_id, draft, caller, form, proof), on=(ThreadChanged,))
        except AlreadyStored as found:
            return self._repeated(found.comment, draft)

    def _counted(self, new_id: str, caller: Caller, *, form: bool) -> Comment | None:
        """Count a submission before anything is read.  A repeat is not refused: returns the comment that is stored."""
        try:
            self.limits.count_submission(caller, self.essentials.clock(), form=form)
        except TooManyRequests:
            if stored := self.comments.find(new_id):
                return stored
            raise
        return self.comments.find(new_id)

    def _proof(self, draft: Draft, caller: Caller, idempotency_key: str, form: Form | None) -> ProofOfWork:
        if not self.work_bits:
            return ProofOfWork.DONE
        is_own_form = form is not None and form.author == caller.author
        is_done = is_own_form and is_valid_proof(self.work_bits, draft.form, idempotency_key, draft.work)
        return ProofOfWork.DONE if is_done else ProofOfWork.MISSING

    def _context(self, draft: Draft, caller: Caller, form: Form | None, proof: ProofOfWork) -> Context:
        return replace(
            self.context_reader.read(draft.post, caller, self.essentials.clock()),
            text=draft.text,
            name=draft.name or "",
            link=draft.link or "",
            has_parent=draft.parent is not None,
            form_opened=form.opened if form else None,
            honeypot=draft.trap,
            proof_of_work=proof,
        )

    def _submit_once(self, new_id: str, draft: Draft, caller: Caller, form: Form | None, proof: ProofOfWork) -> Comment:
        parent = self.comments.find(draft.parent) if draft.parent else None
        context = replace(self._context(draft, caller, form, proof), parent=parent)

        comment = self._screened(new_id, draft, caller, context)
        effects = self._effects(comment)

        self.limits.count_on_post(draft.post, published=comment.is_public, now=context.now)
        self.comments.add(effects, context.post, proposed_title=draft.post_title)
        return effects.comment

    def _screened(self, new_id: str, draft: Draft, caller: Caller, context: Context) -> Comment:
        screening = screen(context)
        order = self.essentials.new_ulid(context.now)
        return Comment(
            id=new_id,
            post=draft.post,
            status=screening.status,
            path=path_below(context.parent, order),
            parent=parent_below(context.parent),
            created=context.now,
            submission_hash=self._hash(draft),
            name=draft.name or "",
            link=draft.link or "",
            text=draft.text,
            html=rendered(draft.text),
            renderer=RENDERER,
            avatar=keyed(self.essentials.keys.identity, "avatar", caller.author or order, size=6),
            author=caller.author,
            has_proposed_title=bool(draft.post_title),
            network=caller.network,
            wide_network=caller.wide_network,
            published=order if screening.status is Status.PUBLISHED else "",
            operation=order,
            relocations=context.parent.relocations if context.parent else (),
            reasons=screening.reasons,
        )

    def _effects(self, comment: Comment) -> ThreadEffects:
        try:
            return thread_effects(None, comment, self.comments.ancestors(comment))
        except ParentNotPublished:
            raise Invalid({"parent": "There is no such comment under this post."}) from None

    def _hash(self, draft: Draft) -> str:
        fields = draft.text, draft.name or "", draft.link or "", draft.parent or ""
        return submission_hash(self.essentials.keys.identity, *fields)

    def _repeated(self, stored: Comment, draft: Draft) -> Comment:
        """The stored comment, if this is the same submission."""
        if stored.submission_hash != self._hash(draft):
            raise KeyReused(stored.id)
        return stored


def rendered(text: str) -> str:
    """Render a text as safe HTML.

    Raises:
        Invalid: the HTML is too long; it is never cut.
    """
    html = to_html(text)
    if len(html.encode()) > MAX_HTML:
        raise Invalid({"text": "must be shorter: with its formatting it is longer than 50 KiB"})
    return html
