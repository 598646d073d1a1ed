"""Screening reads exactly what the active rules of the policy need."""

from collections import Counter
from itertools import chain, combinations

import pytest

from chalicelib.core.comments import Caller
from chalicelib.core.screening.context import Fact
from chalicelib.core.screening.rules import RULES
from chalicelib.store.accounts import NAMES_LIFE
from tests.support.wire_guard import Wire, watched
from tests.support.world import POST, World

NEEDS = {rule.settings.section: rule.needs for rule in RULES if rule.needs and rule.settings}  # section → facts
SUBSETS = list(chain.from_iterable(combinations(sorted(NEEDS), size) for size in range(len(NEEDS) + 1)))
READS = {  # of an author and a network with two comments
    Fact.AUTHOR_RECORD: {"the author": 1},
    Fact.NETWORK_RECORD: {"index network, up to 25": 1},
    Fact.MODERATOR_NAMES: {"the moderators": 1},
}
ALWAYS = {"the post": 1, "the policy": 1, **READS[Fact.MODERATOR_NAMES]}  # a rule that is always active needs names
KINDS = {"MODERATORS": "the moderators", "P": "the post", "CFG": "the policy", "A": "the author"}


def reads(world: World, caller: Caller) -> dict[str, int]:
    """What is read for the context of a submission, and how often."""
    seen = Counter[str]()

    def note(operation: str, body: Wire) -> None:
        if "IndexName" in body:
            seen[f"index {body['IndexName']}, up to {body['Limit']}"] += 1
        else:
            assert operation in {"GetItem", "Query"}
            key = body["Key"]["pk"] if "Key" in body else next(iter(body["ExpressionAttributeValues"].values()))
            seen[KINDS[key["S"].partition("#")[0]]] += 1

    world.clock.time += NAMES_LIFE  # what the process knew
    with watched(world.runtime.table.client, note):
        world.runtime.context_reader.read(POST, caller, world.clock())
    return dict(seen)


@pytest.mark.parametrize("active", SUBSETS, ids=lambda names: " and ".join(names) or "none")
def test_only_what_an_active_rule_needs_is_read(world: World, active: tuple[str, ...]) -> None:
    stored = [world.submit(f"Number {number}.").json["id"] for number in range(2)]
    network = world.runtime.comments.get(stored[0]).network
    world.policy(**{name: name in active for name in NEEDS})

    facts = {fact for name in active for fact in NEEDS[name]}
    expected = ALWAYS | {key: number for fact in facts for key, number in READS[fact].items()}
    assert reads(world, Caller(network, "limit", "author")) == expected


def test_the_rules_declare_what_they_need() -> None:
    author, network = frozenset({Fact.AUTHOR_RECORD}), frozenset({Fact.NETWORK_RECORD})

    assert NEEDS | {"new_author": author, "links": author, "network_rejected": network} == NEEDS
    assert READS.keys() == set(Fact)


def test_moderators_names_are_read_once_in_five_minutes(world: World) -> None:
    caller, seen = Caller("network", "limit"), list[str]()
    with watched(world.runtime.table.client, lambda _operation, body: seen.append(str(body))):
        for _ in range(5):
            world.runtime.context_reader.read(POST, caller, world.clock())

    assert sum("MODERATORS" in each for each in seen) == 1


def test_a_caller_without_an_author_key_has_no_record_to_read(world: World) -> None:
    world.policy(new_author=True, links=True)

    assert reads(world, Caller("network", "limit")) == ALWAYS
