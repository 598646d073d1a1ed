"""Screening: the strictest finding is the verdict, and every finding is a reason."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.comments import Comment, Reason, Status
from chalicelib.core.errors import Invalid, PostClosed, WorkMissing
from chalicelib.core.posts import Post
from chalicelib.core.screening.context import Context, Fact, NetworkRecord, ProofOfWork
from chalicelib.core.screening.engine import MESSAGES, message_of, needed_facts, screen
from chalicelib.core.screening.policy import Policy
from chalicelib.core.screening.rule import Finding, Verdict, hold, rule
from chalicelib.core.screening.rules import RULES, SECTIONS
from tests.core.screening.support import CONTEXT, NOW, PUBLIC, policy


@rule("It sells something.")
def sells(_context: Context) -> Finding:
    return Finding(Verdict.SPAM)


@rule()
def broken(_context: Context) -> Finding | None:
    raise ZeroDivisionError


def test_a_draft_without_findings_is_published() -> None:
    result = screen(CONTEXT)

    assert result.status is Status.PUBLISHED
    assert result.reasons == ()


@pytest.mark.parametrize(
    "parent",
    [None, replace(PUBLIC, status=Status.PENDING), replace(PUBLIC, post="/b"), replace(PUBLIC, status=Status.DELETED)],
    ids=["absent", "waiting", "of another post", "deleted"],
)
def test_replies_to_hidden_comments_are_all_refused_alike(parent: Comment | None) -> None:
    with pytest.raises(Invalid) as refusal:
        screen(replace(CONTEXT, has_parent=True, parent=parent))

    assert refusal.value.errors == {"parent": "There is no such comment under this post."}


def test_a_closed_post_takes_no_new_comments_but_allows_edits() -> None:
    closed = replace(CONTEXT, post=Post(key="/a", closed=True))

    with pytest.raises(PostClosed):
        screen(closed)
    assert screen(replace(closed, before=PUBLIC)).status is Status.PUBLISHED


def test_a_missing_proof_of_work_is_refused_but_a_closed_post_comes_first() -> None:
    without_proof = replace(CONTEXT, proof_of_work=ProofOfWork.MISSING)

    with pytest.raises(WorkMissing):
        screen(without_proof)
    with pytest.raises(PostClosed):
        screen(replace(without_proof, post=Post(key="/a", closed=True)))


def test_a_failing_rule_holds_the_comment() -> None:
    result = screen(CONTEXT, (*RULES, broken))

    assert result.status is Status.PENDING
    assert result.reasons == (Reason("rule_failed", {"name": "broken"}),)
    assert message_of(result.reasons[0]).fill(result.reasons[0].parameters).startswith("A rule failed (broken)")


@pytest.mark.parametrize(("active", "reasons"), [(True, (Reason("unknown_rule", {"name": "newer"}),)), (False, ())])
def test_an_active_rule_of_another_version_holds_the_comment(*, active: bool, reasons: tuple[Reason, ...]) -> None:
    context = replace(CONTEXT, policy=policy(newer=active))

    assert screen(context).reasons == reasons


def test_the_strictest_finding_decides_and_all_reasons_are_kept() -> None:
    result = screen(replace(CONTEXT, honeypot="on"), (*RULES, sells))

    assert result.status is Status.SPAM
    assert [reason.rule for reason in result.reasons] == ["honeypot", "sells"]


CONTEXTS = st.builds(
    replace,
    st.just(CONTEXT),
    text=st.sampled_from(("", "http://a.example http://b.example http://c.example")),
    honeypot=st.sampled_from(("", "on")),
    form_opened=st.sampled_from((None, NOW, CONTEXT.form_opened)),
    proof_of_work=st.sampled_from((ProofOfWork.DONE, ProofOfWork.IMPOSSIBLE)),
    post=st.builds(Post, key=st.sampled_from(("/a", "/2024/07/panic.html")), count=st.integers(0, 1)),
    before=st.none() | st.just(replace(PUBLIC, edited_by="m")),
    network_record=st.builds(NetworkRecord, rejected=st.integers(0, 5)),
)
ACTIVE = st.sets(st.sampled_from(sorted(SECTIONS)))


@given(CONTEXTS, ACTIVE)
def test_the_verdict_is_the_strictest_of_what_each_active_rule_finds_alone(context: Context, active: set[str]) -> None:
    context = replace(context, policy=policy(**dict.fromkeys(SECTIONS, False) | dict.fromkeys(active, True)))

    whole = screen(context)

    alone = [screen(context, [rule]) for rule in RULES]
    assert whole.verdict == max(each.verdict for each in alone)
    assert whole.reasons == tuple(reason for each in alone for reason in each.reasons)


@given(CONTEXTS, ACTIVE, ACTIVE)
def test_another_active_rule_never_makes_the_verdict_milder(context: Context, active: set[str], more: set[str]) -> None:
    few = policy(**dict.fromkeys(SECTIONS, False) | dict.fromkeys(active, True))
    many = policy(**dict.fromkeys(SECTIONS, False) | dict.fromkeys(active | more, True))

    assert screen(replace(context, policy=few)).verdict <= screen(replace(context, policy=many)).verdict
    assert needed_facts(few) <= needed_facts(many)


def test_by_default_every_comment_is_held_and_no_record_is_read() -> None:
    default = Policy()

    assert screen(replace(CONTEXT, policy=default)).reasons == (Reason("every_comment"),)
    assert needed_facts(default) == {Fact.MODERATOR_NAMES}


def test_every_rule_that_finds_something_has_a_message_with_its_parameters() -> None:
    refusing = {"closed_post", "hidden_parent", "missing_proof_of_work"}

    assert {name for name, message in MESSAGES.items() if not message.template} == refusing
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_reason_of_a_rule_that_no_longer_exists_shows_its_name() -> None:
    assert message_of(Reason("phase_of_the_moon", {"phase": 3})).fill({"phase": 3}) == "phase_of_the_moon"


def test_a_message_agrees_with_its_number_and_survives_missing_and_hostile_parameters() -> None:
    message = MESSAGES["new_author"]

    assert message.fill({"approved": 1}) == "A new author: 1 comment approved so far."
    assert message.fill({"approved": 2}) == "A new author: 2 comments approved so far."
    assert message.fill({}) == message.template
    assert MESSAGES["rule_failed"].fill({"name": "{name}"}) == "A rule failed ({name}), so a moderator has to look."


def test_a_rule_is_asked_only_while_it_is_active() -> None:
    settings = next(each.settings for each in RULES if each.name == "links")

    @rule("Always.", settings=settings)
    def always(_context: Context) -> Finding:
        return hold()

    found = {active: screen(replace(CONTEXT, policy=policy(links=active)), [always]).status for active in (True, False)}

    assert found == {True: Status.PENDING, False: Status.PUBLISHED}
