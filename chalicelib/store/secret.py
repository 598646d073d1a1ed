"""The stage's secret in an encrypted parameter of AWS Systems Manager."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from .engine.failures import unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class SecretParameter:
    """The parameter with the stage's secret.  Never overwritten, because comment ids are derived from it."""

    def __init__(self, client: "SSMClient", name: str) -> None:
        self.client, self.name = client, name

    def read(self) -> str:
        """The secret; empty if there is none.

        Raises:
            Unavailable: Systems Manager can't be reached or refuses.
        """
        try:
            return self.client.get_parameter(Name=self.name, WithDecryption=True)["Parameter"].get("Value", "")
        except self.client.exceptions.ParameterNotFound:
            return ""
        except (BotoCoreError, ClientError) as error:
            raise unavailable("GetParameter", error) from error

    def create(self, secret: str) -> None:
        """Store a new secret.

        Raises:
            ClientError: there is one already, or creating it is not permitted.
        """
        about = "All keys of an Afterword site are derived from it. Back it up; never change it."
        self.client.put_parameter(Name=self.name, Value=secret, Type="SecureString", Description=about)

    def remove(self) -> None:
        """Delete the secret, and with it the link between authors and comments.  No error if there is none."""
        self.client.delete_parameters(Names=[self.name])
