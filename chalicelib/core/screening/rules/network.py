"""Rules about the network from which a comment is sent."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from ..context import Context, Fact
from ..policy import Settings, Whole
from ..rule import Finding, hold, rule

MAX_COUNTED = 25  # a network's newest comments, at most 30 days old


class NetworkRejectedSettings(Settings):
    """Counts the newest 25 comments of the last 30 days."""

    model_config = ConfigDict(title="Hold comments from networks with rejected comments")

    section: ClassVar[str] = "network_rejected"
    rejected: Whole = Field(default=3, ge=1, le=MAX_COUNTED, title="Rejected comments needed")


@rule(
    "{rejected} recent comments from this network were rejected.",
    one="A recent comment from this network was rejected.",
    settings=NetworkRejectedSettings,
    needs={Fact.NETWORK_RECORD},
)
def network_rejected(context: Context) -> Finding | None:
    """Hold what comes from a network of which moderators rejected comments, or marked them as spam."""
    rejected = context.network_record.rejected
    return hold(rejected=rejected) if rejected >= context.settings(NetworkRejectedSettings).rejected else None
