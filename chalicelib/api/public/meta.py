"""Health check and OpenAPI document."""

from functools import cache

from ..assets import STATIC
from ..http.endpoints import Call, Router, ViewResponse
from .schemas import Health

router = Router(__name__)


@router.endpoint("GET", "/healthz", responses={200: Health}, cached=True)
def healthz(_call: Call) -> Health:
    """Check that the service is running."""
    return Health()


@router.endpoint("GET", "/openapi.json", responses={200: "The OpenAPI 3.1 document."}, cached=True)
def openapi(_call: Call) -> ViewResponse:
    """Get the OpenAPI document of this API."""
    return ViewResponse(_document())


@cache
def _document() -> str:
    """The OpenAPI document, which is generated from the endpoints at build time."""
    return (STATIC / "openapi.json").read_text(encoding="utf-8")
