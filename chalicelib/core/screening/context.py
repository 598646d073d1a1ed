"""The context of a draft: everything that the rules may use, read before the first of them is asked."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from functools import cached_property

from ..comments import Comment
from ..decisions import AuthorRecord, record_counts
from ..posts import Post
from ..text.folding import fold, links_in
from .policy import Policy, S


class Fact(Enum):
    """What costs a read of its own, and is read only if an active rule needs it."""

    AUTHOR_RECORD = auto()
    NETWORK_RECORD = auto()
    MODERATOR_NAMES = auto()


class ProofOfWork(Enum):
    """Whether a required proof of work was sent.  ``IMPOSSIBLE``: the form was used without JavaScript."""

    DONE = auto()
    MISSING = auto()
    IMPOSSIBLE = auto()


@dataclass(frozen=True)
class NetworkRecord:
    """How many of a network's newest comments moderators rejected or marked as spam."""

    rejected: int = 0


NO_AUTHOR_RECORD, NO_NETWORK_RECORD = AuthorRecord(), NetworkRecord()


@dataclass(frozen=True, kw_only=True)
class Context:
    """A draft and its circumstances.

    ``text``, ``name`` and ``link`` are the new ones if a comment is being edited; ``before`` is the comment as it is.
    ``has_parent``: the draft is a reply; ``parent`` is the comment that it answers, if that was found.
    ``form_opened`` is when the form was opened, if its token is valid.  ``honeypot`` is what was written into
    the hidden field.  ``proof_of_work`` is ``DONE`` where none is required.
    ``author_record``, ``network_record`` and ``moderator_names`` are empty unless an active rule needs them.
    """

    now: datetime
    policy: Policy
    post: Post
    text: str = ""
    name: str = ""
    link: str = ""
    has_parent: bool = False
    parent: Comment | None = None
    form_opened: datetime | None = None
    honeypot: str = ""
    proof_of_work: ProofOfWork = ProofOfWork.DONE
    before: Comment | None = None
    author_record: AuthorRecord = NO_AUTHOR_RECORD
    network_record: NetworkRecord = NO_NETWORK_RECORD
    moderator_names: tuple[str, ...] = ()

    def settings(self, kind: type[S]) -> S:
        """The settings in a section of the policy."""
        return self.policy.settings(kind)

    def was_held_for(self, rule: str) -> bool:
        """Whether the comment that is being edited was held for this before."""
        return self.before is not None and any(reason.rule == rule for reason in self.before.reasons)

    @cached_property
    def folded_text(self) -> str:
        """The text as rules compare it."""
        return fold(self.text)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The different web addresses in the text."""
        return links_in(self.folded_text)


def context_of_edit(context: Context, before: Comment, *, text: str, name: str, link: str) -> Context:
    """The context of an edit of a comment, as if that comment did not exist.

    Whatever its own approval changed (its author's record, the count of its post) gives its edit no trust.
    """
    (approved, rejected), record = record_counts(before), context.author_record
    return replace(
        context,
        before=before,
        text=text,
        name=name,
        link=link,
        author_record=replace(
            record, approved=max(0, record.approved - approved), rejected=max(0, record.rejected - rejected)
        ),
        post=replace(context.post, count=max(0, context.post.count - before.is_public)),
    )
