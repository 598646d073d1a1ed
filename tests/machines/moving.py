"""Moving: what moderators ask for when a page's address changed, with what the model says of it."""

from dataclasses import dataclass
from datetime import timedelta

from tests.machines.deeds import refused
from tests.machines.model import UNDO_WINDOW, Answer, Model, Page, Transfer
from tests.moves import ask
from tests.world import Reply, World

SETTLING = timedelta(seconds=20)
JOBS = "/v1/moderation/jobs"
ENOUGH = 9  # requests


@dataclass(frozen=True)
class MovePost:
    """All comments of a post are moved to another one, or a moderator asks what that would do."""

    source: str
    target: str
    by: int
    dry: bool = False

    def send(self, world: World, tokens: list[str]) -> Reply:
        return ask(world, self.source, self.target, dry_run=self.dry, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        if self.source not in model.posts:
            return 404, "not_found"
        mine = [entry for entry in model.comments.values() if entry.post == self.source]
        if self.dry:
            merges = any(entry.post == self.target for entry in model.comments.values())
            return 200, len(mine), sum(entry.status == "published" for entry in mine), merges
        source, target = model.posts[self.source], model.posts.get(self.target, Page())
        if not mine and self.was_done(source, target):
            return 200, False
        if source.moving is None and target.moving is None:
            return 200, work(model, begin(model, self.source, self.target))
        transfer = model.moves[source.moving] if source.moving is not None else None
        if source.moving == target.moving and transfer and (transfer.source, transfer.undoes) == (self.source, None):
            return 200, work(model, transfer)
        return 409, "post_is_moving"

    def was_done(self, source: Page, target: Page) -> bool:
        is_still = source.moving is None and target.moving is None
        last = source.moves[-1:]
        return is_still and source.closed and source.moved_to == self.target and last == target.moves[-1:] != []

    def understood(self, reply: Reply) -> Answer:
        if reply.status != 200:
            return refused(reply)
        told = reply.json
        return (200, told["comments"], told["published"], told["merges"]) if self.dry else (200, told["left"])


def begin(model: Model, source: str, target: str) -> Transfer:
    """Both posts are closed; the target is as old as the source, if nobody knew it."""
    one, other = model.posts[source], model.posts.setdefault(target, Page())
    other.since = other.since or one.since
    was = (one.closed, one.moved_to), (other.closed, other.moved_to)
    transfer = Transfer(source, target, model.now, was, ((True, target), (other.closed, "")))
    if not other.title:
        other.title = transfer.title = one.title
    for page in (one, other):
        page.moves.append(len(model.moves))
    return begun(model, transfer)


def begun(model: Model, transfer: Transfer) -> Transfer:
    """From now on."""
    for key in (transfer.source, transfer.target):
        page = model.posts[key]
        page.closed, page.moving, page.version = True, len(model.moves), page.version + 1
    model.moves.append(transfer)
    return transfer


def work(model: Model, transfer: Transfer) -> bool:
    """Move what is there; it ends when nothing is, and whatever was on its way has come.  Whether something is left."""
    number = model.moves.index(transfer)
    found = [entry for entry in model.comments.values() if entry.post == transfer.source]
    if transfer.undoes is not None:
        found = [entry for entry in found if entry.via[-1:] == [transfer.undoes]]
    for entry in found:
        entry.post = transfer.target
        entry.via = [*entry.via, number] if transfer.undoes is None else entry.via[:-1]
        entry.moved.append((transfer.source, transfer.target))
    if found or model.now < transfer.at + SETTLING:
        return True
    for key, (closed, moved_to) in zip((transfer.source, transfer.target), transfer.after, strict=True):
        page = model.posts[key]
        page.closed, page.moved_to, page.moving, page.version = closed, moved_to, None, page.version + 1
    transfer.finished = True
    return False


@dataclass(frozen=True)
class GoOn:
    """Somebody goes on with a move."""

    job: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Reply:
        return world.request("POST", JOBS + "/{job_id}", path={"job_id": self.job}, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        transfer = next((transfer for transfer in model.moves if transfer.id == self.job), None)
        if transfer is None:
            return 404, "not_found"
        return 200, not transfer.finished and work(model, transfer)

    def understood(self, reply: Reply) -> Answer:
        return (200, reply.json["left"]) if reply.status == 200 else refused(reply)


@dataclass(frozen=True)
class UndoMove:
    """A move is taken back."""

    row: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Reply:
        body = {"decision": self.row}
        return world.request("POST", "/v1/moderation/undo", json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        transfer = next((transfer for transfer in model.moves if transfer.id == self.row), None)
        if transfer is None:
            return 404, "not_found"
        if transfer.undoes is not None:
            return 409, "not_possible"
        if transfer.undone is not None:
            back = model.moves[transfer.undone]
            return 200, "already_so", not back.finished and work(model, back)
        if model.now > transfer.at + UNDO_WINDOW:
            return 409, "undo_expired"
        return self.in_the_way(model, transfer) or (200, "done", work(model, begin_back(model, transfer)))

    def in_the_way(self, model: Model, transfer: Transfer) -> Answer:
        """What was moved later must be taken back first, and nothing else goes on with the posts."""
        number = model.moves.index(transfer)
        for page in (model.posts[transfer.target], model.posts[transfer.source]):
            if page.moves[-1:] != [number]:
                return 409, "changed_meanwhile"
            if page.moving not in {None, number}:
                return 409, "post_is_moving"
        return ()

    def understood(self, reply: Reply) -> Answer:
        if reply.status != 200:
            return refused(reply)
        return 200, reply.json["results"][0]["outcome"], reply.json["job"] is not None


def begin_back(model: Model, transfer: Transfer) -> Transfer:
    """The way back, also of a move that did not end."""
    page = model.posts[transfer.target]
    closed, moved_to = transfer.before[1]
    after = (page.closed if page.moving is None else closed, moved_to), transfer.before[0]
    number = model.moves.index(transfer)
    back = Transfer(transfer.target, transfer.source, model.now, transfer.after, after, undoes=number)
    if page.title == transfer.title:
        page.title = ""
    for key in (transfer.source, transfer.target):
        model.posts[key].moves.remove(number)
    transfer.finished, transfer.undone = True, len(model.moves)
    return begun(model, back)


@dataclass(frozen=True)
class Settle:
    """Some time goes by, and all moves that were begun end."""

    def send(self, world: World, tokens: list[str]) -> Reply:
        world.clock.time += SETTLING
        jobs = world.get(JOBS, token=tokens[0]).json["jobs"]
        for job in (job["id"] for job in jobs if job["work"] == "move"):
            for _ in range(ENOUGH):
                if not GoOn(job, 0).send(world, tokens).json["left"]:
                    break
        return world.get(JOBS, token=tokens[0])

    def apply(self, model: Model) -> Answer:
        model.now += SETTLING
        for transfer in model.moves:
            while not transfer.finished and work(model, transfer):
                pass
        return (200,)

    def understood(self, reply: Reply) -> Answer:
        assert not [job for job in reply.json["jobs"] if job["work"] == "move"]
        return (reply.status,)
