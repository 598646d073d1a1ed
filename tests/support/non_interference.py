"""Two worlds with the same public history, one of which has hidden data too.

Public operations have their own clock and randomness, so that public data has the same ids and times in
both.  Every hidden text contains the word ``canary``.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from chalicelib import runtime as runtimes
from chalicelib.core.ids import sha256
from tests.support.canaries import CANARY
from tests.support.relocation import begin_move, finish_job
from tests.support.world import POST, START, Clock, Entropy, World, key22, new_world, shared_client

OTHER, PLAIN, CLOSED, SECRET = "/2024/08/other.html", "guestbook ü", "/closed", "/only/hidden"
OLD, MOVED = "/2024/09/draft.html", "/2024/09/moved.html"
POSTS = (POST, OTHER, PLAIN, CLOSED, OLD, MOVED)
STEP = timedelta(minutes=20)  # between public operations: longer than the edit window
TOMBSTONES = {"place": "reject", "spam place": "spam", "deleted place": "delete", "left": "withdraw"}
HIDDEN_FIELDS = {
    "name": f"{CANARY} name",
    "link": f"https://{CANARY}.example/{CANARY}?{CANARY}",
    "post_title": f"{CANARY} title",
}


class SplitEntropy:
    """Two sequences of bytes: one for public operations, one for hidden ones."""

    def __init__(self) -> None:
        self.public, self.hidden, self.is_hidden = Entropy(), Entropy(), False

    def __call__(self, size: int) -> bytes:
        return self.hidden(size)[::-1] if self.is_hidden else self.public(size)


@dataclass
class Scenario:
    """The history of one world; hidden events only if ``with_hidden``.

    ``public`` and ``hidden`` are comments' names with their ids; in a world that does not tell all the
    hidden ones have ids that nobody ever had.
    """

    world: World
    dice: SplitEntropy
    with_hidden: bool
    words: str = ""
    steps: int = 0
    public: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    def step(self) -> None:
        """Start the next public operation, at its own time."""
        self.steps += 1
        self.world.clock.time = START + self.steps * STEP
        self.dice.is_hidden = False

    def publish(self, name: str, /, *, post: str = POST, below: str = "", **fields: Any) -> str:
        """Publish a comment."""
        self.step()
        if below:
            fields["parent"] = self.public[below]
        self.public[name] = self.world.published(f"About {name}.", key=name, post=post, **fields)
        return self.public[name]

    def hide(self, name: str, /, *operations: Callable[[str], object], below: str = "", **fields: Any) -> None:
        """Submit a comment that is hidden in the end, after these operations."""
        self.hidden[name] = key22(f"nobody's {name}")
        if not self.with_hidden:
            return
        parent = {"parent": self.public.get(below) or self.hidden[below]} if below else {}
        with self.hidden_step():
            response = self.world.submit(f"{CANARY} {name}", key=name, **HIDDEN_FIELDS | parent | fields)
            assert response.status == 202, response.text
            self.hidden[name] = response.json["id"]
            for operation in operations:
                operation(self.hidden[name])

    @contextmanager
    def hidden_step(self) -> Iterator[None]:
        """Do something without effect on the time and randomness of public operations."""
        time, self.dice.is_hidden = self.world.clock.time, True
        self.world.clock.forward(seconds=7)
        yield
        self.world.clock.time, self.dice.is_hidden = time, False

    def decided(self, *decisions: str) -> Callable[[str], None]:
        """Decisions by moderators, with a note."""

        def operation(comment_id: str) -> None:
            for decision in decisions:
                [result] = self.world.decide(decision, comment_id, note=f"{CANARY} note")["results"]
                assert result["outcome"] == "done", result

        return operation

    def edited(self, comment_id: str) -> None:
        assert self.world.edit(comment_id, f"{CANARY} edited", author="ann").status == 202

    def withdrawn(self, comment_id: str) -> None:
        assert self.world.withdraw(comment_id, author="ann").status == 204

    def erased(self, _comment_id: str) -> None:
        response = self.world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('leaver')}")
        assert response.json["done"], response.text


def build_scenario(*, with_hidden: bool, words: str = "plain") -> Scenario:
    """Build a world.  ``words``: the text of comments rejected later with public replies."""
    dice, world = SplitEntropy(), new_world(shared_client())
    clock = Clock()
    scenario = Scenario(World(replace(world.runtime, clock=clock, entropy=dice), clock), dice, with_hidden, words)
    with scenario.world.open():
        scenario.step()
        _ = scenario.world.token
        _run(scenario)
        scenario.step()
    return scenario


def _run(scenario: Scenario) -> None:
    _publish_threads(scenario)
    _hide_comments(scenario)
    _hide_published_comments(scenario)
    _replace_text(scenario)
    _hide_edits(scenario)
    _add_hidden_data_to_public_comments(scenario)
    _leave_tombstones(scenario)
    _move_a_post(scenario)
    scenario.publish("the last word", post=OTHER)


def _publish_threads(scenario: Scenario) -> None:
    scenario.hide("before everything")
    for name in ("one", "two", "three"):
        scenario.publish(name, author=name, name=name.title(), link=f"https://{name}.example/")
    scenario.publish("below one", below="one")
    for level in range(6):
        scenario.publish(f"level {level}", below=f"level {level - 1}" if level else "two")
    for number in range(5):
        scenario.publish(f"reply {number}", below="three")
    for name in ("other", "elsewhere"):
        scenario.publish(name, post=OTHER)
    scenario.publish("guest", post=PLAIN)
    scenario.publish("before closing", post=CLOSED)


def _hide_comments(scenario: Scenario) -> None:
    decided = scenario.decided
    scenario.hide("waits")
    scenario.hide("waits below", below="one")
    scenario.hide("waits deep below", below="level 4", author="ann")
    scenario.hide("rejected", decided("reject"))
    scenario.hide("spam", decided("spam"))
    scenario.hide("restored", decided("spam", "restore"))
    scenario.hide("deleted", decided("delete"))
    scenario.hide("withdrawn", scenario.withdrawn, author="ann")
    scenario.hide("edited while it waits", scenario.edited, author="ann")
    scenario.hide("in the trap", trap=f"{CANARY} trap")
    for number in range(3):
        scenario.hide(f"alone {number}", post=SECRET)
    for post in (OTHER, PLAIN, CLOSED):
        scenario.hide(f"waits at {post}", post=post)


def _hide_published_comments(scenario: Scenario) -> None:
    decided = scenario.decided
    scenario.hide("published, then rejected", decided("approve", "reject"))
    scenario.hide("published, then deleted", decided("approve", "delete"), below="one")
    scenario.hide("published, then withdrawn", decided("approve"), scenario.withdrawn, author="ann", below="level 2")
    scenario.hide("published, then erased", decided("approve"), scenario.erased, author="leaver")
    scenario.hide("parent", decided("approve"))
    scenario.hide("child", decided("approve"), below="parent")
    scenario.hide("waiting child", below="parent")
    scenario.hide("its family goes", *[lambda _id: _reject(scenario, "child"), lambda _id: _reject(scenario, "parent")])


def _reject(scenario: Scenario, name: str) -> None:
    scenario.decided("reject")(scenario.hidden[name])


def _replace_text(scenario: Scenario) -> None:
    """Public comments whose earlier text was never public or was replaced by a moderator."""
    scenario.step()
    world, words = scenario.world, _fields(scenario, "was")
    comment_id = world.submit(author="ed", key="edited", **words).json["id"]
    world.edit(comment_id, "Better.", author="ed")
    world.decide("approve", comment_id)
    scenario.public["edited before"] = comment_id
    scenario.step()
    comment_id = world.published(key="moderated", **words)
    change, path = {"version": 2, "text": "Milder.", "name": "Mo", "link": None}, {"comment_id": comment_id}
    route = "/v1/moderation/comments/{comment_id}"
    assert world.request("PATCH", route, path=path, json_body=change, token=world.token).status == 200
    scenario.public["edited by a moderator"] = comment_id


def _hide_edits(scenario: Scenario) -> None:
    """Edits of public comments that wait, that were dropped, and whose approval was undone."""
    ends = {"waits": (), "rejected": ("reject",), "spam": ("spam",), "undone": ("approve", "undo")}
    for end, operations in ends.items():
        comment_id = scenario.publish(f"edit {end}", author="editor", post=OLD if end == "waits" else POST)
        if not scenario.with_hidden:
            continue
        with scenario.hidden_step():
            words = {"name": HIDDEN_FIELDS["name"], "link": HIDDEN_FIELDS["link"]}
            assert scenario.world.edit(comment_id, f"{CANARY} pending", author="editor", **words).status == 202
            for operation in operations:
                _undo_last(scenario, comment_id) if operation == "undo" else scenario.decided(operation)(comment_id)


def _undo_last(scenario: Scenario, comment_id: str) -> None:
    row = scenario.world.comment(comment_id)["history"][-1]["id"]
    assert scenario.world.undo(comment=comment_id, decision=row).json["results"][0]["outcome"] == "done"


def _fields(scenario: Scenario, plain: str) -> dict[str, Any]:
    if not scenario.with_hidden:
        return {"text": plain, "post_title": plain}
    return {"text": f"{CANARY} text", **HIDDEN_FIELDS}


def _add_hidden_data_to_public_comments(scenario: Scenario) -> None:
    """Moderators' notes, votes and flags; closing and retitling a post."""
    world = scenario.world
    scenario.step()
    comment_id = world.submit("Approved with a note.", key="noted", **_proposed_title(scenario)).json["id"]
    world.decide("approve", comment_id, note=f"{CANARY} note" if scenario.with_hidden else "")
    scenario.public["noted"] = comment_id
    for voter, name in enumerate(("two", "two", "other", "level 0")):
        scenario.step()
        assert world.vote(scenario.public[name], 1, author=f"voter {voter}", address=f"203.0.113.{voter}").status == 200
    for post, change in ((CLOSED, {"closed": True}), (OTHER, {"title": "Other things"})):
        scenario.step()
        route, token = "/v1/moderation/posts", world.token
        version = world.get(route, query={"post": post}, token=token).json["posts"][0]["version"]
        body = {**change, "version": version}
        assert world.request("PATCH", route, query={"post": post}, json_body=body, token=token).status == 200
    if scenario.with_hidden:
        with scenario.hidden_step():
            _flag_all(scenario)


def _proposed_title(scenario: Scenario) -> dict[str, Any]:
    return {"post": "/new", **({"post_title": f"{CANARY} title"} if scenario.with_hidden else {})}


def _flag_all(scenario: Scenario) -> None:
    token, body = f"aw_author_{key22('flagger')}", {"reason": "other", "note": f"{CANARY} flag"}
    for comment_id in scenario.public.values():
        path = {"comment_id": comment_id}
        response = scenario.world.request(
            "POST", "/v1/comments/{comment_id}/flags", path=path, json_body=body, token=token
        )
        assert response.status == 202, response.text


def _leave_tombstones(scenario: Scenario) -> None:
    """Comments whose text differs between the worlds, removed with public replies below."""
    world = scenario.world
    for name, end in TOMBSTONES.items():
        scenario.step()
        comment_id = world.published(
            f"{scenario.words} text",
            key=name,
            author="ann",
            name=f"{scenario.words} name",
            link=f"https://{scenario.words}.example/",
        )
        scenario.public[name] = comment_id
        scenario.publish(f"below {name}", below=name)
        scenario.publish(f"further below {name}", below=f"below {name}")
        scenario.step()
        scenario.withdrawn(comment_id) if end == "withdraw" else world.decide(end, comment_id)
    scenario.step()
    world.decide("reject", scenario.public["below place"])


def _move_a_post(scenario: Scenario) -> None:
    scenario.publish("follows its page", post=OLD)
    scenario.publish("follows, below", below="follows its page", post=OLD)
    scenario.hide("waits and follows", post=OLD)
    scenario.hide("rejected, follows", scenario.decided("reject"), post=OLD)
    scenario.hide("waits below, follows", below="follows its page", post=OLD)
    scenario.step()
    with scenario.hidden_step():  # for how many requests it takes is no public thing
        finish_job(scenario.world, begin_move(scenario.world, OLD, MOVED)["job"])


def author_hash(name: str) -> str:
    """An author's hash in the table."""
    return sha256(key22(name))


def activate(scenario: Scenario) -> None:
    """Make the app's handler use this world, at the end of its history."""
    runtimes.use_runtime(scenario.world.runtime)
    scenario.world.clock.time = START + scenario.steps * STEP + timedelta(days=1)


def serialized(response: Any) -> str:
    """All bytes of a response except the request's id."""
    headers = {name: value for name, value in response.headers.items() if name != "X-Request-Id"}
    return json.dumps([response.status, headers], ensure_ascii=False) + "\n" + str(response.text)
