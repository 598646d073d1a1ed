"""One site beside its model: deeds are done on both, faults befall the one, and the two are compared."""

import json
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib import runtime as runtimes
from chalicelib.core.accounts import Role
from chalicelib.core.ids import comment_id
from chalicelib.store.engine.attributes import item_from_wire
from tests.faults import Fault, Faults, Killed, Kind, without_pauses
from tests.invariants import check_table, read_truth
from tests.lagging import Lag
from tests.machines.deeds import Deed, Erase, after
from tests.machines.drawn import AUTHORS, Meeting, Plan
from tests.machines.model import Answer, Model
from tests.machines.rulings import NAMES
from tests.machines.telling import SHIFTS, hash_of, moves_of, public_words, told, told_by, what_counts, words_of
from tests.readings import (
    a_comment_is_found_exactly_while_it_is_public,
    a_post_shows_exactly_its_visible_comments,
    bytes_of,
    canaries,
    check_public,
    counts_say_what_is_published,
    everybodys_own_list_is_theirs,
    lists,
    nothing_hidden_is_in,
    queued,
    the_audit_is_readable,
    the_feeds_show_what_is_published,
    the_figures_are_those_of_the_table,
    the_queue_is_exactly_what_waits,
    what_is_hidden_changes_no_public_byte,
)
from tests.tried import TRIED
from tests.wire_guard import guarded
from tests.world import Reply, key22, new_world, sibling

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


BETWEEN_REQUESTS = timedelta(milliseconds=10)
MEMO = 3  # seconds, more than an answer is kept in memory
STALE = "answer of an index that lags"


class Site:
    """The service on a table of its own, two moderators, and the model of it all."""

    def __init__(self, client: "DynamoDBClient", place: str) -> None:
        self.client, self.place = client, place
        self.world = new_world(client, limit_post_published=10**6)
        self.table = self.world.runtime.settings.table
        self._undo = ExitStack()
        self._undo.callback(client.delete_table, TableName=self.table)
        self._undo.callback(runtimes.use, None)
        self._undo.enter_context(guarded(client))
        self.faults = self._undo.enter_context(Faults(client))
        self.restart()
        self.world.runtime.config.check_keys(self.world.runtime.keys, self.world.clock())
        owner, other = NAMES
        self.world.owner = self.world.moderator(owner)
        self.tokens = [self.world.owner, self.world.moderator(other, Role.MODERATOR)]
        found = {moderator.name: moderator.id for moderator in self.world.runtime.access.moderators()}
        self.moderators = [found[name] for name in NAMES]
        self.model = Model(self.world.clock.time)
        self.truth = read_truth(self.world)
        self.notes: set[str] = set()  # and titles: what nobody erases
        self.sound = True

    def restart(self) -> None:
        """Let a new process answer from now on."""
        self.world = sibling(self.world)
        runtimes.use(without_pauses(self.world.runtime))

    def close(self) -> None:
        """Look at everything once more if nothing broke, and leave nothing behind."""
        with self._undo:
            if self.sound:
                self.catch_up()
                self.check_all()
        TRIED.places[self.place] += 1
        TRIED.faults.update(map(str, self.faults.counted.elements()))

    def check_all(self) -> None:
        """Everything that people can read, as a whole."""
        self.world.clock.forward(seconds=MEMO)
        check_public(self.world, self.truth, limit=2)
        what_is_hidden_changes_no_public_byte(self.world, self.truth)
        the_audit_is_readable(self.world, self.truth)
        everybodys_own_list_is_theirs(self.world, self.truth, dict(map(keyed, AUTHORS)))
        the_feeds_show_what_is_published(self.world, self.truth)
        the_figures_are_those_of_the_table(self.world, self.truth)
        for status in ("pending", "published", "rejected", "spam", "flagged"):
            the_queue_is_exactly_what_waits(self.world, self.truth, status=status, limit=3)

    def id_of(self, post: str, author: str, key: str) -> str:
        """The id that a submission will have."""
        return comment_id(self.world.runtime.keys.identity, post, hash_of(author), key22(key))

    def id_of_reply(self, post: str, by: int, key: str) -> str:
        """The id that a moderator's reply will have."""
        return comment_id(self.world.runtime.keys.identity, post, f"moderator {self.moderators[by]}", key22(key))

    # Doing

    def do(self, deed: Deed, plan: Plan = ()) -> None:
        """One deed, and a repeat where the client got no good answer; then the table is as the model says."""
        self.sound = False
        TRIED.steps[type(deed).__name__] += 1
        self.model.now = self.world.clock.time + BETWEEN_REQUESTS
        model, [answer] = after(self.model, deed)
        reply = self.ask(deed, plan)
        if reply is None or is_unfinished(reply):
            assert self.faults.befell, reply
            later, [repeated] = after(model, deed)
            reply = self.ask(deed)
            assert reply is not None
            assert is_mixed_from(deed.understood(reply), answer, repeated), reply.text
            self.compare(model, later)
        else:
            assert deed.understood(reply) == answer, reply.text
            self.compare(model)

    def ask(self, deed: Deed, plan: Plan = ()) -> Reply | None:
        """The answer; nothing where the function was killed."""
        try:
            with self.faults.plan(*plan):
                reply = deed.send(self.world, self.tokens)
        except Killed:
            self.restart()
            return None
        assert reply.status < 500 or (reply.status, reply.json["code"]) == (503, "unavailable"), reply.text
        assert reply.status < 500 or int(reply.headers["Retry-After"]) >= 1, reply.headers
        return reply

    def race(self, slow: Deed, quick: Deed, meeting: Meeting, *last: Deed) -> None:
        """One deed is done from beginning to end in the midst of another: as if one came after the other.

        ``last`` is done after both, where only that makes it so.
        """
        self.sound = False
        TRIED.steps[f"{type(slow).__name__} met by {type(quick).__name__}"] += 1
        self.model.now = self.world.clock.time + BETWEEN_REQUESTS
        replies: list[Reply] = []

        def meanwhile() -> None:
            replies.append(quick.send(self.world, self.tokens))

        first = replace(meeting.moment, call=meeting.moment.call - 1)
        plan = (Fault(Kind.LOST_REPLY, first),) if meeting.lost else ()
        with self.faults.plan(*plan, meanwhile=(meeting.moment, meanwhile)):
            reply = slow.send(self.world, self.tokens)
        if not replies:
            meanwhile()
        said = {"slow": slow.understood(reply), "quick": quick.understood(replies[0])}
        deeds = {"slow": slow, "quick": quick}
        for number, deed in enumerate(last):
            deeds[str(number)] = deed
            said[str(number)] = deed.understood(deed.send(self.world, self.tokens))
        pairs = [("slow", "quick"), ("quick", "slow"), *([("slow", "quick", "slow")] if meeting.lost else [])]
        orders = [(*pair, *map(str, range(len(last)))) for pair in pairs]
        self.compare(*self.explained(deeds, orders, said))

    def explained(self, deeds: dict[str, Deed], orders: list[tuple[str, ...]], said: dict[str, Answer]) -> list[Model]:
        """The models after those orders of the deeds that explain what was said at last to each."""
        models = []
        for order in orders:
            model, answers = after(self.model, *(deeds[name] for name in order))
            if said.items() <= dict(zip(order, answers, strict=True)).items():
                models.append(model)
        assert models, said
        return models

    # Indexes that lag

    def fall_behind(self, writes: int, seed: int) -> None:
        """From now on indexes answer as of up to so many writes ago."""
        self.catch_up()
        self.faults.lag = Lag(self.client, self.table, writes, seed)

    def catch_up(self) -> None:
        """Indexes show what is in the table, and what is kept in memory is forgotten."""
        if self.faults.lag:
            TRIED.faults.update({STALE: self.faults.lag.stale} if self.faults.lag.stale else {})
            self.faults.lag = None
            self.world.clock.forward(seconds=MEMO)

    def erase_behind(self, deed: Erase, plan: Plan) -> None:
        """What an index does not show yet is left; and nothing is left once it shows all."""
        self.sound = False
        TRIED.steps["Erase behind the index"] += 1
        reply = self.ask(deed, plan)
        assert reply is None or reply.status in {200, 503}, reply.text
        check_table(read_truth(self.world))
        self.catch_up()
        self.do(deed)

    def move_behind(self, deed: Deed) -> None:
        """What an index does not show yet follows with the next request."""
        self.sound = False
        TRIED.steps["Move behind the index"] += 1
        reply = self.ask(deed)
        assert reply
        assert reply.status < 500, reply.text
        check_table(read_truth(self.world))
        self.catch_up()
        self.do(deed)

    def check_behind(self, post: str) -> None:
        """Indexes show nothing that was not public some writes ago; the rest is as it is."""
        assert self.faults.lag
        self.sound = False
        self.world.clock.forward(seconds=MEMO)
        states = [[item_from_wire(item) for item in state] for state in self.faults.lag.states]
        titles = canaries(*(str(post.get("title", "")) for post in self.truth.posts.values()))
        allowed = titles.union(*map(public_words, states))
        replies = [reply for pages in lists(self.world, post, 2).values() for reply in pages]
        replies += [self.world.get("/v1/latest"), *counts_say_what_is_published(self.world, self.truth)]
        assert {reply.status for reply in replies} == {200}
        assert canaries(*map(bytes_of, replies)) <= allowed
        for status in ("pending", "flagged"):
            self.check_queue_behind(status)
        self.sound = True

    def check_queue_behind(self, status: str) -> None:
        """Nothing is in it that does not wait, and nothing twice; each as it is now."""
        found = queued(self.world, status, 3)
        waiting = {
            key: item["ver"]
            for key, item in self.truth.comments.items()
            if (item.get("flags") if status == "flagged" else item["status"] == status)
        }
        assert {each["id"]: each["version"] for each in found}.items() <= waiting.items()
        assert len({each["id"] for each in found}) == len(found)

    # Comparing

    def compare(self, *models: Model) -> None:
        """The table is as one of the models says, which from now on is the model."""
        self.truth = read_truth(self.world)
        check_table(self.truth)
        found = told_by(self.truth)
        self.model = next((model for model in models if told(model) == found), models[0])
        assert told(self.model) == found
        self.learn()
        assert canaries(json.dumps(what_counts(self.truth))) - self.notes == words_of(self.model)
        self.sound = True

    def learn(self) -> None:
        """What only the service can choose: paths, and ids of what was done."""
        for key, entry in self.model.comments.items():
            entry.path = self.truth.comments[key]["path"]
            for row, item in zip(entry.rows, self.truth.rows_of(key), strict=True):
                row.id, row.bulk = item["op"], item.get("bulk", "")
        rows = {(row.get("post", ""), row["ver"]): row["op"] for row in self.truth.audit if row["act"] in SHIFTS}
        for shift in self.model.shifts:
            shift.id = rows[shift.post, shift.version]
        bulks = {key: item for key, item in self.truth.bulks.items() if item["work"] != "move"}
        self.model.bulks = {key: list(item["ids"]) for key, item in bulks.items()}
        for transfer, job in zip(self.model.moves, moves_of(self.truth), strict=True):
            transfer.id = job["op"]

    def check(self, posts: set[str], comment_ids: set[str], limit: int) -> None:
        """Everything that people can read of these."""
        if self.faults.lag:
            for post in sorted(posts):
                self.check_behind(post)
            return
        self.sound = False
        replies = counts_say_what_is_published(self.world, self.truth)
        for post in sorted(posts):
            replies += a_post_shows_exactly_its_visible_comments(self.world, self.truth, post, limit)
        for key in sorted(comment_ids & self.truth.comments.keys()):
            replies += a_comment_is_found_exactly_while_it_is_public(self.world, self.truth, key)
        nothing_hidden_is_in(replies, self.truth)
        for status in ("pending", "flagged"):
            the_queue_is_exactly_what_waits(self.world, self.truth, status=status, limit=limit)
        self.sound = True


def is_unfinished(reply: Reply) -> bool:
    """The client has to send it again."""
    if reply.status == 200 and set(reply.json) == {"done", "left"}:
        return bool(reply.json["left"])  # of an author
    if reply.status != 200 or "results" not in reply.json:
        return reply.status == 503
    return any(result["outcome"] == "not_tried" for result in reply.json["results"])


def is_mixed_from(told: Answer, *answers: Answer) -> bool:
    """Each part is from one of the answers: some of it was done at first, the rest by the repeat."""
    return told in answers or all(part in parts for part, *parts in zip(told, *answers, strict=True))


def keyed(author: str) -> tuple[str, str]:
    """(what the table knows of an author, the token)."""
    return hash_of(author), f"aw_author_{key22(author)}"
