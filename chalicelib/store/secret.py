"""The stage's secret, where AWS keeps it: an encrypted parameter of Systems Manager."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ..core.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class SecretParameter:
    """Never overwritten: comments' ids hang on it."""

    def __init__(self, client: "SSMClient", name: str) -> None:
        self.client, self.name = client, name

    def read(self) -> str:
        """The secret; empty if there is none.

        Raises:
            Unavailable: AWS does not say.
        """
        try:
            return self.client.get_parameter(Name=self.name, WithDecryption=True)["Parameter"].get("Value", "")
        except self.client.exceptions.ParameterNotFound:
            return ""
        except (BotoCoreError, ClientError) as silence:
            raise Unavailable from silence

    def make(self, secret: str) -> None:
        """Keep a new secret.

        Raises:
            ClientError: there is one already, or it may not be made.
        """
        about = "All keys of an Afterword site are derived from it. Back it up; never change it."
        self.client.put_parameter(Name=self.name, Value=secret, Type="SecureString", Description=about)

    def remove(self) -> None:
        """Forget it, and with it who wrote what; no error if there is none."""
        self.client.delete_parameters(Names=[self.name])
