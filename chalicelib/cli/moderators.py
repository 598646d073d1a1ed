"""``moderator invite``, ``list``, ``link``, ``token`` and ``remove``."""

import argparse

from ..core.accounts import Role, Scope
from ..core.errors import NotFound
from ..core.text.sanitize import clean_name
from ..runtime import Runtime


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    commands = topics.add_parser("moderator", help="who moderates").add_subparsers(metavar="COMMAND", required=True)
    invite = commands.add_parser("invite", help="print a link that lets somebody in once, within 72 hours")
    invite.add_argument("name")
    invite.add_argument("--role", choices=[str(role) for role in Role], help="default: owner for the first")
    invite.set_defaults(run=_invite)
    commands.add_parser("list", help="show all moderators").set_defaults(run=_list)
    link = commands.add_parser("link", help="print a sign-in link, good once, for 15 minutes")
    link.add_argument("id")
    link.set_defaults(run=_link)
    token = commands.add_parser("token", help="make a token for a program; it is printed once")
    token.add_argument("id", help="whose token it is")
    token.add_argument("name", help="what it is for")
    token.add_argument("--scope", action="append", choices=[str(scope) for scope in Scope], required=True)
    token.set_defaults(run=_token)
    remove = commands.add_parser("remove", help="end a moderator's sessions and tokens for good")
    remove.add_argument("id")
    remove.set_defaults(run=_remove)


def _invite(runtime: Runtime, chosen: argparse.Namespace) -> int:
    try:
        name = clean_name(chosen.name)
    except ValueError as wrong:
        print(f"The name {wrong}.")
        return 2
    runtime.config.check_keys(runtime.keys, runtime.clock())
    first = not runtime.access.moderators()
    role = Role(chosen.role) if chosen.role else Role.OWNER if first else Role.MODERATOR
    moderator, token = runtime.signing_in.invite(name, role)
    print(f"{moderator.name} ({moderator.role}, {moderator.id}) can sign in once within 72 hours:")
    print(_address(runtime, token))
    return 0


def _list(runtime: Runtime, _chosen: argparse.Namespace) -> int:
    for moderator in runtime.access.moderators():
        print(f"{moderator.id}  {moderator.role:9}  {moderator.created:%Y-%m-%d}  {moderator.name}")
    return 0


def _link(runtime: Runtime, chosen: argparse.Namespace) -> int:
    print(_address(runtime, runtime.signing_in.link(chosen.id)))
    return 0


def _token(runtime: Runtime, chosen: argparse.Namespace) -> int:
    moderator = next((each for each in runtime.access.moderators() if each.id == chosen.id), None)
    if moderator is None:
        raise NotFound
    _, token = runtime.signing_in.api_token(moderator, chosen.name, frozenset(map(Scope, chosen.scope)))
    print(token)
    return 0


def _remove(runtime: Runtime, chosen: argparse.Namespace) -> int:
    runtime.signing_in.dismiss(chosen.id)
    print("removed")
    return 0


def _address(runtime: Runtime, token: str) -> str:
    return f"{runtime.settings.url}/moderate#{token}" if runtime.settings.url else token
