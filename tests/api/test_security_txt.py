"""``/.well-known/security.txt`` says where to report vulnerabilities, if the owner named a contact (RFC 9116)."""

from datetime import UTC, datetime, timedelta

from moto import mock_aws

from tests.support.response_checks import check_response
from tests.support.world import World, new_world, shared_client

PATH = "/.well-known/security.txt"


def test_without_a_contact_there_is_none(world: World) -> None:
    assert check_response(world.get(PATH)).status == 404


def test_a_contact_is_served_with_a_date_until_which_it_is_valid() -> None:
    with mock_aws():
        contact, url = "mailto:security@blog.example", "https://comments.example"
        world = new_world(shared_client(), security_contact=contact, url=url)
        with world.open():
            response = world.get(PATH)

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.text.splitlines())
    assert (fields["Contact"], fields["Canonical"]) == (contact, url + PATH)
    left = datetime.fromisoformat(fields["Expires"]).astimezone(UTC) - world.clock()
    assert timedelta(days=150) < left < timedelta(days=366)
