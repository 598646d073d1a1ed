"""Keys: each stage has one secret, from which five kinds of keys are derived (RFC 5869).

The *identity*, *network* and *address* keys never change, because comment ids, hashes of IP addresses and sealed
e-mail addresses depend on them: the fingerprint in the table stands for all three.
*Signing* and *edge* keys rotate by generation; the last two generations are valid.
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

from ..ids import base64url, keyed

MIN_SECRET = 32  # characters


def derive(secret: bytes, purpose: str) -> bytes:
    """HKDF-SHA-256 with an empty salt: 32 bytes for one purpose."""
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)


@dataclass(frozen=True)
class Keys:
    """The keys of one stage.  ``generation`` is the number of the current signing key, starting at 1."""

    secret: str
    generation: int = 1

    def _derive(self, purpose: str) -> bytes:
        return derive(self.secret.encode(), f"afterword {purpose}")

    @cached_property
    def identity(self) -> bytes:
        """The key for ids and fingerprints.  It never rotates."""
        return self._derive("identity")

    @cached_property
    def network(self) -> bytes:
        """The key for hashes of addresses.  It never rotates."""
        return self._derive("network")

    @cached_property
    def address(self) -> bytes:
        """The key that seals e-mail addresses (core/crypto/sealing.py).  It never rotates."""
        return self._derive("address")

    @cached_property
    def signing(self) -> list[bytes]:
        """The signing keys, oldest first.  The last one signs; the previous one is still accepted."""
        return self._rotating("signing")

    @cached_property
    def edge(self) -> list[str]:
        """The keys with which our own CDN proves that it forwarded a request; rotated like ``signing``."""
        return [base64url(key) for key in self._rotating("edge")]

    @property
    def edge_hashes(self) -> list[str]:
        """The SHA-256 hashes of the edge keys, which are no secrets."""
        return [hashlib.sha256(key.encode()).hexdigest() for key in self.edge]

    def _rotating(self, purpose: str) -> list[bytes]:
        generations = range(max(1, self.generation - 1), self.generation + 1)
        return [self._derive(f"{purpose} {generation}") for generation in generations]

    @cached_property
    def fingerprint(self) -> str:
        """Identifies the secret without revealing anything about it.  It is stored in the table."""
        return keyed(self.identity, "fingerprint")
