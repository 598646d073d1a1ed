"""Health check, OpenAPI document and security contact."""

from datetime import timedelta
from functools import cache

from ...core.errors import NotFound
from ...core.times import iso
from ..assets import STATIC
from ..http.endpoints import Call, Router, ViewResponse
from .schemas import Health

router = Router(__name__)

PLAIN = "text/plain; charset=utf-8"
VALID = timedelta(days=180)  # as long as a reader may trust the contact


@router.endpoint("GET", "/healthz", responses={200: Health}, cached=True)
def healthz(_call: Call) -> Health:
    """Check that the service is running."""
    return Health()


@router.endpoint("GET", "/openapi.json", responses={200: "The OpenAPI 3.1 document."}, cached=True)
def openapi(_call: Call) -> ViewResponse:
    """Get the OpenAPI document of this API."""
    return ViewResponse(_document())


@router.endpoint(
    "GET",
    "/.well-known/security.txt",
    responses={200: "Where to report vulnerabilities (RFC 9116)."},
    refusals=(NotFound,),
    media=PLAIN,
    cached=True,
)
def security(call: Call) -> ViewResponse:
    """Get the contact for reports of vulnerabilities, if the owner named one."""
    contact, url = call.runtime.settings.security_contact, call.runtime.settings.url
    if not contact:
        raise NotFound
    expires = (call.runtime.clock() + VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {contact}", f"Expires: {iso(expires)}"]
    lines += [f"Canonical: {url}/.well-known/security.txt"] if url else []
    return ViewResponse("\n".join(lines) + "\n", media=PLAIN)


@cache
def _document() -> str:
    """The OpenAPI document, which is generated from the endpoints at build time."""
    return (STATIC / "openapi.json").read_text(encoding="utf-8")
