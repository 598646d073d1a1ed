"""``moderator``: invite, list and remove moderators, and create their sign-in links and API tokens."""

import argparse
from collections.abc import Iterator

from ..core.accounts import Moderator, Role, Scope, Token, TokenKind
from ..core.errors import NotFound
from ..core.text.sanitize import clean_name
from ..runtime import Runtime


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    moderator = commands.add_parser(
        "moderator", help="invite, list or remove moderators; create sign-in links and API tokens"
    ).add_subparsers(metavar="COMMAND", required=True)
    invite = moderator.add_parser("invite", help="print an invitation link, which works once, within 72 hours")
    invite.add_argument("name")
    invite.add_argument("--role", choices=[str(role) for role in Role], help="default: owner for the first")
    invite.set_defaults(run=_invite)
    moderator.add_parser("list", help="list all moderators").set_defaults(run=_list)
    _add_links_to(moderator)
    token = moderator.add_parser("token", help="create an API token, which is printed once")
    token.add_argument("id", help="the moderator's id")
    token.add_argument("name", help="a name for the token")
    token.add_argument("--scope", action="append", choices=[str(scope) for scope in Scope], required=True)
    token.set_defaults(run=_token)
    remove = moderator.add_parser("remove", help="remove a moderator, with all sessions and tokens")
    remove.add_argument("id")
    remove.set_defaults(run=_remove)


def _add_links_to(moderator: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    link = moderator.add_parser("link", help="print a sign-in link, which works once, within 15 minutes")
    link.add_argument("id")
    link.set_defaults(run=_link)
    moderator.add_parser("links", help="list the invitations and sign-in links that were not used yet").set_defaults(
        run=_links
    )
    revoke = moderator.add_parser("revoke", help="revoke a link that was not used yet")
    revoke.add_argument("id", help="the id in the list of links")
    revoke.set_defaults(run=_revoke)


def _invite(runtime: Runtime, options: argparse.Namespace) -> int:
    try:
        name = clean_name(options.name)
    except ValueError as error:
        print(f"The name {error}.")
        return 2
    first = not runtime.accounts.moderators()
    role = Role(options.role) if options.role else Role.OWNER if first else Role.MODERATOR
    moderator, token = runtime.accounts_service.invite(name, role)
    print(f"{moderator.name} ({moderator.role}, {moderator.id}) can sign in once within 72 hours:")
    print(_sign_in_url(runtime, token))
    return 0


def _list(runtime: Runtime, _options: argparse.Namespace) -> int:
    for moderator in runtime.accounts.moderators():
        pending = "  (invited)" if moderator.invitation else ""
        print(f"{moderator.id}  {moderator.role:9}  {moderator.created:%Y-%m-%d}  {moderator.name}{pending}")
    return 0


def _link(runtime: Runtime, options: argparse.Namespace) -> int:
    print(_sign_in_url(runtime, runtime.accounts_service.link(options.id)))
    return 0


def _links(runtime: Runtime, _options: argparse.Namespace) -> int:
    for moderator, link in _pending(runtime):
        kind = "invitation" if link.hash == moderator.invitation else "link"
        print(f"{link.hash}  {kind:10}  until {link.expires:%Y-%m-%d %H:%M}  {moderator.name}")
    return 0


def _revoke(runtime: Runtime, options: argparse.Namespace) -> int:
    link = next((link for _, link in _pending(runtime) if link.hash == options.id), None)
    if link is None:
        raise NotFound
    runtime.accounts.revoke(link.moderator, link.hash, link.kind)
    print("revoked")
    return 0


def _pending(runtime: Runtime) -> Iterator[tuple[Moderator, Token]]:
    """All links that were not used yet, with whom they sign in."""
    for moderator in runtime.accounts.moderators():
        for link in runtime.accounts_service.tokens(moderator.id, TokenKind.LINK):
            yield moderator, link


def _token(runtime: Runtime, options: argparse.Namespace) -> int:
    moderator = next((each for each in runtime.accounts.moderators() if each.id == options.id), None)
    if moderator is None:
        raise NotFound
    _, token = runtime.accounts_service.api_token(moderator, options.name, frozenset(map(Scope, options.scope)))
    print(token)
    return 0


def _remove(runtime: Runtime, options: argparse.Namespace) -> int:
    runtime.accounts_service.dismiss(options.id)
    print("removed")
    return 0


def _sign_in_url(runtime: Runtime, token: str) -> str:
    return f"{runtime.settings.url}/moderate#{token}" if runtime.settings.url else token
