"""The life of deployments on the simulated AWS: lost notes, going back, a second region, a move."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from dev.cloud.cloud import Cloud, running_cloud
from tests.support.project_copy import Project

pytestmark = [pytest.mark.slow, pytest.mark.engine]

STAGE = "prod"
FUNCTION = "afterword-prod"
ELSEWHERE = "eu-west-1"
SITE = "https://blog.example"
DOMAIN = {"domain_name": "comments.blog.example", "certificate_arn": "arn:aws:acm:eu-central-1:1:certificate/own"}
NOTES = (".chalice/local.json", ".chalice/deployed")


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with running_cloud(engine=False) as running:  # moto's DynamoDB has regions of its own
        yield running


def clone(folder: Path, cloud: Cloud, packages: Path, **more: str) -> Project:
    """A clone of the project, with one commit."""
    project = Project(folder, cloud, packages, **more)
    (folder / ".git/info").mkdir(parents=True)
    git(project, "init", "--quiet")
    (folder / ".git/info/exclude").write_text(".chalice/deployments\n", encoding="utf-8")  # a link here
    commit(project)
    return project


@pytest.fixture
def project(tmp_path: Path, cloud: Cloud, packages: Path) -> Project:
    return clone(tmp_path / "project", cloud, packages)


def git(project: Project, *arguments: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@blog.example"]
    command = ["git", "-C", str(project.folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  git


def commit(project: Project) -> str:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "a version")
    return git(project, "rev-parse", "HEAD").strip()


def lose_notes(project: Project) -> None:
    (project.folder / NOTES[0]).unlink()
    shutil.rmtree(project.folder / NOTES[1])


def client(cloud: Cloud, service: Any, region: str = "eu-central-1") -> Any:
    return boto3.client(
        service,
        endpoint_url=cloud.aws.address(""),
        region_name=region,
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",
    )


def function(cloud: Cloud) -> dict[str, Any]:
    about: dict[str, Any] = client(cloud, "lambda").get_function_configuration(FunctionName=FUNCTION)
    return about


def everything(cloud: Cloud, region: str = "eu-central-1") -> dict[str, Any]:
    """What is deployed in a region, with what belongs to the account."""
    about = {each["FunctionName"]: each for each in client(cloud, "lambda", region).list_functions()["Functions"]}
    roles = {each["Role"].split("/")[-1] for each in about.values()}
    known = {each["RoleName"] for each in client(cloud, "iam").list_roles()["Roles"]}
    return {
        "functions": {name: each["Environment"]["Variables"] for name, each in about.items()},
        "roles": {
            role: client(cloud, "iam").list_role_policies(RoleName=role)["PolicyNames"] for role in roles & known
        },
        "APIs": {each["id"] for each in client(cloud, "apigateway", region).get_rest_apis()["items"]},
        "domains": [each["domainName"] for each in client(cloud, "apigateway", region).get_domain_names()["items"]],
        "tables": client(cloud, "dynamodb", region).list_tables()["TableNames"],
        "rules": [each["Name"] for each in client(cloud, "events", region).list_rules()["Rules"]],
        "alarms": len(client(cloud, "cloudwatch", region).describe_alarms()["MetricAlarms"]),
    }


def wrong(said: str) -> list[str]:
    """What the doctor found wrong at the end of a deployment, but for what can't be reached from here."""
    return [line for line in said.splitlines() if line.startswith("!!") and "address" not in line]


def first_deployment(project: Project) -> None:
    project.up(STAGE, "--site", SITE, "--email", "ada@blog.example", "--budget", "7", "--url", project.address(STAGE))


def test_going_back_is_one_command_that_keeps_the_api_the_domain_and_the_settings(project: Project) -> None:
    (project.folder / ".chalice/local.json").write_text(json.dumps({STAGE: {"api_gateway_custom_domain": DOMAIN}}))
    first_deployment(project)
    before = everything(project.cloud)
    old = git(project, "rev-parse", "HEAD").strip()
    memory = function(project.cloud)["MemorySize"]
    project.configure(STAGE, lambda_memory_size=640)
    new = commit(project)
    project.up(STAGE)
    assert function(project.cloud)["MemorySize"] == 640

    project.command("back", "--stage", STAGE)
    assert git(project, "rev-parse", "HEAD").strip() == old
    said = project.up(STAGE)

    assert wrong(said) == []
    assert function(project.cloud)["MemorySize"] == memory
    assert everything(project.cloud) == before
    assert before["domains"] == ["comments.blog.example"]
    assert git(project, "status", "--porcelain") == ""
    project.command("back", "--stage", STAGE)
    assert git(project, "rev-parse", "HEAD").strip() == new


@pytest.mark.parametrize("change", ["the same code", "going back"])
def test_lost_notes_are_rebuilt_and_nothing_is_made_twice(project: Project, change: str) -> None:
    (project.folder / ".chalice/local.json").write_text(json.dumps({STAGE: {"api_gateway_custom_domain": DOMAIN}}))
    first_deployment(project)
    before = everything(project.cloud)
    kept = {name: json.loads((project.folder / name).read_text()) for name in (NOTES[0], f"{NOTES[1]}/{STAGE}.json")}
    lose_notes(project)
    if change == "going back":
        project.configure(STAGE, lambda_memory_size=640)

    invitation = project.command("moderator", "invite", "Ada", "--stage", STAGE)
    said = project.up(STAGE)

    assert project.address(STAGE) in invitation
    assert wrong(said) == []
    assert everything(project.cloud) == before
    assert {name: json.loads((project.folder / name).read_text()) for name in kept} == kept


def test_a_stage_is_removed_completely_without_its_notes(project: Project) -> None:
    first_deployment(project)
    lose_notes(project)

    project.down(STAGE, "--with-table", FUNCTION)

    assert not any(everything(project.cloud).values()), everything(project.cloud)


def test_a_stage_behind_cloudfront_outlives_its_notes_and_is_removed_completely(project: Project) -> None:
    first_deployment(project)
    project.run_well("cdn", "--stage", STAGE)
    before = everything(project.cloud)
    kept = {name: json.loads((project.folder / name).read_text()) for name in (NOTES[0], f"{NOTES[1]}/{STAGE}.json")}
    assert f"{FUNCTION}-public" in before["functions"]
    lose_notes(project)

    project.up(STAGE)

    assert everything(project.cloud) == before
    assert {name: json.loads((project.folder / name).read_text()) for name in kept} == kept
    reserved = client(project.cloud, "lambda").get_function_concurrency(FunctionName=f"{FUNCTION}-public")
    assert reserved["ReservedConcurrentExecutions"] == 20
    lose_notes(project)
    project.down(STAGE, "--with-table", FUNCTION)
    assert not any(everything(project.cloud).values()), everything(project.cloud)


def test_a_trial_in_a_second_region_and_its_removal_leave_production_alone(
    project: Project, tmp_path: Path, packages: Path
) -> None:
    first_deployment(project)
    url, before = project.url(STAGE), everything(project.cloud)
    trial = clone(tmp_path / "trial", project.cloud, packages, region=ELSEWHERE)

    trial.up(STAGE, "--site", "https://trial.example", "--email", "bob@blog.example", "--url", trial.address(STAGE))
    assert len(everything(project.cloud, ELSEWHERE)["functions"]) == 2
    assert everything(project.cloud) == before
    trial.down(STAGE, "--with-table", FUNCTION)

    assert not any(everything(project.cloud, ELSEWHERE).values())
    assert everything(project.cloud) == before
    assert requests.get(f"{url}/v1/comments", params={"post": "/"}, timeout=60).json()["comments"] == []
    assert wrong(project.up(STAGE)) == []


def test_a_moved_stage_keeps_its_address_for_mail_and_its_budget(project: Project) -> None:
    first_deployment(project)
    (project.folder / f".chalice/deployed/{STAGE}.json").unlink()
    project.region = ELSEWHERE

    project.up(STAGE)

    stacks = client(project.cloud, "cloudformation", ELSEWHERE).describe_stacks()["Stacks"]
    chosen = {each["ParameterKey"]: each["ParameterValue"] for stack in stacks for each in stack["Parameters"]}
    assert (chosen["Email"], chosen["Budget"]) == ("ada@blog.example", "7")


def test_an_added_stage_is_deployed_and_survives_earlier_code(project: Project) -> None:
    project.command("stage", "add", "garden")
    assert git(project, "status", "--porcelain") == ""

    said = project.up("garden", "--site", "https://garden.example", "--url", project.address("garden"))

    assert wrong(said) == []
    assert everything(project.cloud)["tables"] == ["afterword-garden"]


def test_several_stages_are_deployed_by_one_command_without_alarms(project: Project) -> None:
    project.command("stage", "add", "garden")

    said = project.up("garden,prod", "--watch", "no")
    again = project.up("all")

    assert ("=== garden" in said, "=== prod" in said) == (True, True)
    assert ("=== garden" in again, "=== prod" in again) == (True, True)
    found = everything(project.cloud)
    assert sorted(found["tables"]) == ["afterword-garden", "afterword-prod"]
    assert (len(found["functions"]), len(found["APIs"]), found["alarms"]) == (4, 2, 0)
    assert {each["AFTERWORD_METRICS"] for each in found["functions"].values()} == {"0"}


def test_chalice_alone_refuses_to_remove_settings_that_it_does_not_read(project: Project) -> None:
    first_deployment(project)

    with pytest.raises(AssertionError, match=r"make deploy STAGE=prod"):
        project.chalice("deploy", "--stage", STAGE)

    assert function(project.cloud)["Environment"]["Variables"]["AFTERWORD_SITE"] == SITE
