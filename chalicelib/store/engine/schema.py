"""The table's schema, used by the command line, the tests and the deployment template.

    item            pk                      sk
    comment         C#<id>                  C
    tombstone       C#<id>                  T           keeps the place of a removed comment with visible replies
    audit row       C#<id>                  L#<ulid>    (AUD#<ulid> / L if it is not about a comment)
    previous text   C#<id>                  E           before a moderator's edit; expires
    vote            C#<id>                  V#<author hash>
    flag            C#<id>                  F#<round>#<author hash>
    their counters  C#<id>                  N#<v or f>#<network hash>   expires
    flagged         C#<id>                  Q           a marker while a comment has open flags
    edit            C#<id>                  W           a marker while an edit is pending; then what the decision
                                                        about it replaced, which expires
    post            P#<post key>            M
    author's record A#<author hash>         A
    counter         R#<scope>#<window>      R           expires
    moderator       MODERATORS              M#<id>
    token           MOD#<moderator>         T#<hash>    sessions, API tokens, links; expires
    policy          CFG                     POLICY#<version>
    fingerprint     CFG                     KEYS
    restore         CFG                     RESTORE     while a backup is being restored
    checkpoint      CFG                     CHECKPOINT#<task>   the progress of a maintenance task
    job             J#<ulid>                J           a bulk of decisions, or a move; expires
                    J#<author hash>         J           an author to be erased; expires
    day             S#<yyyy-mm>             <dd>#<moderator>    a moderator's decisions of the day, counted

    index           its keys                                       its entries
    published       P#<post key> / path                            published comments, tombstones
    recent          PUBLISHED / ulid of publication                published comments
    status          <STATUS>#<shard> / ulid of submission          every comment
                    POSTS#<shard> / post key                       every post
                    PENDING#<shard> / ulid of the edit             the marker of each pending edit
                    FLAGGED#<shard> / ulid of submission           the marker of each flagged comment
                    AUDIT#<yyyy-mm> / ulid                         every audit row
                    JOBS / time, id                                unfinished jobs of moderators
                    JOBS#AUTHOR / time, id                         unfinished erasures
    author          author hash / ulid of submission               comments with an author key, votes, flags
    network         network hash / ulid of submission              comments of the last 30 days

Unpublished comments have no entry in ``published`` and ``recent``, and neither index has private
attributes, so no query of a reader can return them.

The attributes of an index can't be changed later, so indexes contain maps, which can grow:

    map             on            in                  contains
    public          C, T          published, recent   what readers see: core/public.py lists it
    counters        C             published           what readers count: up, down
    listing         none yet      status              what moderators' lists may need

Votes change ``counters`` only, which is not in ``recent``, because all of ``recent`` is one partition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TTL = "ttl"
SHARDS = 4


@dataclass(frozen=True)
class Index:
    """A sparse index.  ``attributes`` lists the projected attributes, in addition to the keys."""

    name: str
    partition: str
    sort: str
    attributes: tuple[str, ...] = ()

    def definition(self) -> dict[str, Any]:
        """The definition for CreateTable and CloudFormation."""
        projection: dict[str, Any] = {"ProjectionType": "KEYS_ONLY"}
        if self.attributes:
            projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(self.attributes)}
        return {"IndexName": self.name, "KeySchema": _keys(self.partition, self.sort), "Projection": projection}


PUBLISHED = Index("published", "ppk", "psk", ("public", "counters"))
RECENT = Index("recent", "rpk", "rsk", ("public", "post"))
STATUS = Index("status", "qpk", "qsk", ("post", "listing"))
AUTHOR = Index("author", "apk", "ask")
NETWORK = Index("network", "npk", "nsk", ("status", "vetted"))
INDEXES = (PUBLISHED, RECENT, STATUS, AUTHOR, NETWORK)


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def table_definition() -> dict[str, Any]:
    """The table without its name, for CreateTable and, except for the TTL, AWS::DynamoDB::Table."""
    attributes = ["pk", "sk", *(name for index in INDEXES for name in (index.partition, index.sort))]
    return {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes],
        "KeySchema": _keys("pk", "sk"),
        "GlobalSecondaryIndexes": [index.definition() for index in INDEXES],
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
    }


def differences(found: Mapping[str, Any]) -> list[str]:
    """How a table, as returned by DescribeTable, differs from the definition, in words."""
    wanted = table_definition()
    words = [f"key schema is {found['KeySchema']}"] if found["KeySchema"] != wanted["KeySchema"] else []
    words += [
        f"{each['AttributeName']} is not a string"
        for each in found["AttributeDefinitions"]
        if each["AttributeType"] != "S"
    ]
    have = {index["IndexName"]: index for index in found.get("GlobalSecondaryIndexes", [])}
    for index in wanted["GlobalSecondaryIndexes"]:
        words += _index_differences(index, have.pop(index["IndexName"], None))
    if found.get("BillingModeSummary", {}).get("BillingMode") != wanted["BillingMode"]:
        words.append("billing is not per request")
    if not found.get("DeletionProtectionEnabled"):
        words.append("deletion protection is off")
    return words


def additions(found: Mapping[str, Any]) -> list[str]:
    """What a table has in addition, in words: a newer version's indexes, for example, which have no effect."""
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
    if _projection(found) != _projection(wanted):
        words.append(f"index {name} has other attributes")
    return words


def _projection(index: Mapping[str, Any]) -> tuple[str, list[str]]:
    projection = index["Projection"]
    return projection["ProjectionType"], sorted(projection.get("NonKeyAttributes", []))
