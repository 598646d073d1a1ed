"""Invalidates the caches of a CloudFront distribution, once per request, after public content was removed.

Best effort: cached responses also expire after the time given in their headers.
"""

import json
import logging
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from ..core.ids import ULID_ENTROPY, ulid

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

log = logging.getLogger("afterword")

PATHS = ("/*",)  # AWS bills a wildcard as one path; assets are cached again quickly
CONNECT, READ = 0.5, 1.0  # seconds; a single attempt, because somebody is waiting

_pending: ContextVar[bool] = ContextVar("invalidation_pending", default=False)


class Cdn:
    """One distribution.  ``allowed`` counts an invalidation and says whether it may be made, since each costs money."""

    def __init__(
        self,
        distribution: str,
        clock: Callable[[], datetime],
        entropy: Callable[[int], bytes],
        allowed: Callable[[], bool],
    ) -> None:
        self.distribution, self._clock, self._entropy, self._allowed = distribution, clock, entropy, allowed

    @cached_property
    def client(self) -> "CloudFrontClient":
        """The SDK's client, created when first needed."""
        from botocore.config import Config  # noqa: PLC0415  few processes need it
        from botocore.session import get_session  # noqa: PLC0415  likewise

        config = Config(connect_timeout=CONNECT, read_timeout=READ, retries={"total_max_attempts": 1})
        return cast("CloudFrontClient", get_session().create_client("cloudfront", config=config))

    def request_invalidation(self) -> None:
        """Invalidate the caches at the end of this request."""
        _pending.set(True)

    def flush(self) -> None:
        """Invalidate the caches if that was requested since the last call.  Failures are only logged."""
        if not _pending.get():
            return
        _pending.set(False)
        if not self._allowed():
            _log("TooMany")
            return
        try:
            self._invalidate()
        except ClientError as refusal:
            _log(refusal.response["Error"]["Code"])
        except BotoCoreError as error:
            _log(type(error).__name__)

    def _invalidate(self) -> None:
        self.client.create_invalidation(
            DistributionId=self.distribution,
            InvalidationBatch={
                "Paths": {"Quantity": len(PATHS), "Items": list(PATHS)},
                "CallerReference": ulid(self._clock(), self._entropy(ULID_ENTROPY)),
            },
        )


def _log(reason: str) -> None:
    log.error(json.dumps({"mistake": "InvalidationFailed", "reason": reason}))
