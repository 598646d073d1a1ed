"""The fingerprint of the secret that a table belongs to."""

from datetime import datetime

from ..core.crypto.keys import Keys
from ..core.errors import KeysMismatch
from ..core.times import iso
from .engine import keys
from .engine.parts import NEW, Put
from .engine.table import Table


class Fingerprint:
    """Reads and checks the fingerprint.  ``table`` must be unguarded, because its guard is this check."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def read(self) -> str:
        """The fingerprint of the table's secret; empty if nothing was written to the table yet."""
        found = self.table.get(keys.FINGERPRINT)
        return str(found["fingerprint"]) if found else ""

    def check(self, own: Keys, now: datetime) -> None:
        """Check that the table belongs to this secret; a table without a fingerprint belongs to it from now on.

        Raises:
            KeysMismatch: the table belongs to another secret.
        """
        found = self.read() or self._write(own.fingerprint, now)
        if found != own.fingerprint:
            raise KeysMismatch

    def _write(self, fingerprint: str, now: datetime) -> str:
        pk, sk = keys.FINGERPRINT
        item = {"pk": pk, "sk": sk, "fingerprint": fingerprint, "at": iso(now), "op": fingerprint}
        self.table.write(Put(item=item, where=NEW, otherwise=lambda _found: KeysMismatch()), operation=fingerprint)
        return fingerprint
