"""The context of a draft: everything that the rules may use, read before the first of them is asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cached_property

from ..comments import Comment
from ..decisions import AuthorRecord
from ..posts import Post
from ..text.folding import fold, links_in
from .policy import Policy, S


class Fact(Enum):
    """What costs a read of its own, and is read only if an active rule needs it."""

    AUTHOR_RECORD = auto()
    NETWORK_RECORD = auto()


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
    ``author_record`` and ``network_record`` are empty unless an active rule needs them.
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

    def settings(self, kind: type[S]) -> S:
        """The settings in a section of the policy."""
        return self.policy.settings(kind)

    @cached_property
    def folded_text(self) -> str:
        """The text as rules compare it."""
        return fold(self.text)

    @cached_property
    def folded_name(self) -> str:
        """The name as rules compare it."""
        return fold(self.name)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The different web addresses in the text."""
        return links_in(self.folded_text)
