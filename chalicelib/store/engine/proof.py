"""Proof that a response is one of DynamoDB: the SDK turns a body that it can't read into an empty response.

It compares the checksum only to decide whether to try again, and passes on what the last attempt brought.
"""

from typing import Any
from zlib import crc32

from botocore.exceptions import ChecksumError

from ...core.errors import Unavailable

HEADER = "x-amz-crc32"
ASKED = {"ReturnConsumedCapacity": "TOTAL"}  # costs nothing; without it the response to a write may be empty
PROOFS = {"query": "Items", "scan": "Items", "batch_get_item": "Responses", "batch_write_item": "UnprocessedItems"}


def check_checksum(http_response: Any, **_event: object) -> None:  # noqa: ANN401  the SDK's response
    """Check a response after the last attempt; the SDK calls it.

    Raises:
        ChecksumError: the body is damaged.
    """
    expected, actual = http_response.headers.get(HEADER), str(crc32(http_response.content))
    if expected not in {None, actual}:
        raise ChecksumError(checksum_type="crc32", expected_checksum=expected, actual_checksum=actual)


def proven(method: str, response: Any) -> Any:  # noqa: ANN401  the SDK's response
    """The response of a method of the SDK, if it says anything.

    Raises:
        Unavailable: it is empty, which does not mean that an item does not exist.
    """
    if PROOFS.get(method, "ConsumedCapacity") not in response:
        raise Unavailable
    return response
