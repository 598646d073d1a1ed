"""Two worlds in which the same public things happen at the same times, and in one of them hidden things too.

The public deeds have a clock and a randomness of their own, so that what is public has the same ids
and times in both.  Every hidden word holds the word ``canary``.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from chalicelib import runtime as runtimes
from chalicelib.core.ids import sha256
from tests.canaries import CANARY
from tests.moves import begin, finish
from tests.world import POST, START, Clock, Entropy, World, key22, new_world, shared_client

OTHER, PLAIN, CLOSED, SECRET = "/2024/08/other.html", "guestbook ü", "/closed", "/only/hidden"
OLD, MOVED = "/2024/09/draft.html", "/2024/09/moved.html"
POSTS = (POST, OTHER, PLAIN, CLOSED, OLD, MOVED)
STEP = timedelta(minutes=20)  # between public deeds: longer than anybody may edit
PLACES = {"place": "reject", "spam place": "spam", "deleted place": "delete", "left": "withdraw"}
WORDS = {
    "name": f"{CANARY} name",
    "link": f"https://{CANARY}.example/{CANARY}?{CANARY}",
    "post_title": f"{CANARY} title",
}


class Dice:
    """Two sequences of bytes: one for what is public, another for what is not."""

    def __init__(self) -> None:
        self.public, self.hidden, self.is_hidden = Entropy(), Entropy(), False

    def __call__(self, size: int) -> bytes:
        return self.hidden(size)[::-1] if self.is_hidden else self.public(size)


@dataclass
class Story:
    """What happens in one world; hidden things only where ``tells_all``.

    ``public`` and ``hidden`` are comments' names with their ids; in a world that does not tell all the
    hidden ones have ids that nobody ever had.
    """

    world: World
    dice: Dice
    tells_all: bool
    words: str = ""
    steps: int = 0
    public: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    def step(self) -> None:
        """The next public deed, at its own time."""
        self.steps += 1
        self.world.clock.time = START + self.steps * STEP
        self.dice.is_hidden = False

    def publish(self, name: str, /, *, post: str = POST, below: str = "", **fields: Any) -> str:
        """A comment that everybody may read."""
        self.step()
        if below:
            fields["parent"] = self.public[below]
        self.public[name] = self.world.published(f"About {name}.", key=name, post=post, **fields)
        return self.public[name]

    def hide(self, name: str, /, *deeds: Callable[[str], object], below: str = "", **fields: Any) -> None:
        """A comment that nobody may read in the end, after all that is done with it."""
        self.hidden[name] = key22(f"nobody's {name}")
        if not self.tells_all:
            return
        parent = {"parent": self.public.get(below) or self.hidden[below]} if below else {}
        with self.unseen():
            reply = self.world.submit(f"{CANARY} {name}", key=name, **WORDS | parent | fields)
            assert reply.status == 202, reply.text
            self.hidden[name] = reply.json["id"]
            for deed in deeds:
                deed(self.hidden[name])

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """A while of which no public deed's time or randomness tells."""
        time, self.dice.is_hidden = self.world.clock.time, True
        self.world.clock.forward(seconds=7)
        yield
        self.world.clock.time, self.dice.is_hidden = time, False

    def decided(self, *decisions: str) -> Callable[[str], None]:
        """What moderators decide, with a word for each other."""

        def deed(comment_id: str) -> None:
            for decision in decisions:
                [result] = self.world.decide(decision, comment_id, note=f"{CANARY} note")["results"]
                assert result["outcome"] == "done", result

        return deed

    def edited(self, comment_id: str) -> None:
        assert self.world.edit(comment_id, f"{CANARY} edited", author="ann").status == 202

    def withdrawn(self, comment_id: str) -> None:
        assert self.world.withdraw(comment_id, author="ann").status == 204

    def erased(self, _comment_id: str) -> None:
        reply = self.world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('leaver')}")
        assert reply.json["done"], reply.text


def told(*, tells_all: bool, words: str = "plain") -> Story:
    """A world and all that happens there.  ``words``: those of what is rejected later with public replies."""
    dice, world = Dice(), new_world(shared_client())
    clock = Clock()
    story = Story(World(replace(world.runtime, clock=clock, entropy=dice), clock), dice, tells_all, words)
    with story.world.open():
        story.step()
        _ = story.world.token
        _happen(story)
        story.step()
    return story


def _happen(story: Story) -> None:
    _people_talk(story)
    _most_is_hidden(story)
    _what_was_public(story)
    _words_that_were_replaced(story)
    _public_things_with_hidden_sides(story)
    _places(story)
    _a_page_gets_another_address(story)
    story.publish("the last word", post=OTHER)


def _people_talk(story: Story) -> None:
    story.hide("before everything")
    for name in ("one", "two", "three"):
        story.publish(name, author=name, name=name.title(), link=f"https://{name}.example/")
    story.publish("below one", below="one")
    for level in range(6):
        story.publish(f"level {level}", below=f"level {level - 1}" if level else "two")
    for number in range(5):
        story.publish(f"reply {number}", below="three")
    for name in ("other", "elsewhere"):
        story.publish(name, post=OTHER)
    story.publish("guest", post=PLAIN)
    story.publish("before closing", post=CLOSED)


def _most_is_hidden(story: Story) -> None:
    decided = story.decided
    story.hide("waits")
    story.hide("waits below", below="one")
    story.hide("waits deep below", below="level 4", author="ann")
    story.hide("rejected", decided("reject"))
    story.hide("spam", decided("spam"))
    story.hide("restored", decided("spam", "restore"))
    story.hide("deleted", decided("delete"))
    story.hide("withdrawn", story.withdrawn, author="ann")
    story.hide("edited while it waits", story.edited, author="ann")
    story.hide("in the trap", trap=f"{CANARY} trap")
    for number in range(3):
        story.hide(f"alone {number}", post=SECRET)
    for post in (OTHER, PLAIN, CLOSED):
        story.hide(f"waits at {post}", post=post)


def _what_was_public(story: Story) -> None:
    decided = story.decided
    story.hide("published, then rejected", decided("approve", "reject"))
    story.hide("published, then deleted", decided("approve", "delete"), below="one")
    story.hide("published, then edited", decided("approve"), story.edited, author="ann")
    story.hide("published, then withdrawn", decided("approve"), story.withdrawn, author="ann", below="level 2")
    story.hide("published, then erased", decided("approve"), story.erased, author="leaver")
    story.hide("parent", decided("approve"))
    story.hide("child", decided("approve"), below="parent")
    story.hide("waiting child", below="parent")
    story.hide("its family goes", *[lambda _id: _reject(story, "child"), lambda _id: _reject(story, "parent")])


def _reject(story: Story, name: str) -> None:
    story.decided("reject")(story.hidden[name])


def _words_that_were_replaced(story: Story) -> None:
    """Public comments that said something else before they were public, or until a moderator changed it."""
    story.step()
    world, words = story.world, _words(story, "was")
    comment_id = world.submit(author="ed", key="edited", **words).json["id"]
    world.edit(comment_id, "Better.", author="ed")
    world.decide("approve", comment_id)
    story.public["edited before"] = comment_id
    story.step()
    comment_id = world.published(key="moderated", **words)
    change, path = {"version": 2, "text": "Milder.", "name": "Mo", "link": None}, {"comment_id": comment_id}
    route = "/v1/moderation/comments/{comment_id}"
    assert world.request("PATCH", route, path=path, json_body=change, token=world.token).status == 200
    story.public["edited by a moderator"] = comment_id


def _words(story: Story, plain: str) -> dict[str, Any]:
    if not story.tells_all:
        return {"text": plain, "post_title": plain}
    return {"text": f"{CANARY} text", **WORDS}


def _public_things_with_hidden_sides(story: Story) -> None:
    """Notes of moderators, votes, flags; closing and naming a post."""
    world = story.world
    story.step()
    comment_id = world.submit("Approved with a note.", key="noted", **_proposed(story)).json["id"]
    world.decide("approve", comment_id, note=f"{CANARY} note" if story.tells_all else "")
    story.public["noted"] = comment_id
    for voter, name in enumerate(("two", "two", "other", "level 0")):
        story.step()
        assert world.vote(story.public[name], 1, author=f"voter {voter}", address=f"203.0.113.{voter}").status == 200
    for post, change in ((CLOSED, {"closed": True}), (OTHER, {"title": "Other things"})):
        story.step()
        route, token = "/v1/moderation/posts", world.token
        version = world.get(route, query={"post": post}, token=token).json["posts"][0]["version"]
        body = {**change, "version": version}
        assert world.request("PATCH", route, query={"post": post}, json_body=body, token=token).status == 200
    if story.tells_all:
        with story.unseen():
            _flag_all(story)


def _proposed(story: Story) -> dict[str, Any]:
    return {"post": "/new", **({"post_title": f"{CANARY} title"} if story.tells_all else {})}


def _flag_all(story: Story) -> None:
    token, body = f"aw_author_{key22('flagger')}", {"reason": "other", "note": f"{CANARY} flag"}
    for comment_id in story.public.values():
        path = {"comment_id": comment_id}
        reply = story.world.request("POST", "/v1/comments/{comment_id}/flags", path=path, json_body=body, token=token)
        assert reply.status == 202, reply.text


def _places(story: Story) -> None:
    """Comments whose words differ between the worlds, and that went away with public replies below."""
    world = story.world
    for name, end in PLACES.items():
        story.step()
        comment_id = world.published(
            f"{story.words} text",
            key=name,
            author="ann",
            name=f"{story.words} name",
            link=f"https://{story.words}.example/",
        )
        story.public[name] = comment_id
        story.publish(f"below {name}", below=name)
        story.publish(f"further below {name}", below=f"below {name}")
        story.step()
        story.withdrawn(comment_id) if end == "withdraw" else world.decide(end, comment_id)
    story.step()
    world.decide("reject", story.public["below place"])


def _a_page_gets_another_address(story: Story) -> None:
    story.publish("follows its page", post=OLD)
    story.publish("follows, below", below="follows its page", post=OLD)
    story.hide("waits and follows", post=OLD)
    story.hide("rejected, follows", story.decided("reject"), post=OLD)
    story.hide("waits below, follows", below="follows its page", post=OLD)
    story.step()
    with story.unseen():  # for how many requests it takes is no public thing
        finish(story.world, begin(story.world, OLD, MOVED)["job"])


def author_of(name: str) -> str:
    """What the table knows an author by."""
    return sha256(key22(name))


def use(story: Story) -> None:
    """Let the door use this world, at the time when all has happened."""
    runtimes.use(story.world.runtime)
    story.world.clock.time = START + story.steps * STEP + timedelta(days=1)


def written(reply: Any) -> str:
    """All bytes of an answer, but for the request's id."""
    headers = {name: value for name, value in reply.headers.items() if name != "X-Request-Id"}
    return json.dumps([reply.status, headers], ensure_ascii=False) + "\n" + str(reply.text)
