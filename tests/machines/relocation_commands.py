"""Commands that move a post's comments, with the outcome that the model expects."""

from dataclasses import dataclass
from datetime import timedelta

from tests.machines.operations import refusal
from tests.support.model import UNDO_WINDOW, LogEntry, Model, Outcome, PostEntry, Relocation, moderator
from tests.support.relocation import request_move
from tests.support.world import Response, World

SETTLE_TIME = timedelta(seconds=20)
JOBS = "/v1/moderation/jobs"
MAX_REQUESTS = 9  # requests


@dataclass(frozen=True)
class MovePost:
    """A moderator moves all comments of a post, or previews the move."""

    source: str
    target: str
    by: int
    dry: bool = False

    def send(self, world: World, tokens: list[str]) -> Response:
        return request_move(world, self.source, self.target, dry_run=self.dry, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        if self.source not in model.posts:
            return 404, "not_found"
        mine = [entry for entry in model.comments.values() if entry.post == self.source]
        if self.dry:
            merges = any(entry.post == self.target for entry in model.comments.values())
            return 200, len(mine), sum(entry.status == "published" for entry in mine), merges
        source, target = model.posts[self.source], model.posts.get(self.target, PostEntry())
        if not mine and self.is_finished(source, target):
            return 200, False
        if source.moving is None and target.moving is None:
            return 200, relocate_batch(model, begin_relocation(model, self.source, self.target, self.by), self.by)
        relocation = model.moves[source.moving] if source.moving is not None else None
        if (
            source.moving == target.moving
            and relocation
            and (relocation.source, relocation.undoes) == (self.source, None)
        ):
            return 200, relocate_batch(model, relocation, self.by)
        return 409, "post_is_moving"

    def is_finished(self, source: PostEntry, target: PostEntry) -> bool:
        is_still = source.moving is None and target.moving is None
        last = source.moves[-1:]
        return is_still and source.closed and source.moved_to == self.target and last == target.moves[-1:] != []

    def outcome_of(self, response: Response) -> Outcome:
        if response.status != 200:
            return refusal(response)
        result = response.json
        return (200, result["comments"], result["published"], result["merges"]) if self.dry else (200, result["left"])


def begin_relocation(model: Model, source: str, target: str, by: int) -> Relocation:
    """Close both posts; an unknown target gets the age of the source."""
    one, other = model.posts[source], model.posts.setdefault(target, PostEntry())
    other.since = other.since or one.since
    was = (one.closed, one.moved_to), (other.closed, other.moved_to)
    relocation = Relocation(source, target, model.now, was, ((True, target), (other.closed, "")))
    if not other.title:
        other.title = relocation.title = one.title
    for post_entry in (one, other):
        post_entry.moves.append(len(model.moves))
    return start(model, relocation, source, by)


def start(model: Model, relocation: Relocation, post: str, by: int) -> Relocation:
    """Mark both posts as moving."""
    for key in (relocation.source, relocation.target):
        post_entry = model.posts[key]
        post_entry.closed, post_entry.moving, post_entry.version = True, len(model.moves), post_entry.version + 1
    model.moves.append(relocation)
    model.log.append(LogEntry("move", "", post, model.posts[post].version, moderator(by)))
    return relocation


def relocate_batch(model: Model, relocation: Relocation, by: int) -> bool:
    """Move one batch; finish once nothing is left after the settle time.  Returns whether something is left."""
    number = model.moves.index(relocation)
    found = [entry for entry in model.comments.values() if entry.post == relocation.source]
    if relocation.undoes is not None:
        found = [entry for entry in found if entry.via[-1:] == [relocation.undoes]]
    for entry in found:
        entry.post = relocation.target
        entry.via = [*entry.via, number] if relocation.undoes is None else entry.via[:-1]
        entry.moved.append((relocation.source, relocation.target))
        model.log.append(LogEntry("move", entry.id, entry.post, entry.version, moderator(by), bulk=True, listed=False))
    if found or model.now < relocation.at + SETTLE_TIME:
        return True
    for key, (closed, moved_to) in zip((relocation.source, relocation.target), relocation.after, strict=True):
        post_entry = model.posts[key]
        post_entry.closed, post_entry.moved_to, post_entry.moving, post_entry.version = (
            closed,
            moved_to,
            None,
            post_entry.version + 1,
        )
    relocation.finished = True
    return False


@dataclass(frozen=True)
class ContinueJob:
    """A moderator continues a move."""

    job: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Response:
        return world.request("POST", JOBS + "/{job_id}", path={"job_id": self.job}, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        relocation = next((relocation for relocation in model.moves if relocation.id == self.job), None)
        if relocation is None:
            return 404, "not_found"
        return 200, not relocation.finished and relocate_batch(model, relocation, self.by)

    def outcome_of(self, response: Response) -> Outcome:
        return (200, response.json["left"]) if response.status == 200 else refusal(response)


@dataclass(frozen=True)
class UndoMove:
    """A moderator undoes a move."""

    row: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Response:
        body = {"decision": self.row}
        return world.request("POST", "/v1/moderation/undo", json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        relocation = next((relocation for relocation in model.moves if relocation.id == self.row), None)
        if relocation is None:
            return 404, "not_found"
        if relocation.undoes is not None:
            return 409, "not_possible"
        if relocation.undone is not None:
            back = model.moves[relocation.undone]
            return 200, "already_so", not back.finished and relocate_batch(model, back, self.by)
        if model.now > relocation.at + UNDO_WINDOW:
            return 409, "undo_expired"
        return self.obstacle(model, relocation) or (
            200,
            "done",
            relocate_batch(model, begin_reversal(model, relocation, self.by), self.by),
        )

    def obstacle(self, model: Model, relocation: Relocation) -> Outcome:
        """The refusal if a later move must be undone first or another one is in progress."""
        number = model.moves.index(relocation)
        for post_entry in (model.posts[relocation.target], model.posts[relocation.source]):
            if post_entry.moves[-1:] != [number]:
                return 409, "changed_meanwhile"
            if post_entry.moving not in {None, number}:
                return 409, "post_is_moving"
        return ()

    def outcome_of(self, response: Response) -> Outcome:
        if response.status != 200:
            return refusal(response)
        return 200, response.json["results"][0]["outcome"], response.json["job"] is not None


def begin_reversal(model: Model, relocation: Relocation, by: int) -> Relocation:
    """Start a reversal, also of an unfinished move."""
    post_entry = model.posts[relocation.target]
    closed, moved_to = relocation.before[1]
    after = (post_entry.closed if post_entry.moving is None else closed, moved_to), relocation.before[0]
    number = model.moves.index(relocation)
    back = Relocation(relocation.target, relocation.source, model.now, relocation.after, after, undoes=number)
    if post_entry.title == relocation.title:
        post_entry.title = ""
    for key in (relocation.source, relocation.target):
        model.posts[key].moves.remove(number)
    relocation.finished, relocation.undone = True, len(model.moves)
    return start(model, back, back.target, by)


@dataclass(frozen=True)
class Settle:
    """Time passes, and all moves finish."""

    def send(self, world: World, tokens: list[str]) -> Response:
        world.clock.time += SETTLE_TIME
        jobs = world.get(JOBS, token=tokens[0]).json["jobs"]
        for job in (job["id"] for job in jobs if job["kind"] == "move"):
            for _ in range(MAX_REQUESTS):
                if not ContinueJob(job, 0).send(world, tokens).json["left"]:
                    break
        return world.get(JOBS, token=tokens[0])

    def apply(self, model: Model) -> Outcome:
        model.now += SETTLE_TIME
        for relocation in model.moves:
            while not relocation.finished and relocate_batch(model, relocation, 0):
                pass
        return (200,)

    def outcome_of(self, response: Response) -> Outcome:
        assert not [job for job in response.json["jobs"] if job["kind"] == "move"]
        return (response.status,)
