"""Screening: pure rules over facts that were gathered before; the strictest finding is the verdict.

To add a rule, write a function of a draft and its facts, and name it in ``RULES``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum, StrEnum, auto
from typing import Any

from ..comments import Comment, Reason, Status
from ..decisions import Record
from ..errors import Invalid, PostClosed, Refusal, WorkMissing
from ..posts import Post, published_on

MIN_WRITING = 3  # seconds from opening the form to sending it: programs are faster
NO_RECORD = Record()


class Verdict(IntEnum):
    """From the mildest to the strictest."""

    PUBLISH = 0
    HOLD = 1
    SPAM = 2
    REFUSE = 3


class Hold(StrEnum):
    """Which comments wait, whatever the other rules say."""

    ALWAYS = "always"
    NEW_AUTHORS = "new_authors"
    POSTS_OLDER_THAN = "posts_older_than"
    NEVER = "never"


class Work(Enum):
    """The proof of work for a draft, where it is asked for.  ``IMPOSSIBLE``: its form has no script."""

    DONE = auto()
    MISSING = auto()
    IMPOSSIBLE = auto()


@dataclass(frozen=True)
class Policy:
    """What the owner chose.

    ``approvals``: how many comments of an author a moderator approved before the author is no longer
    new.  ``days``: how old a post is when its comments begin to wait.  ``version`` counts the
    policy's changes, from 0: never chosen.
    """

    hold: Hold = Hold.ALWAYS
    version: int = 0
    approvals: int = 1
    days: int = 14


def policy_of(told: Mapping[str, Any], version: int) -> Policy:
    """A policy from what was stored of it."""
    kept = {name: told[name] for name in ("approvals", "days") if name in told}
    return Policy(hold=Hold(told["hold"]), version=version, **kept)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that a rule may know besides the words.

    ``parent`` is the comment answered, if it was found; ``form_opened`` is when the form was handed
    out, if its token was good; ``work`` counts as done where none is asked for; ``before`` is the
    comment that is being edited; ``record`` is how moderators decided on the author's comments.
    """

    now: datetime
    policy: Policy
    post: Post
    wants_parent: bool = False
    parent: Comment | None = None
    form_opened: datetime | None = None
    trap: str = ""
    work: Work = Work.DONE
    before: Comment | None = None
    record: Record = NO_RECORD


@dataclass(frozen=True)
class Finding:
    """What one rule found, in words for the moderator.  ``refusal`` goes with ``REFUSE``."""

    verdict: Verdict
    words: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Screened:
    """The verdict with all its reasons."""

    verdict: Verdict
    reasons: tuple[Reason, ...]

    @property
    def status(self) -> Status:
        """Where a comment with this verdict stands."""
        return {Verdict.PUBLISH: Status.PUBLISHED, Verdict.HOLD: Status.PENDING}.get(self.verdict, Status.SPAM)


Rule = Callable[[Facts], Finding | None]


def refuse_closed_posts(facts: Facts) -> Finding | None:
    """A closed post takes no new comments; the ones it has may be edited."""
    if facts.post.closed and facts.before is None:
        return Finding(Verdict.REFUSE, refusal=PostClosed())
    return None


def refuse_replies_to_what_is_not_public(facts: Facts) -> Finding | None:
    """A waiting parent, one of another post and one that never was give the same answer."""
    parent = facts.parent
    if facts.wants_parent and not (parent and parent.is_public and parent.post == facts.post.key):
        return Finding(Verdict.REFUSE, refusal=Invalid({"parent": "There is no such comment under this post."}))
    return None


def refuse_without_work(facts: Facts) -> Finding | None:
    """The draft's author asks for the form again and sends it once more, with the work."""
    return Finding(Verdict.REFUSE, refusal=WorkMissing()) if facts.work is Work.MISSING else None


def hold_by_policy(facts: Facts) -> Finding | None:
    """What the owner asked for."""
    if facts.policy.hold is Hold.ALWAYS:
        return Finding(Verdict.HOLD, "Every comment waits for a moderator here.")
    return None


def hold_new_authors(facts: Facts) -> Finding | None:
    """An author is known by their key, never by a name that anybody can type."""
    if facts.policy.hold is not Hold.NEW_AUTHORS or facts.record.approved >= facts.policy.approvals:
        return None
    return Finding(Verdict.HOLD, f"A new author: {facts.record.approved} comments approved so far.")


def hold_on_old_posts(facts: Facts) -> Finding | None:
    """Old posts attract link spam, and few others."""
    if facts.policy.hold is not Hold.POSTS_OLDER_THAN:
        return None
    if not facts.post.count:
        return Finding(Verdict.HOLD, "The first comment under a post: anybody can invent the name of one.")
    age = facts.now - (published_on(facts.post) or facts.now)
    if age <= timedelta(days=facts.policy.days):
        return None
    return Finding(Verdict.HOLD, f"The post is older than {facts.policy.days} days.")


def hold_what_filled_the_trap(facts: Facts) -> Finding | None:
    """A field that people can't see; browsers fill it in too, at times, so it is no proof of spam."""
    if facts.trap:
        return Finding(Verdict.HOLD, "A field that readers don't see was filled in.")
    return None


def hold_what_a_moderator_edited(facts: Facts) -> Finding | None:
    """Nobody takes back by themselves what a moderator took out."""
    if facts.before and facts.before.edited_by:
        return Finding(Verdict.HOLD, "A moderator had edited it.")
    return None


def hold_without_work(facts: Facts) -> Finding | None:
    """Who has no script can't work, and shall be heard nevertheless."""
    if facts.work is Work.IMPOSSIBLE:
        return Finding(Verdict.HOLD, "It was written without the proof of work that is asked for here.")
    return None


def hold_without_a_form(facts: Facts) -> Finding | None:
    """Readers open the form before they write, and take some seconds."""
    if facts.before:
        return None
    if facts.form_opened is None:
        return Finding(Verdict.HOLD, "It was sent without opening the form.")
    if (facts.now - facts.form_opened).total_seconds() < MIN_WRITING:
        return Finding(Verdict.HOLD, "It was sent faster than a person writes.")
    return None


RULES: Sequence[Rule] = (
    refuse_closed_posts,
    refuse_replies_to_what_is_not_public,
    refuse_without_work,
    hold_by_policy,
    hold_new_authors,
    hold_on_old_posts,
    hold_what_filled_the_trap,
    hold_what_a_moderator_edited,
    hold_without_work,
    hold_without_a_form,
)


def screen(facts: Facts, rules: Sequence[Rule] = RULES) -> Screened:
    """Ask every rule.

    Raises:
        Refusal: what the first refusing rule says.
    """
    findings = [(rule.__name__, finding) for rule in rules if (finding := _asked(rule, facts))]
    refusal = next((finding.refusal for _, finding in findings if finding.refusal), None)
    if refusal:
        raise refusal
    verdict = max((finding.verdict for _, finding in findings), default=Verdict.PUBLISH)
    return Screened(verdict, tuple(Reason(rule, finding.words) for rule, finding in findings))


def _asked(rule: Rule, facts: Facts) -> Finding | None:
    try:
        return rule(facts)
    except Exception:  # noqa: BLE001  a broken rule must neither publish nor lose a comment
        return Finding(Verdict.HOLD, "A rule failed, so a moderator has to look.")
