"""One secret per stage, four kinds of key derived from it (RFC 5869).

The *identity* and *network* keys never change: comments' ids and the hashes of addresses hang on
them.  *Signing* and *edge* keys rotate by generation; the last two are accepted.
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
    """The keys of one stage.  ``generation`` names the current signing key, from 1 up."""

    secret: str
    generation: int = 1

    def _derive(self, purpose: str) -> bytes:
        return derive(self.secret.encode(), f"afterword {purpose}")

    @cached_property
    def identity(self) -> bytes:
        """For ids and fingerprints.  Never rotates."""
        return self._derive("identity")

    @cached_property
    def network(self) -> bytes:
        """For hashes of addresses.  Never rotates."""
        return self._derive("network")

    @cached_property
    def signing(self) -> list[bytes]:
        """Oldest first: the previous generation is still accepted, the last one signs."""
        return self._rotating("signing")

    @cached_property
    def edge(self) -> list[str]:
        """What a distribution of our own shows, so that it is believed whose request it passes on; as ``signing``."""
        return [base64url(key) for key in self._rotating("edge")]

    def _rotating(self, purpose: str) -> list[bytes]:
        generations = range(max(1, self.generation - 1), self.generation + 1)
        return [self._derive(f"{purpose} {generation}") for generation in generations]

    @cached_property
    def fingerprint(self) -> str:
        """Says which secret a table belongs to, and nothing else about it."""
        return keyed(self.identity, "fingerprint")
