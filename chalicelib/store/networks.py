"""What is known of a network, by the hash that its comments carry for 30 days."""

from datetime import datetime, timedelta

from ..core.comments import Status
from ..core.ids import first_ulid
from ..core.screening.context import NetworkRecord
from ..core.screening.rules.network import MAX_COUNTED
from .engine.schema import NETWORK
from .engine.table import Span, Table

PERIOD = timedelta(days=30)
REFUSED = {Status.REJECTED, Status.SPAM}


class Networks:
    """Reads the records of networks."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def record(self, network: str, now: datetime) -> NetworkRecord:
        """How moderators decided on a network's newest comments of the last 30 days; eventually consistent."""
        span = Span(network, above=first_ulid(now - PERIOD))
        entries = self.table.query(span, index=NETWORK, limit=MAX_COUNTED, backwards=True).items
        return NetworkRecord(rejected=sum(entry["status"] in REFUSED for entry in entries if entry.get("vetted")))
