"""Rules that the owner switches on: networks with rejected comments, and links."""

from tests.support.world import World

OTHER = "198.51.100.1"


def test_a_network_with_three_rejected_comments_is_held_and_others_are_not(world: World) -> None:
    ids = [world.submit(f"Buy this, {number}.").json["id"] for number in range(3)]
    world.policy(every_comment=False, network_rejected=True)
    world.decide("reject", *ids[:2])
    assert world.submit("In between.", form=world.form()).status == 201

    world.decide("spam", ids[2])

    assert world.submit("Buy that.", form=world.form(), address=OTHER).status == 201
    held = world.submit("Buy that.", form=world.form()).json["id"]
    assert world.comment(held)["comment"]["reasons"] == [
        {
            "rule": "network_rejected",
            "parameters": {"rejected": 3},
            "template": "{rejected} recent comments from this network were rejected.",
            "detail": "3 recent comments from this network were rejected.",
        }
    ]
    assert world.get("/v1/form", query={"post": "/any"}).json["holds"]


def test_rejections_that_were_undone_or_are_too_old_do_not_count(world: World) -> None:
    world.policy(every_comment=False, network_rejected={"active": True, "rejected": 1})
    first = world.submit("Buy this.").json["id"]
    result = world.decide("reject", first)["results"][0]
    assert world.submit("One.", form=world.form()).status == 202

    world.undo(comment=first, decision=result["decision"])
    assert world.submit("Two.", form=world.form()).status == 201

    world.decide("reject", first)
    world.clock.forward(days=30)
    assert world.submit("Three.", form=world.form()).status == 201


def test_an_edit_is_screened_with_its_new_words(world: World) -> None:
    world.policy(every_comment=False, links={"active": True, "allowed": 1})
    comment_id = world.submit("See https://a.example.", author="ann", form=world.form()).json["id"]
    world.clock.forward(minutes=1)

    assert world.edit(comment_id, "See nothing.", author="ann").status == 200
    assert world.edit(comment_id, "See https://a.example and https://b.example.", author="ann").status == 202
    [held] = world.queue()
    assert held["pending_edit"]["reasons"][0]["detail"] == "2 links, from an author without approved comments."
    assert world.edit(comment_id, "See https://a.example.", author="ann").status == 200


def test_a_change_of_the_policy_names_what_is_wrong_and_changes_nothing(world: World) -> None:
    rules = {"links": {"allowed": 101}, "new_author": {"colour": "red"}, "moon": {"active": True}}
    body = {"version": 0, "rules": rules}

    response = world.request("PUT", "/v1/moderation/policy", json_body=body, token=world.token)

    wrong = {error["field"] for error in response.json["errors"]}
    assert (response.status, wrong) == (422, {"rules.links.allowed", "rules.new_author.colour", "rules.moon"})
    assert world.get("/v1/moderation/policy", token=world.token).json["version"] == 0


def test_the_policy_comes_with_a_schema_of_its_rules(world: World) -> None:
    policy = world.policy(old_post={"days": 7})

    properties = policy["rules_schema"]["properties"]
    assert policy["rules"]["old_post"] == {"active": False, "days": 7}
    assert list(properties) == list(policy["rules"])
    assert properties["old_post"]["properties"]["days"]["maximum"] == 3_650


def test_the_audit_log_shows_only_the_settings_that_changed(world: World) -> None:
    world.policy(every_comment=False, old_post={"active": False, "days": 7})

    [entry] = world.get("/v1/moderation/audit", query={"limit": "1"}, token=world.token).json["entries"]

    assert (entry["before"], entry["after"]) == (
        '{"every_comment": {"active": true}, "old_post": {"days": 14}}',
        '{"every_comment": {"active": false}, "old_post": {"days": 7}}',
    )
