"""``table create``, ``table upgrade`` and ``table check``."""

import argparse
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ..core.errors import ChangedMeanwhile
from ..core.maintenance import NETWORK_LIFE
from ..core.posts import Post
from ..runtime import Runtime
from ..settings import BadSettingError
from ..store.cleanup import deleted_with_leftovers, sweep
from ..store.engine.schema import TTL, additions, differences, table_definition
from ..store.engine.upgrade import described, recover, upgrade
from ..store.recount import drifted
from ..store.retention import Overdue

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LATE = timedelta(days=2)  # for which the hourly timer may be late with a hash
SECRET_BYTES = 32


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    commands = topics.add_parser("table", help="the DynamoDB table").add_subparsers(metavar="COMMAND", required=True)
    create = commands.add_parser("create", help="make the table, or say what an existing one has otherwise")
    create.set_defaults(run=_create)
    upgrading = commands.add_parser(
        "upgrade", help="add what an older version's table lacks, while it is in use; nothing is dropped"
    )
    upgrading.set_defaults(run=_upgrade)
    check = commands.add_parser(
        "check",
        help="count every post's published comments again, look for leftovers of deleted ones and for old hashes",
    )
    check.add_argument("--fix", action="store_true", help="set the counts that are wrong, remove what is left or old")
    check.set_defaults(run=_check)


def _create(runtime: Runtime, _chosen: argparse.Namespace) -> int:
    name = runtime.settings.table
    made = make(runtime.table.client, name)
    found = _settled(runtime.table.client, name) + differences(described(runtime.table.client, name))
    more = additions(described(runtime.table.client, name))
    print(f"{name}: {'made' if made else 'was there'}")
    for words in found + more:
        print(f"  {words}")
    if found:
        print("`table upgrade` puts right what can be put right.")
    if runtime.settings.secret_parameter and not runtime.settings.secret:
        print(f"{runtime.settings.secret_parameter}: {'made' if make_secret(runtime) else 'was there'}")
    runtime.config.check_keys(runtime.keys, runtime.clock())
    return 1 if found else 0


def make(client: "DynamoDBClient", name: str) -> bool:
    """Make the table and wait for it; true if it was not there before."""
    try:
        client.create_table(TableName=name, **table_definition())
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":
            raise
        made = False
    else:
        made = True
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
    return made


def make_secret(runtime: Runtime) -> bool:
    """Make the stage's secret, unless there is one; true if it was made.

    Raises:
        BadSettingError: the table was written under a secret that is lost.
    """
    if runtime.secret_parameter.read():
        return False
    if runtime.config.fingerprint():
        raise BadSettingError(
            f"{runtime.settings.secret_parameter} is gone, and {runtime.settings.table} was written under it: "
            "put it back with `secret put`, from where you keep it; a new one would know no author and no vote"
        )
    runtime.secret_parameter.make(runtime.entropy(SECRET_BYTES).hex())
    return True


def _settled(client: "DynamoDBClient", name: str) -> list[str]:
    """Switch on what a table has beside its definition; in words what could not be."""
    words = []
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if expiry["TimeToLiveStatus"] == "DISABLED":
        client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL})
    elif expiry.get("AttributeName") != TTL:
        words.append(f"items expire by {expiry.get('AttributeName')}, not by {TTL}")
    try:
        recover(client, name)
    except ClientError as error:
        words.append(f"point-in-time recovery is off: {error.response['Error'].get('Message', error)}")
    return words


def _upgrade(runtime: Runtime, _chosen: argparse.Namespace) -> int:
    name, client = runtime.settings.table, runtime.table.client
    for words in upgrade(client, name):
        print(f"{name}: {words}")
    left = _settled(client, name) + differences(described(client, name))
    for words in left:
        print(f"{name}: {words}: this needs your own hands")
    if not left:
        print(f"{name}: as this version wants it")
    return 1 if left else 0


def _check(runtime: Runtime, chosen: argparse.Namespace) -> int:
    posts = wrong = right = 0
    for post, counted in drifted(runtime.table, runtime.posts):
        posts += 1
        if counted == post.count or post.moving:  # the index lags behind what moves: another time
            continue
        wrong += 1
        print(f"{post.key}: counts {post.count}, has {counted}")
        right += chosen.fix and _set_right(runtime, post, counted)
    print(f"{posts} posts, {wrong} wrong{f', {right} set right' if chosen.fix else ''}")
    left = _leftovers(runtime, fix=chosen.fix) + _networks(runtime, fix=chosen.fix)
    return 1 if wrong > right or left else 0


def _leftovers(runtime: Runtime, *, fix: bool) -> int:
    """Under how many deleted comments something of readers is left."""
    found = list(deleted_with_leftovers(runtime.table))
    for comment_id in found if fix else ():
        while sweep(runtime.table, comment_id):
            pass
    if found:
        print(f"votes and flags left under {len(found)} deleted comments{': removed' if fix else ''}")
    return 0 if fix else len(found)


def _networks(runtime: Runtime, *, fix: bool) -> int:
    """How many comments carry the hash of a network for longer than they may."""
    overdue = Overdue(runtime.table)
    found = list(overdue.all_networks(runtime.clock() - NETWORK_LIFE - LATE))
    for comment_id in found if fix else ():
        overdue.forget_network(comment_id)
    if found:
        print(f"{len(found)} comments carry the hash of a network for too long{': removed' if fix else ''}")
    return 0 if fix else len(found)


def _set_right(runtime: Runtime, post: Post, counted: int) -> bool:
    try:
        runtime.posts.recount(post.key, seen=post.count, count=counted)
    except ChangedMeanwhile:
        print(f"{post.key}: was changed meanwhile")
        return False
    return True
