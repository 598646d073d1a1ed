"""What is neither a comment's nor a moderator's: health, and the API's description of itself."""

from functools import cache

from .endpoints import Answer, Call, Topic
from .shapes import Health

topic = Topic(__name__)


@topic.endpoint("GET", "/healthz", answers={200: Health}, memo=True)
def healthz(_call: Call) -> Health:
    """Say that the service runs."""
    return Health()


@topic.endpoint("GET", "/openapi.json", answers={200: "The OpenAPI 3.1 document."}, memo=True)
def openapi(_call: Call) -> Answer:
    """Describe this API."""
    return Answer(_document())


@cache
def _document() -> str:
    from .openapi import document_text  # noqa: PLC0415  few ask, and the schemas take a while

    return document_text()
