"""Hooks with which schemathesis checks this service; they run in its own environment.

All checks are enabled.  Each exception here is for one response that is right for a reason that the check cannot know.
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
OWN = os.environ["AFTERWORD_OWN"].split()  # ids of the moderator and the tokens in use
TOKENS = {f"Bearer {os.environ[name]}" for name in ("AFTERWORD_SESSION_TOKEN", "AFTERWORD_API_TOKEN")}
UNKNOWN_ID = "0" * 12
TIMEOUT = 20  # seconds

# Rules that no schema can express, about signatures, visible characters and existing data.
BEYOND_SCHEMAS = (
    "is not a cursor of this query",
    "must contain visible characters",
    "must be shorter: with its formatting",
    "must be valid Unicode",
    "must not contain control characters",
    "must be at most 1024 bytes long",
    "must be a web address",
    "must name a host",
    "must not contain a user name",
    "characters long when written in ASCII",
    "There is no such comment under this post.",
    "approve_parent needs a parent",
)
# The same rules in the HTML form, and a link to a page that does not exist.
FORM_MESSAGES = ("This link is invalid.", "The comment you reply to no longer exists.", "The form was incomplete")


@schemathesis.hook
def before_call(_context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Keep the caller signed in: sign out another session, and never remove the caller's moderator or tokens."""
    name = case.operation.definition.raw.get("operationId")
    if name in {"dismiss", "revoke_token"} and case.query.get("id") in OWN:
        case.query["id"] = UNKNOWN_ID
        kwargs.get("params", {}).update(id=UNKNOWN_ID)
    if name == "sign_out":
        case.headers["Authorization"] = f"Bearer {other_session()}"


def other_session() -> str:
    """The session token of a new moderator."""
    by = {"Authorization": f"Bearer {os.environ['AFTERWORD_SESSION_TOKEN']}"}
    invited = _post("moderators", {"name": "Somebody else"}, by)
    session = _post("sessions", {"link": urlsplit(invited["link"]).fragment}, {})
    return str(session["token"])


def _post(what: str, body: Any, headers: dict[str, str]) -> Any:  # noqa: ANN401  JSON
    response = requests.post(f"{URL}/v1/moderation/{what}", json=body, headers=headers, timeout=TIMEOUT)
    response.raise_for_status()
    return response.json()


@schemathesis.hook
def filter_failure(_context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Whether a failure counts."""
    is_allowed = ALLOWED.get(type(failure).__name__)
    return not (is_allowed and is_allowed(case, response))


def violates_rule_beyond_schemas(_case: Case, response: Response) -> bool:
    """Fields are refused only because of rules that no schema can express."""
    if response.status_code == HTTPStatus.LOCKED:  # an earlier request closed the post
        return True
    if "html" in str(response.headers.get("content-type")):
        return any(words in response.text for words in (*BEYOND_SCHEMAS, *FORM_MESSAGES))
    try:
        messages = [error["message"] for error in response.json()["errors"]]
    except (json.JSONDecodeError, KeyError):
        return False
    return all(any(words in message for words in BEYOND_SCHEMAS) for message in messages)


def is_unknown_route(_case: Case, response: Response) -> bool:
    """API Gateway itself responds to an unsupported method as to an unknown path."""
    return response.status_code == HTTPStatus.NOT_FOUND and '"code":"not_found"' in response.text


def is_chunked_body_refused(_case: Case, response: Response) -> bool:
    """The local server refuses chunked bodies (dev/server.py), which API Gateway accepts."""
    return response.status_code == HTTPStatus.LENGTH_REQUIRED and response.text == '{"message":"Length Required"}'


def is_pending(_case: Case, response: Response) -> bool:
    """A pending comment is not found by readers until a moderator approves it."""
    return response.status_code == HTTPStatus.NOT_FOUND and '"code":"not_found"' in response.text


ALLOWED = {
    "RejectedPositiveData": violates_rule_beyond_schemas,
    "UnsupportedMethodResponse": is_unknown_route,
    "UndefinedStatusCode": is_chunked_body_refused,
    "EnsureResourceAvailability": is_pending,
}
