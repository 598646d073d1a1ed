"""A kind of job is one entry of a registry: the API and the command line show and continue it without knowing it."""

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli.main import main
from chalicelib.core.actors import Actor, ActorKind
from chalicelib.core.errors import ChangedMeanwhile
from chalicelib.core.jobs import Job
from chalicelib.service.jobs import JobKind, StepResult
from tests.support.world import World

JOBS = "/v1/moderation/jobs"
JOB_ID = "a countdown"
PACKAGE = Path(__file__).parents[2] / "chalicelib"
GENERIC = ("core/jobs.py", "store/jobs.py", "service/jobs.py", "api/moderation/jobs.py", "cli/jobs.py")


class Countdown:
    """A kind of job that counts down, two numbers in a step."""

    def __init__(self, world: World) -> None:
        self.world, self.actors = world, list[Actor]()
        world.runtime.job_service.register(JobKind("countdown", "countdown from {n}", self.step, self.parameters))

    def begin(self, n: int) -> None:
        """As the request that asks for it would."""
        who = Actor(ActorKind.MODERATOR, "nobody any more")
        payload = {"n": n, "of": {"any": ["shape", True]}}
        self.world.runtime.jobs.begin(
            Job(id=JOB_ID, kind="countdown", actor=who, at=self.world.clock(), payload=payload)
        )

    def step(self, job: Job, actor: Actor) -> StepResult:
        self.actors.append(actor)
        done = min(2, job.payload["n"])
        left = job.payload["n"] - done
        self.world.runtime.jobs.save(job, {**job.payload, "n": left})
        if not left:
            self.world.runtime.jobs.finish(job.id)
        return StepResult(done, left=left > 0)

    @staticmethod
    def parameters(job: Job) -> Mapping[str, str | int]:
        return {"n": job.payload["n"]}


def finish(world: World) -> Any:
    response = world.request("POST", JOBS + "/{job_id}", path={"job_id": JOB_ID}, token=world.token)
    assert response.status == 200, response.text
    return response.json


def test_a_kind_that_is_registered_is_listed_and_continued_by_the_api(world: World) -> None:
    countdown = Countdown(world)
    countdown.begin(3)

    [job] = world.get(JOBS, token=world.token).json["jobs"]
    steps = [finish(world), finish(world)]

    assert (job["id"], job["kind"], job["parameters"], job["detail"]) == (
        JOB_ID,
        "countdown",
        {"n": 3},
        "countdown from 3",
    )
    assert job["actor"] == {"kind": "moderator", "id": "nobody any more", "name": None}
    assert steps == [{"done": 2, "left": True, "results": []}, {"done": 1, "left": False, "results": []}]
    assert {actor.id for actor in countdown.actors} == {each.id for each in world.runtime.accounts.moderators()}
    assert world.get(JOBS, token=world.token).json == {"jobs": []}


def test_a_kind_that_is_registered_is_listed_and_continued_by_the_command_line(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    countdown = Countdown(world)
    countdown.begin(5)

    assert main(["job", "list"]) == 0
    assert main(["job", "finish", JOB_ID]) == 0

    assert [line.split("  ")[-1] for line in capsys.readouterr().out.splitlines()] == [
        "countdown from 5",
        *("2 done", "2 done", "1 done", "finished"),
    ]
    assert {actor.id for actor in countdown.actors} == {"nobody any more"}


def test_a_job_of_an_unknown_kind_is_left_alone(world: World) -> None:
    Countdown(world).begin(3)
    del world.runtime.job_service.kinds["countdown"]

    response = world.request("POST", JOBS + "/{job_id}", path={"job_id": JOB_ID}, token=world.token)

    assert (response.status, response.json["code"]) == (404, "not_found")
    assert world.get(JOBS, token=world.token).json == {"jobs": []}
    assert world.runtime.jobs.get(JOB_ID).payload["n"] == 3


def test_only_one_of_two_processes_replaces_a_payload(world: World) -> None:
    countdown = Countdown(world)
    countdown.begin(9)
    job = world.runtime.jobs.get(JOB_ID)
    countdown.step(job, job.actor)

    with pytest.raises(ChangedMeanwhile):
        countdown.step(job, job.actor)

    assert world.runtime.jobs.get(JOB_ID).payload == {"n": 7, "of": {"any": ["shape", True]}}


def test_the_command_line_gives_up_if_nothing_goes_on(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    countdown = Countdown(world)
    countdown.begin(1)
    world.runtime.job_service.register(JobKind("countdown", "stuck", lambda _job, _actor: StepResult(0, left=True)))

    assert main(["job", "finish", JOB_ID]) == 1

    assert capsys.readouterr().out == "some of it is left: try again later\n"
    assert len(pauses) == 60


@pytest.mark.parametrize("file", GENERIC)
def test_the_generic_modules_name_no_kind_of_job(world: World, file: str) -> None:
    code = re.sub(r'"""(?s:.*?)"""|Field\((?s:.*?)\n    \)|Field\(.*\)', "", (PACKAGE / file).read_text())

    assert not [kind for kind in world.runtime.job_service.kinds if f'"{kind}"' in code or f".{kind.upper()}" in code]
    assert "HASH" not in code
