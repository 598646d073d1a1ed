"""The caches of a CloudFront distribution: they are told, once a request, to forget what may be read no more.

Best effort: what is cached goes by itself after the time that its headers say.
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

PATHS = ("/*",)  # AWS counts one, however many pages that are; what has its hash in its name is soon there again
CONNECT, READ = 0.5, 1.0  # seconds; one try, because somebody waits

_noted: ContextVar[bool] = ContextVar("noted", default=False)


class Edge:
    """One distribution.  ``allowed``: whether it may be told once more, for each time costs money."""

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
        """The SDK's, made when something is first taken away."""
        from botocore.config import Config  # noqa: PLC0415  few processes need it
        from botocore.session import get_session  # noqa: PLC0415  likewise

        config = Config(connect_timeout=CONNECT, read_timeout=READ, retries={"total_max_attempts": 1})
        return cast("CloudFrontClient", get_session().create_client("cloudfront", config=config))

    def note(self) -> None:
        """Something was taken away: tell at the end of this request."""
        _noted.set(True)

    def flush(self) -> None:
        """Tell it, if something was taken away since the last time.  A failure is logged, and no more."""
        if not _noted.get():
            return
        _noted.set(False)
        if not self._allowed():
            _log("TooMany")
            return
        try:
            self._invalidate()
        except ClientError as refusal:
            _log(refusal.response["Error"]["Code"])
        except BotoCoreError as silence:
            _log(type(silence).__name__)

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
