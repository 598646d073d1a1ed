"""What schemathesis must know of this service to ask well.  It runs in schemathesis's own environment.

Every check is on.  What is let pass here is one answer each that is right although a check can't know it.
"""

import json
import os
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

URL = os.environ["AFTERWORD_URL"]
OWN = os.environ["AFTERWORD_OWN"].split()  # ids of the moderator and the tokens that ask
TOKENS = {f"Bearer {os.environ[name]}" for name in ("AFTERWORD_SESSION_TOKEN", "AFTERWORD_API_TOKEN")}
NOBODY = "0" * 12
TIMEOUT = 20  # seconds

# Rules that no schema can say: what was signed, what a person can see, what is there.
BEYOND_SCHEMAS = (
    "is not a cursor of this query",
    "must contain something that can be seen",
    "must not contain half a character",
    "must not contain control characters",
    "must be at most 1024 bytes long",
    "must be a web address",
    "must name a host",
    "must not contain a user name",
    "characters long when written in ASCII",
    "There is no such comment under this post.",
    "approve_parent needs a parent",
)
# The same in the words of the HTML form, and for a link to a page that is none.
SAID_TO_READERS = ("This link does not work.", "The comment that you answer is not there any more.")


@schemathesis.hook
def before_call(_context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Keep who asks signed in: somebody else signs out, and nobody removes the asking moderator or token."""
    name = case.operation.definition.raw.get("operationId")
    if name in {"dismiss", "revoke_token"} and case.query.get("id") in OWN:
        case.query["id"] = NOBODY
        kwargs.get("params", {}).update(id=NOBODY)
    if name == "sign_out":
        case.headers["Authorization"] = f"Bearer {somebody_else()}"


def somebody_else() -> str:
    """Give the session of a moderator who was only just invited."""
    by = {"Authorization": f"Bearer {os.environ['AFTERWORD_API_TOKEN']}"}
    invited = _post("moderators", {"name": "Somebody else"}, by)
    session = _post("sessions", {"link": urlsplit(invited["link"]).fragment}, {})
    return str(session["token"])


def _post(what: str, body: Any, headers: dict[str, str]) -> Any:  # noqa: ANN401  JSON
    answer = requests.post(f"{URL}/v1/moderation/{what}", json=body, headers=headers, timeout=TIMEOUT)
    answer.raise_for_status()
    return answer.json()


@schemathesis.hook
def filter_failure(_context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Tell whether a failure counts."""
    is_right = RIGHT.get(type(failure).__name__)
    return not (is_right and is_right(case, response))


def breaks_a_rule_beyond_schemas(_case: Case, response: Response) -> bool:
    """A field is refused for a rule that no schema can say, and none for another."""
    if response.status_code == HTTPStatus.LOCKED:  # the post was closed, by an earlier request
        return True
    if "html" in str(response.headers.get("content-type")):
        return any(words in response.text for words in (*BEYOND_SCHEMAS, *SAID_TO_READERS))
    try:
        messages = [error["message"] for error in response.json()["errors"]]
    except (json.JSONDecodeError, KeyError):
        return False
    return all(any(words in message for words in BEYOND_SCHEMAS) for message in messages)


def the_gateway_says_no(_case: Case, response: Response) -> bool:
    """API Gateway answers a method that a path does not have by itself, as if nothing were there."""
    return response.status_code == HTTPStatus.NOT_FOUND and '"code":"not_found"' in response.text


def the_local_server_says_no(_case: Case, response: Response) -> bool:
    """It takes no body in chunks (dev/server.py); API Gateway does, and hands it on whole."""
    return response.status_code == HTTPStatus.LENGTH_REQUIRED and response.text == '{"message":"Length Required"}'


def it_waits(_case: Case, response: Response) -> bool:
    """What was submitted is not there for readers until a moderator approves it: what waits looks like nothing."""
    return response.status_code == HTTPStatus.NOT_FOUND and '"code":"not_found"' in response.text


RIGHT = {
    "RejectedPositiveData": breaks_a_rule_beyond_schemas,
    "UnsupportedMethodResponse": the_gateway_says_no,
    "UndefinedStatusCode": the_local_server_says_no,
    "EnsureResourceAvailability": it_waits,
}
