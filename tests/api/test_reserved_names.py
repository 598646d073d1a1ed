"""Under every policy, names of the site's people wait for a moderator; edits are screened in the same way."""

from datetime import timedelta

import pytest

from tests.support.tokens import invited
from tests.support.world import World


@pytest.fixture
def open_site(world: World) -> World:
    """A site that holds nothing, whose owner is "Demo owner"; one comment is published."""
    world.owner = world.moderator("Demo chief")
    world.policy(**dict.fromkeys(world.get("/v1/moderation/policy", token=world.token).json["rules"], False))
    return world


@pytest.mark.parametrize("name", ["Admin", "Аdmin", "Demo chief", "Dеmo сhief"])
def test_a_name_of_the_sites_people_waits_even_if_every_rule_is_off(open_site: World, name: str) -> None:
    assert open_site.submit(name="Ann", form=open_site.form()).status == 201

    held = open_site.submit(name=name, form=open_site.form())

    assert held.status == 202
    reasons = open_site.comment(held.json["id"])["comment"]["reasons"]
    assert {reason["rule"] for reason in reasons} <= {"title_as_name", "name_of_moderator"}
    assert reasons


@pytest.mark.parametrize("name", ["Admin", "Dеmo сhief"])
def test_an_edit_to_such_a_name_waits(open_site: World, name: str) -> None:
    comment_id = open_site.submit("So.", name="Ann", author="ann", form=open_site.form()).json["id"]
    open_site.clock.forward(minutes=1)

    edited = open_site.edit(comment_id, "So.", author="ann", name=name)

    assert edited.status == 202
    assert [comment["name"] for comment in open_site.listed()["comments"]] == ["Ann"]


def test_the_owner_reserves_a_name(open_site: World) -> None:
    open_site.policy(reserved_names={"active": True, "names": ["Acme"]})

    assert open_site.submit(name="Acme", form=open_site.form()).status == 202


def test_a_new_moderators_name_is_reserved_within_five_minutes_in_every_process(open_site: World) -> None:
    assert open_site.submit(name="Grace Hopper", form=open_site.form()).status == 201
    invited(open_site, "Grace Hopper")
    open_site.clock.time += timedelta(minutes=5)

    assert open_site.submit(name="Grace Hopper", form=open_site.form()).status == 202


def test_a_moderators_own_reply_is_published(open_site: World) -> None:
    body, headers = {"post": "/a", "text": "Well."}, {"Idempotency-Key": "A" * 22}

    replied = open_site.request(
        "POST", "/v1/moderation/comments", json_body=body, headers=headers, token=open_site.token
    )

    assert replied.status == 201
