"""Notices to an SNS topic: whoever subscribed to it, by mail say, is told."""

from functools import cached_property
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from ...core.digest import Notice

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

UNKNOWN = {"NotFound", "NotFoundException"}


class NotSent(Exception):  # noqa: N818  a state of the world
    """Whether a notice arrived is not known."""


class Topics:
    """Sends notices."""

    @cached_property
    def client(self) -> "SNSClient":
        """The SDK's.  It tries once: of two tries both may arrive."""
        from botocore.config import Config  # noqa: PLC0415  few processes need it
        from botocore.session import get_session  # noqa: PLC0415  likewise

        once = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
        return cast("SNSClient", get_session().create_client("sns", config=once))

    def publish(self, topic: str, notice: Notice) -> bool:
        """Send it once; false if there is no such topic, for then nobody wants to know.

        Raises:
            NotSent: the topic's service refused it, or did not answer.
        """
        try:
            self.client.publish(TopicArn=topic, Subject=notice.subject, Message=notice.text)
        except ClientError as error:
            if error.response["Error"]["Code"] in UNKNOWN:
                return False
            raise NotSent from error
        except BotoCoreError as silence:
            raise NotSent from silence
        return True
