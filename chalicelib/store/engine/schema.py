"""The table, once: the command line, the tests and the deployment template read it here.

    item            pk                      sk
    comment         C#<id>                  C
    tombstone       C#<id>                  T           the place of a comment whose visible replies remain
    audit row       C#<id>                  L#<ulid>    (what is not about a comment: AUD#<ulid> / L)
    earlier words   C#<id>                  E           before a moderator's edit; expires
    vote            C#<id>                  V#<author hash>
    flag            C#<id>                  F#<round>#<author hash>
    their counters  C#<id>                  N#<v or f>#<network hash>   expires
    flagged         C#<id>                  Q           a marker while a flagged comment is to be looked at
    post            P#<post key>            M
    author's record A#<author hash>         A
    counter         R#<scope>#<window>      R           expires
    moderator       MODERATORS              M#<id>
    token           MOD#<moderator>         T#<hash>    sessions, API tokens, links; expires
    policy          CFG                     POLICY#<version>
    fingerprint     CFG                     KEYS
    restore         CFG                     RESTORE     while a backup is being restored
    mark            CFG                     MARK#<step> how far a step of the hourly timer came
    job             J#<ulid>                J           what one request of many decisions was about, or a move; expires
                    J#<author hash>         J           an author who is to be erased; expires
    day             S#<yyyy-mm>             <dd>#<moderator>    what a moderator decided on it, counted

    index           its keys                                       who is in it
    published       P#<post key> / path                            published comments, tombstones: public attributes
    recent          PUBLISHED / ulid of publication                published comments: public attributes
    status          <STATUS>#<shard> / ulid of submission          every comment
                    POSTS#<shard> / post key                       every post
                    FLAGGED#<shard> / ulid of submission           a marker beside each flagged comment
                    AUDIT#<yyyy-mm> / ulid                         every audit row
                    JOBS / time, id                                jobs that nobody finished
    author          author hash / ulid of submission               comments with an author key, votes, flags
    network         network hash / ulid of submission              comments of the last 30 days

What is not published has no entry in ``published`` and ``recent``, and private attributes are in
neither: a reader's query can't find them, whatever its filter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TTL = "ttl"
SHARDS = 4

PUBLIC = ("name", "link", "avatar", "html", "parent", "at", "edited", "badge")


@dataclass(frozen=True)
class Index:
    """A sparse index.  ``carries`` lists what it holds beside the keys."""

    name: str
    partition: str
    sort: str
    carries: tuple[str, ...] = ()

    def definition(self) -> dict[str, Any]:
        """As CreateTable and CloudFormation want it."""
        projection: dict[str, Any] = {"ProjectionType": "KEYS_ONLY"}
        if self.carries:
            projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(self.carries)}
        return {"IndexName": self.name, "KeySchema": _keys(self.partition, self.sort), "Projection": projection}


PUBLISHED = Index("published", "ppk", "psk", (*PUBLIC, "gone", "up", "down", "rsk"))
RECENT = Index("recent", "rpk", "rsk", (*PUBLIC, "post"))
STATUS = Index("status", "qpk", "qsk", ("post",))
AUTHOR = Index("author", "apk", "ask")
NETWORK = Index("network", "npk", "nsk")
INDEXES = (PUBLISHED, RECENT, STATUS, AUTHOR, NETWORK)


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def table_definition() -> dict[str, Any]:
    """The table without its name: what CreateTable takes, and AWS::DynamoDB::Table but for its spelling of TTL."""
    attributes = ["pk", "sk", *(name for index in INDEXES for name in (index.partition, index.sort))]
    return {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes],
        "KeySchema": _keys("pk", "sk"),
        "GlobalSecondaryIndexes": [index.definition() for index in INDEXES],
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
    }


def differences(found: Mapping[str, Any]) -> list[str]:
    """What a table (as DescribeTable tells) lacks of the definition or has otherwise, in words."""
    wanted = table_definition()
    words = [f"key schema is {found['KeySchema']}"] if found["KeySchema"] != wanted["KeySchema"] else []
    words += [
        f"{each['AttributeName']} is no string"
        for each in found["AttributeDefinitions"]
        if each["AttributeType"] != "S"
    ]
    have = {index["IndexName"]: index for index in found.get("GlobalSecondaryIndexes", [])}
    for index in wanted["GlobalSecondaryIndexes"]:
        words += _index_differences(index, have.pop(index["IndexName"], None))
    if found.get("BillingModeSummary", {}).get("BillingMode") != wanted["BillingMode"]:
        words.append("it is not paid by request")
    if not found.get("DeletionProtectionEnabled"):
        words.append("deletion protection is off")
    return words


def additions(found: Mapping[str, Any]) -> list[str]:
    """What a table has besides, in words: a newer version's indexes, say, which trouble nobody."""
    ours = {index.name for index in INDEXES}
    names = [index["IndexName"] for index in found.get("GlobalSecondaryIndexes", [])]
    return [f"index {name} is not ours" for name in names if name not in ours]


def _index_differences(wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> list[str]:
    name = wanted["IndexName"]
    if found is None:
        return [f"index {name} is missing"]
    words = []
    if found["KeySchema"] != wanted["KeySchema"]:
        words.append(f"index {name} has other keys")
    if _carried(found) != _carried(wanted):
        words.append(f"index {name} carries other attributes")
    return words


def _carried(index: Mapping[str, Any]) -> tuple[str, list[str]]:
    projection = index["Projection"]
    return projection["ProjectionType"], sorted(projection.get("NonKeyAttributes", []))
