"""Proof of work: work that a form asks for, done by the browser for one submission.

A comment's id is derived from its post, author and ``Idempotency-Key``, and the proof is bound to a form token
and that key.  So one proof serves one comment only, and nothing about it needs to be stored.
"""

import hashlib


def is_valid_proof(bits: int, token: str, idempotency_key: str, work: str) -> bool:
    """Whether SHA-256 over ``<token>:<key>:<work>`` begins with at least ``bits`` zero bits."""
    proof = f"{token}:{idempotency_key}:{work}"
    return bool(work) and leading_zero_bits(hashlib.sha256(proof.encode()).digest()) >= bits


def leading_zero_bits(digest: bytes) -> int:
    """The number of zero bits at the start of a digest."""
    return 8 * len(digest) - int.from_bytes(digest).bit_length()
