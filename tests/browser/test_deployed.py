"""End to end: the deployed bundle under Lambda's own runtime client, behind the gateway that Chalice describes."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

import app as service
from chalicelib.api.http.gateway_responses import gateway_responses
from dev.cloud.aws import REGION, Document
from dev.cloud.cloud import Cloud, running_cloud
from ops.bundle.build import MAX_SIZE
from ops.gateway import ROLE
from tests.support.blog import TAG, Blog
from tests.support.maintenance import scheduled_event, sent_digests
from tests.support.page_errors import page_errors
from tests.support.project_copy import Project
from tests.support.world import POST, key22

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.engine]

STAGE = "dev"
FUNCTION = "afterword-dev"
TIMER = "afterword-dev-hourly"
TABLE = "afterword-dev"
SECRET = "/afterword/dev/secret"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
WORDS = "I was there, and nobody ran."


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages")


@pytest.fixture
def project(tmp_path: Path, packages: Path) -> Iterator[Project]:
    with running_cloud() as cloud:
        yield Project(tmp_path, cloud, packages)


class Moderator:
    """A moderator who was invited on the command line and signs in once."""

    def __init__(self, project: Project, url: str = "") -> None:
        link = project.command("moderator", "invite", "Ada", "--stage", STAGE).split("#")[-1].strip()
        self.url = url or project.url(STAGE)
        self.headers: dict[str, str] = {}
        session = self.post("sessions", {"link": link})
        self.headers = {"Authorization": f"Bearer {session['token']}"}

    def post(self, what: str, body: Any) -> Any:
        response = requests.post(f"{self.url}/v1/moderation/{what}", json=body, headers=self.headers, timeout=60)
        assert response.ok, response.text
        return response.json()

    def queue(self) -> list[dict[str, Any]]:
        asked = {"status": "pending"}
        response = requests.get(f"{self.url}/v1/moderation/queue", params=asked, headers=self.headers, timeout=60)
        assert response.ok, response.text
        comments: list[dict[str, Any]] = response.json()["comments"]
        return comments

    def approve(self, comment: dict[str, Any]) -> None:
        request = {"id": comment["id"], "version": comment["version"], "decision": "approve"}
        [result] = self.post("decisions", {"decisions": [request]})["results"]
        assert result["outcome"] == "done", result


def without_preflight(url: str, document: Document) -> list[str]:
    """The deployed routes that a script of another site can't ask."""
    asked = {"Origin": "https://blog.example", "Access-Control-Request-Method": "POST"}
    answers = {
        route: requests.options(url + route.replace("{", "a-").replace("}", ""), headers=asked, timeout=60)
        for route in document["paths"]
    }
    return [route for route, response in answers.items() if response.headers.get("Access-Control-Allow-Origin") != "*"]


def called(document: Document) -> set[str]:
    """The functions that the API calls, each with its alias."""
    integrations = [
        about["x-amazon-apigateway-integration"] for methods in document["paths"].values() for about in methods.values()
    ]
    uris = [str(each["uri"]) for each in integrations if each.get("uri")]
    return {uri.partition(":function:")[2].removesuffix("/invocations") for uri in uris}


def break_latest(project: Project) -> None:
    """Leave the function as it is between Chalice's two updates, when Python's minor version changes."""
    functions = project.cloud.client("lambda")
    functions.update_function_configuration(FunctionName=FUNCTION, Runtime="python3.12")
    functions.get_waiter("function_updated").wait(FunctionName=FUNCTION)


def write_page(blog: Blog, url: str) -> str:
    """A post on the blog, with the widget as its owner would put it there."""
    script = f'<script type="module" src="{url}/widget.js"></script>'
    blog.pages[POST] = f'<!DOCTYPE html><html lang="en"><head><title>The Van</title>{script}</head><body>{TAG}</body>'
    return blog.url + POST


def read(url: str) -> list[str]:
    """The texts of the published comments."""
    response = requests.get(f"{url}/v1/comments", params={"post": POST}, timeout=60)
    assert response.ok, response.text
    return [comment["html"] for comment in response.json()["comments"]]


FETCH = """async ([url, size]) => {
  const answer = await fetch(url, size ? {method: 'POST', body: 'x'.repeat(size)} : {})
  return [answer.status, (await answer.json()).code]
}"""


def refused(page: Page, url: str, size: int = 0) -> tuple[int, str]:
    """What a script of the page reads of a refusal."""
    status, code = page.evaluate(FETCH, [url, size])
    return status, code


def logged(cloud: Cloud) -> list[str]:
    """The routes in the function's log, which has a line for each request, and no other."""
    return [json.loads(line)["route"] for line in cloud.output(FUNCTION).splitlines()]


def left(cloud: Cloud) -> dict[str, list[Any]]:
    """What of a deployment there is."""
    return {
        "functions": cloud.client("lambda").list_functions()["Functions"],
        "roles": [each for each in cloud.client("iam").list_roles()["Roles"] if each["RoleName"] != ROLE],
        "APIs": cloud.client("apigateway").get_rest_apis()["items"],
        "rules": cloud.client("events").list_rules()["Rules"],
        "alarms": cloud.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "topics": cloud.client("sns").list_topics()["Topics"],
        "logs": cloud.client("logs").describe_log_groups()["logGroups"],
    }


def wrong(said: str) -> list[str]:
    """What the doctor found wrong at the end of a deployment."""
    return [line for line in said.splitlines() if line.startswith("!!")]


def submit_another(url: str) -> None:
    """Another reader submits a comment without JavaScript."""
    headers = {"Idempotency-Key": key22("another")}
    draft = {"post": POST, "text": "So was I."}
    assert requests.post(f"{url}/v1/comments", json=draft, headers=headers, timeout=60).status_code == 202


def told(cloud: Cloud, function: str) -> dict[str, int]:
    """The metrics in a function's log, but for the times."""
    found: dict[str, int] = {}
    for line in map(json.loads, cloud.output(function).splitlines()):
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                found[metric["Name"]] = found.get(metric["Name"], 0) + line[metric["Name"]]
    found.pop("OldestWaiting")
    return found


def test_a_comment_from_another_site_is_approved_read_there_and_survives_deployments(
    project: Project, page: Page, blog: Blog
) -> None:
    address = project.cloud.address("afterword", STAGE)
    wishes = ("--url", address, "--site", blog.url, "--email", "ada@blog.example")
    first = wrong(project.up(STAGE, *wishes))
    url = project.url(STAGE)
    assert [line for line in first if "nobody can decide" not in line] == []
    about = project.cloud.client("lambda").get_function(FunctionName=FUNCTION)["Configuration"]
    assert about["CodeSize"] <= MAX_SIZE
    document = project.cloud.document(url)
    assert set(document["paths"]) == set(service.app.routes)
    assert document["x-amazon-apigateway-gateway-responses"] == gateway_responses()
    assert called(document) == {f"{FUNCTION}:live"}
    assert without_preflight(url, document) == []

    moderator = Moderator(project)
    page.goto(write_page(blog, url))
    with page.expect_response("**/v1/form?*"):
        page.get_by_role("button", name="Write a comment", exact=True).click()
    page.get_by_label("Comment", exact=True).fill(WORDS)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("afterword-comments")).to_contain_text("moderator")
    assert read(url) == []
    assert refused(page, f"{url}/v1/nothing") == (404, "not_found")
    assert refused(page, f"{url}/v1/comments", 11_000_000) == (413, "too_large")

    [comment] = moderator.queue()
    assert [route for route in logged(project.cloud) if "moderation" in route] == [
        "/v1/moderation/sessions",
        "/v1/moderation/queue",
    ]
    assert WORDS not in project.cloud.output(FUNCTION)

    moderator.approve(comment)
    reader = page.context.browser
    assert reader
    with reader.new_context() as another:
        errors, fresh = page_errors(another), another.new_page()
        fresh.goto(blog.url + POST)
        expect(fresh.locator("article", has_text=WORDS)).to_be_visible()
    assert errors == []

    submit_another(url)
    project.cloud.invoke(TIMER, scheduled_event())
    assert told(project.cloud, TIMER) == {"Waiting": 1, "WrongCounts": 0, "DigestsFailed": 0, "TasksFailed": 0}
    assert [subject for subject, _ in sent_digests(REGION)] == ["1 comment is waiting on 127.0.0.1"]
    assert WORDS not in project.cloud.output(TIMER)

    break_latest(project)
    assert WORDS in read(url)[0]

    project.configure(STAGE, lambda_memory_size=640)
    assert wrong(project.up(STAGE)) == []
    about = project.cloud.client("lambda").get_function(FunctionName=FUNCTION, Qualifier="live")["Configuration"]
    assert (about["MemorySize"], about["Runtime"]) == (640, RUNTIME)
    assert project.url(STAGE) == url
    assert WORDS in read(url)[0]

    project.down(STAGE)
    assert not any(left(project.cloud).values()), left(project.cloud)
    assert project.cloud.urls == []
    assert project.cloud.client("dynamodb").list_tables()["TableNames"] == [TABLE]
    assert [each["Name"] for each in project.cloud.client("ssm").describe_parameters()["Parameters"]] == [SECRET]

    (project.folder / ".chalice/local.json").unlink()  # Chalice alone would lose what is in it, and refuses
    project.chalice("deploy", "--stage", STAGE)
    assert WORDS in read(project.url(STAGE))[0]
    assert called(project.cloud.document(project.url(STAGE))) == {FUNCTION}
    project.chalice("delete", "--stage", STAGE)
