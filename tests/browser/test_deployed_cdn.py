"""End to end through CloudFront: readers reach a function of their own by its URL, moderators the REST API."""

import json

import pytest
import requests
from playwright.sync_api import Page, expect

from dev.cloud.cloud import Cloud
from dev.cloud.cloudformation import Distribution
from ops.stages import DISTRIBUTION, stage_named
from tests.browser.test_deployed import FUNCTION, STAGE, TABLE, TIMER, WORDS, Moderator, left, read, write_page
from tests.browser.test_deployed import packages as packages  # noqa: PLC0414  a fixture
from tests.browser.test_deployed import project as project  # noqa: PLC0414  likewise
from tests.support.blog import Blog
from tests.support.page_errors import page_errors
from tests.support.project_copy import Project
from tests.support.world import POST, key22

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.engine]

READERS = "afterword-dev-public"


def distribution(project: Project) -> str:
    return stage_named(STAGE, project.folder).variables[DISTRIBUTION]


def has_readers_function(project: Project) -> bool:
    return stage_named(STAGE, project.folder).has_public_function


def routes_of(cloud: Cloud, function: str) -> set[str]:
    return {json.loads(line)["route"] for line in cloud.output(function).splitlines()}


def cdn(project: Project, *options: str) -> str:
    return project.run_well("cdn", "--stage", STAGE, *options)


def submit(url: str, name: str) -> requests.Response:
    """A reader's comment without the widget."""
    headers = {"Idempotency-Key": key22(name)}
    draft = {"post": POST, "text": f"{name} was there."}
    return requests.post(f"{url}/v1/comments", json=draft, headers=headers, timeout=60)


def test_readers_have_a_function_of_their_own_behind_cloudfront(project: Project, page: Page, blog: Blog) -> None:
    cloud = project.cloud
    project.up(STAGE, "--url", cloud.address("afterword", STAGE), "--site", blog.url)
    rest = project.url(STAGE)
    assert submit(rest, "Bo").status_code == 202

    cdn(project)

    url = f"{cloud.url}/cloudfront/{distribution(project)}"
    about = cloud.client("lambda").get_function(FunctionName=READERS)
    assert about["Concurrency"]["ReservedConcurrentExecutions"] == 20
    moderator = Moderator(project, url)
    page.goto(write_page(blog, url))
    with page.expect_response("**/v1/form?*"):
        page.get_by_role("button", name="Write a comment", exact=True).click()
    page.get_by_label("Comment", exact=True).fill(WORDS)
    with page.expect_response(lambda response: response.request.method == "POST") as sent:
        page.get_by_role("button", name="Send", exact=True).click()
    assert sent.value.status == 202
    waiting = moderator.queue()
    assert len(waiting) == 2
    for comment in waiting:
        moderator.approve(comment)

    reader = page.context.browser
    assert reader
    with reader.new_context() as another:
        errors, fresh = page_errors(another), another.new_page()
        fresh.goto(blog.url + POST)
        expect(fresh.locator("article", has_text=WORDS)).to_be_visible()
    assert errors == []
    counted = requests.get(f"{url}/v1/counts", params={"post": [POST, "/a,b"]}, timeout=60).json()
    assert counted["counts"] == {POST: 2, "/a,b": 0}
    preflight = requests.options(f"{url}/v1/comments", headers={"Origin": blog.url}, timeout=60)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (200, "*")
    token = requests.get(f"{url}/v1/form", params={"post": POST}, timeout=60).json()["token"]
    form = {"post": POST, "text": "Without a script.", "form": token, "key": key22("form")}
    assert requests.post(f"{url}/thread", data=form, timeout=60).status_code in (201, 202)

    moderating = {route for route in routes_of(cloud, FUNCTION) if "/moderation/" in route}
    assert moderating == {"/v1/moderation/sessions", "/v1/moderation/queue", "/v1/moderation/decisions"}
    readers = routes_of(cloud, READERS)
    assert not [route for route in readers if "moderat" in route]
    assert {"/widget.js", "/v1/comments", "/v1/form", "/v1/counts", "/thread"} <= readers
    assert WORDS not in cloud.output(READERS)
    assert requests.get(f"{url}/moderate", timeout=60).status_code == 200

    check_url_alone(cloud, url)
    check_without_cloudfront(project, rest)


def check_url_alone(cloud: Cloud, url: str) -> None:
    """Without CloudFront's key the function's URL gives nothing, and with it nothing of moderators."""
    name = cloud.client("lambda").get_function_url_config(FunctionName=READERS)["FunctionUrl"].split("/")[2]
    direct = f"{cloud.url}/lambda-url/{name.partition('.')[0]}"
    [key] = {
        each["OriginCustomHeaders"][0]["HeaderValue"]
        for each in Distribution.configs[url.rpartition("/")[2]]["Origins"]
    }
    queue, headers = f"{direct}/v1/moderation/queue?status=pending", {"Afterword-Edge": key}

    assert requests.get(f"{direct}/v1/comments", params={"post": POST}, timeout=60).status_code == 403
    assert requests.get(queue, timeout=60).status_code == 403
    assert requests.get(queue, headers=headers, timeout=60).status_code == 404
    assert requests.get(f"{direct}/healthz", headers=headers, timeout=60).status_code == 200


def check_without_cloudfront(project: Project, rest: str) -> None:
    """CloudFront is taken away with all that came with it, and the stage works as before."""
    cloud = project.cloud

    cdn(project, "--off")

    assert WORDS in "".join(read(rest))
    assert sorted(each["FunctionName"] for each in left(cloud)["functions"]) == [FUNCTION, TIMER]
    assert [each["RoleName"] for each in left(cloud)["roles"] if "public" in each["RoleName"]] == []
    assert [each["logGroupName"] for each in left(cloud)["logs"] if "public" in each["logGroupName"]] == []
    assert cloud.client("cloudfront").list_distributions()["DistributionList"].get("Items", []) == []
    assert not has_readers_function(project)
    assert cloud.client("dynamodb").list_tables()["TableNames"] == [TABLE]

    cdn(project)
    project.down(STAGE)
    assert not any(left(cloud).values()), left(cloud)
    assert not has_readers_function(project)
