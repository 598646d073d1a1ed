"""The service beside its model: operations run on both, faults hit the service, and the states are compared."""

import json
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib import runtime as runtimes
from chalicelib.core.accounts import Role
from chalicelib.core.ids import comment_id
from chalicelib.store.engine.attributes import item_from_wire
from tests.machines.commands import NAMES
from tests.machines.operations import Erase, Operation, model_after
from tests.machines.projection import (
    ADMIN_ACTIONS,
    hash_of,
    project_model,
    project_table,
    public_text,
    relocation_jobs,
    significant_items,
    stored_text,
)
from tests.machines.strategies import AUTHORS, Interleaving, Plan
from tests.support.faults import Fault, FaultKind, Faults, Killed, without_retry_delays
from tests.support.invariants import check_table, read_truth
from tests.support.lagging_indexes import Lag
from tests.support.log_reader import LogReader
from tests.support.model import LogEntry, Model, Outcome
from tests.support.read_invariants import (
    a_comment_can_be_read_exactly_while_it_is_public,
    a_post_shows_exactly_its_visible_comments,
    canaries,
    check_public,
    counts_match_published_comments,
    every_author_sees_exactly_their_own_comments,
    hidden_data_changes_no_public_response,
    lists_in_both_orders,
    no_response_contains_hidden_data,
    public_bytes_of,
    the_audit_log_lists_every_entry,
    the_feeds_list_published_comments,
    the_queue_lists_exactly_the_waiting_comments,
    the_stats_match_the_table,
    whole_queue,
)
from tests.support.statistics import STATISTICS
from tests.support.wire_guard import guarded
from tests.support.world import Response, key22, new_world, sibling

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


BETWEEN_REQUESTS = timedelta(milliseconds=10)
CACHE_LIFE = 3  # seconds, longer than a response is cached in memory
STALE = "outcome of an index that lags"


class SiteUnderTest:
    """The service on its own table, two moderators, and the model."""

    def __init__(self, client: "DynamoDBClient", place: str) -> None:
        self.client, self.place = client, place
        self.world = new_world(client, limit_post_published=10**6)
        self.table = self.world.runtime.settings.table
        self._undo = ExitStack()
        self._undo.callback(client.delete_table, TableName=self.table)
        self._undo.callback(runtimes.use_runtime, None)
        self._undo.enter_context(guarded(client))
        self.faults = self._undo.enter_context(Faults(client))
        self.restart()
        self.world.runtime.check_secret()
        owner, other = NAMES
        self.world.owner = self.world.moderator(owner)
        self.tokens = [self.world.owner, self.world.moderator(other, Role.MODERATOR)]
        found = {moderator.name: moderator.id for moderator in self.world.runtime.accounts.moderators()}
        self.moderators = [found[name] for name in NAMES]
        self.model = Model(self.world.clock.time)
        self.model.log = [LogEntry("invite", "", "", 0, "command_line")] * len(NAMES)
        self.log = LogReader(self.world.clock.time)
        self.truth = read_truth(self.world)
        self.notes: set[str] = set()  # and titles, which are never erased
        self.consistent = True

    def restart(self) -> None:
        """Continue with a new process."""
        self.world = sibling(self.world)
        runtimes.use_runtime(without_retry_delays(self.world.runtime))

    def close(self) -> None:
        """Check everything once more unless a check failed, and clean up."""
        with self._undo:
            if self.consistent:
                self.catch_up()
                self.check_all()
        STATISTICS.places[self.place] += 1
        STATISTICS.faults.update(map(str, self.faults.injected.elements()))

    def check_all(self) -> None:
        """Check everything that people can read."""
        self.world.clock.forward(seconds=CACHE_LIFE)
        check_public(self.world, self.truth, limit=2)
        hidden_data_changes_no_public_response(self.world, self.truth)
        the_audit_log_lists_every_entry(self.world, self.truth)
        self.log.follow(self.world.runtime.table, self.world.clock.time)
        assert sorted(self.log.read) == [row["op"] for row in self.truth.audit if "qpk" in row]
        every_author_sees_exactly_their_own_comments(self.world, self.truth, dict(map(author_credentials, AUTHORS)))
        the_feeds_list_published_comments(self.world, self.truth)
        the_stats_match_the_table(self.world, self.truth)
        for status in ("pending", "published", "rejected", "spam", "flagged"):
            the_queue_lists_exactly_the_waiting_comments(self.world, self.truth, status=status, limit=3)

    def id_of(self, post: str, author: str, key: str) -> str:
        """The id that a submission will have."""
        return comment_id(self.world.runtime.keys.identity, post, hash_of(author), key22(key))

    def id_of_reply(self, post: str, by: int, key: str) -> str:
        """The id that a moderator's reply will have."""
        return comment_id(self.world.runtime.keys.identity, post, f"moderator {self.moderators[by]}", key22(key))

    # Doing

    def do(self, operation: Operation, plan: Plan = ()) -> None:
        """Run an operation, repeat it if the client got an error, and compare the table with the model."""
        self.consistent = False
        STATISTICS.steps[type(operation).__name__] += 1
        self.model.now = self.world.clock.time + BETWEEN_REQUESTS
        model, [outcome] = model_after(self.model, operation)
        response = self.ask(operation, plan)
        if response is None or is_unfinished(response):
            assert self.faults.any_injected, response
            later, [repeated] = model_after(model, operation)
            response = self.ask(operation)
            assert response is not None
            assert is_combination_of(operation.outcome_of(response), outcome, repeated), response.text
            self.compare(model, later)
        else:
            assert operation.outcome_of(response) == outcome, response.text
            self.compare(model)

    def ask(self, operation: Operation, plan: Plan = ()) -> Response | None:
        """Send an operation; None if the function was killed."""
        try:
            with self.faults.plan(*plan):
                response = operation.send(self.world, self.tokens)
        except Killed:
            self.restart()
            return None
        assert response.status < 500 or (response.status, response.json["code"]) == (503, "unavailable"), response.text
        assert response.status < 500 or int(response.headers["Retry-After"]) >= 1, response.headers
        return response

    def race(self, slow: Operation, quick: Operation, interleaving: Interleaving, *last: Operation) -> None:
        """Run one operation completely in the middle of another: the result must equal some order of the two.

        ``last`` is done after both, where only that makes it so.
        """
        self.consistent = False
        STATISTICS.steps[f"{type(slow).__name__} met by {type(quick).__name__}"] += 1
        self.model.now = self.world.clock.time + BETWEEN_REQUESTS
        replies: list[Response] = []

        def meanwhile() -> None:
            replies.append(quick.send(self.world, self.tokens))

        first = replace(interleaving.moment, call=interleaving.moment.call - 1)
        plan = (Fault(FaultKind.LOST_REPLY, first),) if interleaving.lost else ()
        with self.faults.plan(*plan, meanwhile=(interleaving.moment, meanwhile)):
            reply = slow.send(self.world, self.tokens)
        if not replies:
            meanwhile()
        received = {"slow": slow.outcome_of(reply), "quick": quick.outcome_of(replies[0])}
        operations = {"slow": slow, "quick": quick}
        for number, operation in enumerate(last):
            operations[str(number)] = operation
            received[str(number)] = operation.outcome_of(operation.send(self.world, self.tokens))
        pairs = [("slow", "quick"), ("quick", "slow"), *([("slow", "quick", "slow")] if interleaving.lost else [])]
        orders = [(*pair, *map(str, range(len(last)))) for pair in pairs]
        self.compare(*self.matching_models(operations, orders, received))

    def matching_models(
        self, operations: dict[str, Operation], orders: list[tuple[str, ...]], received: dict[str, Outcome]
    ) -> list[Model]:
        """The models after the orders of the operations that explain the received outcomes."""
        models = []
        for order in orders:
            model, outcomes = model_after(self.model, *(operations[name] for name in order))
            if received.items() <= dict(zip(order, outcomes, strict=True)).items():
                models.append(model)
        assert models, received
        return models

    # Indexes that lag

    def lag_behind(self, writes: int, seed: int) -> None:
        """From now on indexes return the state of up to so many writes ago."""
        self.catch_up()
        self.faults.lag = Lag(self.client, self.table, writes, seed)

    def catch_up(self) -> None:
        """Indexes are up to date again, and caches expire."""
        if self.faults.lag:
            STATISTICS.faults.update({STALE: self.faults.lag.stale} if self.faults.lag.stale else {})
            self.faults.lag = None
            self.world.clock.forward(seconds=CACHE_LIFE)

    def erase_with_stale_index(self, operation: Erase, plan: Plan) -> None:
        """Items that an index does not show yet are left; once it shows them, a repeat erases them."""
        self.consistent = False
        STATISTICS.steps["Erase behind the index"] += 1
        response = self.ask(operation, plan)
        assert response is None or response.status in {200, 503}, response.text
        check_table(read_truth(self.world))
        self.catch_up()
        self.do(operation)

    def move_with_stale_index(self, operation: Operation) -> None:
        """Comments that an index does not show yet move with the next request."""
        self.consistent = False
        STATISTICS.steps["Move behind the index"] += 1
        response = self.ask(operation)
        assert response
        assert response.status < 500, response.text
        check_table(read_truth(self.world))
        self.catch_up()
        self.do(operation)

    def check_stale_reads(self, post: str) -> None:
        """Lagging indexes show only what was public some writes ago; everything else is current."""
        assert self.faults.lag
        self.consistent = False
        self.world.clock.forward(seconds=CACHE_LIFE)
        states = [[item_from_wire(item) for item in state] for state in self.faults.lag.states]
        titles = canaries(*(str(post.get("title", "")) for post in self.truth.posts.values()))
        allowed = titles.union(*map(public_text, states))
        responses = [response for pages in lists_in_both_orders(self.world, post, 2).values() for response in pages]
        responses += [self.world.get("/v1/latest"), *counts_match_published_comments(self.world, self.truth)]
        assert {response.status for response in responses} == {200}
        assert canaries(*map(public_bytes_of, responses)) <= allowed
        for status in ("pending", "flagged"):
            self.check_stale_queue(status)
        self.consistent = True

    def check_stale_queue(self, status: str) -> None:
        """The queue lists only waiting comments, none twice, each in its current version."""
        found = whole_queue(self.world, status, 3)
        waiting = {
            key: item["ver"]
            for key, item in self.truth.comments.items()
            if (item.get("flags") if status == "flagged" else item["status"] == status or "edit" in item)
        }
        assert {each["id"]: each["version"] for each in found}.items() <= waiting.items()
        assert len({each["id"] for each in found}) == len(found)

    # Comparing

    def compare(self, *models: Model) -> None:
        """Check that the table matches one of the models, which becomes the model."""
        self.truth = read_truth(self.world)
        check_table(self.truth)
        self.log.follow(self.world.runtime.table, self.world.clock.time)
        found = project_table(self.truth)
        self.model = next((model for model in models if project_model(model) == found), models[0])
        assert project_model(self.model) == found
        self.adopt_generated_values()
        assert canaries(json.dumps(significant_items(self.truth))) - self.notes == stored_text(self.model)
        self.consistent = True

    def adopt_generated_values(self) -> None:
        """Copy values that only the service can choose: paths and ids."""
        for key, entry in self.model.comments.items():
            entry.path = self.truth.comments[key]["path"]
            for row, item in zip(entry.rows, self.truth.rows_of(key), strict=True):
                row.id, row.bulk = item["op"], item.get("bulk", "")
        rows = {(row.get("post", ""), row["ver"]): row["op"] for row in self.truth.audit if row["act"] in ADMIN_ACTIONS}
        for admin_change in self.model.admin_changes:
            admin_change.id = rows[admin_change.post, admin_change.version]
        bulks = {key: item for key, item in self.truth.bulks.items() if item["kind"] in {"decide", "undo"}}
        self.model.bulks = {key: list(item["payload"]["comments"]) for key, item in bulks.items()}
        for relocation, job in zip(self.model.moves, relocation_jobs(self.truth), strict=True):
            relocation.id = job["op"]

    def check(self, posts: set[str], comment_ids: set[str], limit: int) -> None:
        """Check everything that people can read of these."""
        if self.faults.lag:
            for post in sorted(posts):
                self.check_stale_reads(post)
            return
        self.consistent = False
        replies = counts_match_published_comments(self.world, self.truth)
        for post in sorted(posts):
            replies += a_post_shows_exactly_its_visible_comments(self.world, self.truth, post, limit)
        for key in sorted(comment_ids & self.truth.comments.keys()):
            replies += a_comment_can_be_read_exactly_while_it_is_public(self.world, self.truth, key)
        no_response_contains_hidden_data(replies, self.truth)
        for status in ("pending", "flagged"):
            the_queue_lists_exactly_the_waiting_comments(self.world, self.truth, status=status, limit=limit)
        self.consistent = True


def is_unfinished(response: Response) -> bool:
    """Whether the client has to send the request again."""
    if response.status == 200 and set(response.json) == {"done", "left"}:
        return bool(response.json["left"])  # of an author
    if response.status != 200 or "results" not in response.json:
        return response.status == 503
    return any(result["outcome"] == "not_tried" for result in response.json["results"])


def is_combination_of(found: Outcome, *expected: Outcome) -> bool:
    """Each part is from one of the outcomes: part of the work was done first, the rest by the repeat."""
    return found in expected or all(part in parts for part, *parts in zip(found, *expected, strict=True))


def author_credentials(author: str) -> tuple[str, str]:
    """(an author's hash in the table, their token)."""
    return hash_of(author), f"aw_author_{key22(author)}"
