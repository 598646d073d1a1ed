"""What is neither a comment's nor a moderator's: health, and the API's description of itself."""

from functools import cache

from ..assets import STATIC
from ..http.endpoints import Answer, Call, Topic
from .schemas import Health

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
    """The document as it was built beside the other static files, from the endpoints themselves."""
    return (STATIC / "openapi.json").read_text(encoding="utf-8")
