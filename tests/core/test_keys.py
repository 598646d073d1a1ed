"""Keys: derived as in RFC 5869, one for each purpose; only signing and edge keys rotate."""

import pytest

from chalicelib.core.crypto.keys import Keys, derive
from chalicelib.core.ids import base64url

SECRET = "a secret of at least thirty-two characters"


def test_derivation_matches_the_third_test_case_of_rfc_5869() -> None:
    okm = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"

    assert derive(b"\x0b" * 22, "").hex() == okm[:64]


def test_every_purpose_has_its_own_key() -> None:
    keys = Keys(SECRET, generation=2)

    own = {keys.identity, keys.network, keys.address, *keys.signing}
    assert len(own) == 5
    assert len({*keys.edge}) == 2
    assert not {*keys.edge} & {base64url(key) for key in own}


def test_rotation_keeps_the_previous_signing_key_and_no_older_one() -> None:
    first, second, third = (Keys(SECRET, generation=number).signing for number in (1, 2, 3))

    assert len(first) == 1
    assert second == [first[-1], second[-1]]
    assert third == [second[-1], third[-1]]


def test_rotation_keeps_the_previous_edge_key_and_no_older_one() -> None:
    first, second, third = (Keys(SECRET, generation=number).edge for number in (1, 2, 3))

    assert second == [first[-1], second[-1]]
    assert third == [second[-1], third[-1]]


@pytest.mark.parametrize("kind", ["identity", "network", "address", "fingerprint"])
def test_rotation_changes_no_key_that_stored_data_depends_on(kind: str) -> None:
    assert getattr(Keys(SECRET, generation=1), kind) == getattr(Keys(SECRET, generation=9), kind)


def test_the_fingerprint_distinguishes_secrets_and_is_not_a_key() -> None:
    assert Keys(SECRET).fingerprint != Keys(SECRET + "!").fingerprint
    assert Keys(SECRET).fingerprint.encode() not in Keys(SECRET).identity
