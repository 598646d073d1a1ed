"""Sends digests to an SNS topic, whose subscribers receive them, for example by mail."""

from functools import cached_property
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from ...core.digest import Digest

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

UNKNOWN = {"NotFound", "NotFoundException"}


class NotSent(Exception):  # noqa: N818  a state of the world
    """It is not known whether a digest was delivered."""


class SnsChannel:
    """Publishes digests to an SNS topic."""

    @cached_property
    def client(self) -> "SNSClient":
        """The SDK's client.  It makes a single attempt, because two attempts could both be delivered."""
        from botocore.config import Config  # noqa: PLC0415  few processes need it
        from botocore.session import get_session  # noqa: PLC0415  likewise

        once = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
        return cast("SNSClient", get_session().create_client("sns", config=once))

    def publish(self, topic: str, digest: Digest) -> bool:
        """Publish a digest once; false if the topic does not exist, which means that nobody wants digests.

        Raises:
            NotSent: SNS refused the digest or did not respond.
        """
        try:
            self.client.publish(TopicArn=topic, Subject=digest.subject, Message=digest.text)
        except ClientError as error:
            if error.response["Error"]["Code"] in UNKNOWN:
                return False
            raise NotSent from error
        except BotoCoreError as error:
            raise NotSent from error
        return True
