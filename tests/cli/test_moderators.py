"""``moderator``: what is pending is listed, and can be revoked."""

import pytest

from chalicelib.cli.main import main
from tests.support.tokens import assert_refused, exchange
from tests.support.world import World


def made(world: World, out: str) -> str:
    """The link that a command printed."""
    assert world.runtime.settings.url == ""
    return out.rsplit(maxsplit=1)[-1]


def test_pending_links_and_invitations_are_listed_and_can_be_revoked(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["moderator", "invite", "Ada"]) == 0
    invitation = made(world, capsys.readouterr().out)
    [ada] = world.runtime.accounts.moderators()
    assert main(["moderator", "list"]) == 0
    assert capsys.readouterr().out.endswith("Ada  (invited)\n")
    assert exchange(world, invitation).status == 201
    assert main(["moderator", "link", ada.id]) == 0
    link = made(world, capsys.readouterr().out)

    assert main(["moderator", "links"]) == 0
    listed = capsys.readouterr().out
    assert listed.endswith("until 2030-01-01 12:15  Ada\n")
    assert main(["moderator", "revoke", listed.split()[0]]) == 0
    assert main(["moderator", "revoke", listed.split()[0]]) == 2
    capsys.readouterr()

    assert main(["moderator", "links"]) == 0
    assert capsys.readouterr().out == ""
    assert_refused(exchange(world, link))
