"""One site beside its model: deeds are done on both, faults befall the one, and the two are compared."""

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib import runtime as runtimes
from chalicelib.core.access import Role, author_hash
from chalicelib.core.ids import comment_id
from tests.faults import Fault, Faults, Killed, Kind, lagging_indexes, without_pauses
from tests.invariants import Truth, check_table, is_public, read_truth
from tests.machines.deeds import Deed, after
from tests.machines.drawn import Meeting, Plan
from tests.machines.model import Answer, Entry, Model, Words
from tests.readings import (
    a_comment_is_found_exactly_while_it_is_public,
    a_post_shows_exactly_its_visible_comments,
    bytes_of,
    canaries,
    check_public,
    counts_say_what_is_published,
    lists,
    nothing_hidden_is_in,
    queued,
    the_audit_is_readable,
    the_queue_is_exactly_what_waits,
    what_is_hidden_changes_no_public_byte,
)
from tests.wire_guard import guarded
from tests.world import Reply, key22, new_world, sibling

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


BETWEEN_REQUESTS = timedelta(milliseconds=10)
MEMO = 3  # seconds, more than an answer is kept in memory


class Tally:
    """What was tried."""

    def __init__(self) -> None:
        self.sites = 0
        self.deeds: Counter[str] = Counter()
        self.faults: Counter[Kind] = Counter()

    def __str__(self) -> str:
        """The totals, then each kind."""
        deeds = ", ".join(f"{number} {name}" for name, number in self.deeds.most_common())
        faults = ", ".join(f"{number} {kind}" for kind, number in self.faults.most_common())
        totals = f"{self.sites} sites, {self.deeds.total()} deeds, {self.faults.total()} faults"
        return f"{totals}\n  deeds: {deeds}\n  faults: {faults}"


class Site:
    """The service on a table of its own, two moderators, and the model of it all."""

    def __init__(self, client: "DynamoDBClient", tally: Tally) -> None:
        self.client, self.tally = client, tally
        self.world = new_world(client, limit_post_published=10**6)
        self.table = self.world.runtime.settings.table
        self._undo = ExitStack()
        self._undo.callback(client.delete_table, TableName=self.table)
        self._undo.callback(runtimes.use, None)
        self._undo.enter_context(guarded(client))
        self.faults = self._undo.enter_context(Faults(client))
        self.restart()
        self.world.runtime.config.check_keys(self.world.runtime.keys, self.world.clock())
        self.tokens = [self.world.token, self.world.moderator("Bea", Role.MODERATOR)]
        self.model = Model(self.world.clock.time)
        self.truth = read_truth(self.world)
        self.notes: set[str] = set()
        self.sound = True

    def restart(self) -> None:
        """Let a new process answer from now on."""
        self.world = sibling(self.world)
        runtimes.use(without_pauses(self.world.runtime))

    def close(self) -> None:
        """Look at everything once more if nothing broke, and leave nothing behind."""
        with self._undo:
            if self.sound:
                self.check_all()
        self.tally.sites += 1
        self.tally.faults += self.faults.counted

    def check_all(self) -> None:
        """Everything that people can read, as a whole."""
        check_public(self.world, self.truth, limit=2)
        what_is_hidden_changes_no_public_byte(self.world, self.truth)
        the_audit_is_readable(self.world, self.truth)
        for status in ("pending", "published", "rejected", "spam"):
            the_queue_is_exactly_what_waits(self.world, self.truth, status=status, limit=3)

    def id_of(self, post: str, author: str, key: str) -> str:
        """The id that a submission will have."""
        owner = author_hash(f"aw_author_{key22(author)}") if author else ""
        return comment_id(self.world.runtime.keys.identity, post, owner, key22(key))

    # Doing

    def do(self, deed: Deed, plan: Plan = ()) -> None:
        """One deed, and a repeat where the client got no good answer; then the table is as the model says."""
        self.sound = False
        self.tally.deeds[type(deed).__name__] += 1
        self.model.now = self.world.clock.time + BETWEEN_REQUESTS
        model, [answer] = after(self.model, deed)
        reply = self.ask(deed, plan)
        if reply is None or is_unfinished(reply):
            assert self.faults.befell, reply
            _, [repeated] = after(model, deed)
            reply = self.ask(deed)
            assert reply is not None
            assert is_mixed_from(deed.understood(reply), answer, repeated), reply.text
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

    def race(self, slow: Deed, quick: Deed, meeting: Meeting) -> None:
        """One deed is done from beginning to end in the midst of another: as if one came after the other."""
        self.sound = False
        self.tally.deeds[f"{type(slow).__name__} met by {type(quick).__name__}"] += 1
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
        orders = [("slow", "quick"), ("quick", "slow"), *([("slow", "quick", "slow")] if meeting.lost else [])]
        self.compare(*self.explained({"slow": slow, "quick": quick}, orders, said))

    def explained(self, deeds: dict[str, Deed], orders: list[tuple[str, ...]], said: dict[str, Answer]) -> list[Model]:
        """The models after those orders of the deeds that explain what was said at last to each."""
        models = []
        for order in orders:
            model, answers = after(self.model, *(deeds[name] for name in order))
            if dict(zip(order, answers, strict=True)) == said:
                models.append(model)
        assert models, said
        return models

    def do_while_indexes_lag(self, deed: Deed, post: str) -> None:
        """What waits in no index yet is right everywhere else; and lag shows nothing that never was public."""
        before = public_words(self.truth)
        with lagging_indexes(self.client, self.table):
            self.do(deed)
            replies = [reply for pages in lists(self.world, post, 2).values() for reply in pages]
            assert {reply.status for reply in replies} == {200}
            assert canaries(*map(bytes_of, replies)) <= before | public_words(self.truth)
            counts_say_what_is_published(self.world, self.truth)
            waiting = {key for key, item in self.truth.comments.items() if item["status"] == "pending"}
            assert {each["id"] for each in queued(self.world, "pending", 3)} <= waiting
        self.world.clock.forward(seconds=MEMO)

    # Comparing

    def compare(self, *models: Model) -> None:
        """The table is as one of the models says, which from now on is the model."""
        self.truth = read_truth(self.world)
        check_table(self.truth)
        found = told_by(self.truth)
        self.model = next((model for model in models if told(model) == found), models[0])
        assert told(self.model) == found
        self.learn()
        words = [word for entry in self.model.comments.values() for word in vars(entry.words).values()]
        assert canaries(json.dumps(self.truth.items)) - self.notes == canaries(*words)
        self.sound = True

    def learn(self) -> None:
        """What only the service can choose: paths, and ids of what was done."""
        for key, entry in self.model.comments.items():
            entry.path = self.truth.comments[key]["path"]
            for row, item in zip(entry.rows, self.truth.rows_of(key), strict=True):
                row.id, row.bulk = item["op"], item.get("bulk", "")
        self.model.bulks = {key: list(item["ids"]) for key, item in self.truth.bulks.items()}

    def check(self, posts: set[str], comment_ids: set[str], limit: int) -> None:
        """Everything that people can read of these."""
        self.sound = False
        replies = counts_say_what_is_published(self.world, self.truth)
        for post in sorted(posts):
            replies += a_post_shows_exactly_its_visible_comments(self.world, self.truth, post, limit)
        for key in sorted(comment_ids & self.truth.comments.keys()):
            replies += a_comment_is_found_exactly_while_it_is_public(self.world, self.truth, key)
        nothing_hidden_is_in(replies, self.truth)
        the_queue_is_exactly_what_waits(self.world, self.truth, limit=limit)
        self.sound = True


def is_unfinished(reply: Reply) -> bool:
    """The client has to send it again."""
    if reply.status != 200 or "results" not in reply.json:
        return reply.status == 503
    return any(result["outcome"] == "not_tried" for result in reply.json["results"])


def is_mixed_from(told: Answer, *answers: Answer) -> bool:
    """Each part is from one of the answers: some of it was done at first, the rest by the repeat."""
    return told in answers or all(part in parts for part, *parts in zip(told, *answers, strict=True))


def public_words(truth: Truth) -> set[str]:
    """What everybody may read."""
    return canaries(*(json.dumps(item) for item in truth.comments.values() if is_public(item)))


def told(model: Model) -> dict[str, Any]:
    """The model in words that can be compared."""
    comments = {key: entry_told(entry) for key, entry in model.comments.items()}
    return {"comments": comments, "posts": model.posts, "policy": model.policy}


def entry_told(entry: Entry) -> tuple[Any, ...]:
    """A comment and its history."""
    rows = [(row.act, row.before, row.after, row.version, row.undone) for row in entry.rows]
    return entry.post, entry.parent, entry.status, entry.version, entry.words, rows


def told_by(truth: Truth) -> dict[str, Any]:
    """The table in the same words."""
    policies = sorted((item["ver"], item["hold"]) for item in truth.items if item["sk"].startswith("POLICY#"))
    return {
        "comments": {key: item_told(item, truth.rows_of(key)) for key, item in truth.comments.items()},
        "posts": {key: ("closed" in post, post.get("ver", 0)) for key, post in truth.posts.items()},
        "policy": policies[-1][::-1] if policies else ("always", 0),
    }


def item_told(item: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    """A comment and its history."""
    words = Words(item.get("text", ""), item.get("name", ""), item.get("link", ""))
    history = [(row["act"], row["frm"], row["to"], row["ver"], "undone" in row) for row in rows]
    return item["post"], item.get("parent", ""), item["status"], item["ver"], words, history
