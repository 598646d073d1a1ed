"""What the service's log says about requests: never more of a person than the id of the request."""

import json
import logging
from traceback import extract_tb

from ...core.errors import Refusal, Unavailable
from .request import Request

log = logging.getLogger("afterword")


def log_unavailable(request: Request, refusal: Refusal) -> None:
    """Log which call failed, with AWS's code and the number of tries, in one line that the request's own follows."""
    if isinstance(refusal, Unavailable):
        log.warning(json.dumps({"unavailable": refusal.why, "request": request.request_id}))


def log_request(request: Request | None, route: str, status: int, took: float) -> None:
    """Log one line for a request, without personal data."""
    facts = {
        "method": request.method if request else "",
        "route": route,
        "status": status,
        "ms": round(took * 1_000, 1),
        "request": request.request_id if request else "",
    }
    log.info(json.dumps(facts))


def log_exception(request: Request, error: Exception) -> None:
    """Log where an error happened in one line; its message is left out, as it may hold personal data."""
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    log.error(json.dumps({"error": type(error).__name__, "where": where, "request": request.request_id}))
