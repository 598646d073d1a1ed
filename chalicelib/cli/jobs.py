"""``job list`` and ``job finish``: long work that a request began and did not end."""

import argparse
from collections import Counter

from ..core.ids import HASH
from ..core.jobs import Job
from ..runtime import Runtime
from ..service.moderation.decide import Outcome
from . import posts


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    commands = topics.add_parser("job", help="work that a request did not end").add_subparsers(
        metavar="COMMAND", required=True
    )
    commands.add_parser("list", help="show what nobody finished").set_defaults(run=_list)
    finish = commands.add_parser("finish", help="go on until it is done")
    finish.add_argument("id")
    finish.set_defaults(run=_finish)


def _list(runtime: Runtime, _chosen: argparse.Namespace) -> int:
    for job in runtime.jobs.unfinished():
        print(f"{job.id}  {job.at:%Y-%m-%d %H:%M}  {job.work:6}  {_about(job)}")
    return 0


def _about(job: Job) -> str:
    if job.move:
        return f"{job.move.source} to {job.move.target}"
    return f"{len(job.comments)} comments" if job.comments else "all of an author"


def _finish(runtime: Runtime, chosen: argparse.Namespace) -> int:
    runtime.config.check_keys(runtime.keys, runtime.clock())
    if HASH.fullmatch(chosen.id):
        return _erase(runtime, chosen.id)
    job = runtime.jobs.get(chosen.id)
    return posts.go_on(runtime, job.id, job.by) if job.move else _decide(runtime, chosen.id)


def _erase(runtime: Runtime, author: str) -> int:
    done, left = 0, True
    while left:
        erased = runtime.erasing.finish(author)
        done, left = done + erased.done, erased.left
        if left and not erased.done:
            break
    print(f"{done} erased{', some are left: try again in a moment' if left else ''}")
    return 1 if left else 0


def _decide(runtime: Runtime, job_id: str) -> int:
    by = runtime.jobs.get(job_id).by
    outcomes: Counter[Outcome] = Counter({Outcome.NOT_TRIED: 1})
    while outcomes[Outcome.NOT_TRIED]:
        outcomes = Counter(result.outcome for result in runtime.moderating.finish(job_id, by))
    print(", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()))
    return 1 if outcomes[Outcome.REFUSED] or outcomes[Outcome.CHANGED_MEANWHILE] else 0
