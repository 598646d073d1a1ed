"""Every route accesses the table as documented in docs/access-paths.md, and by no other key."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api.http.endpoints import Endpoint
from chalicelib.api.http.request import current_request
from chalicelib.core.accounts import MAX_MAKERS
from chalicelib.core.ids import ULID
from ops.openapi.document import endpoints
from tests.support.scenarios.routes import SCENARIOS, signed_in
from tests.support.wire_guard import Wire, key_of, watched, written_items
from tests.support.world import World

PAGE = Path(__file__).parents[2] / "docs" / "access-paths.md"
HEAD = "| route | call | on | key | read | at most |"
MODERATING = "each moderating route"
FIRST_WRITE = "the first write of a process"
FIRST_SCREENING = "the first screening in 5 minutes of a process"

SHAPES = {  # of key values, by the text before the first "#"
    "A": "A#<author>",
    "AUD": "AUD#<ulid>",
    "AUDIT": "AUDIT#<yyyy-mm>",
    "C": "C#<id>",
    "F": "F#<round>#<author>",
    "FLAGGED": "FLAGGED#<shard>",
    "J": "J#<job>",
    "L": "L#<ulid>",
    "M": "M#<id>",
    "CHECKPOINT": "CHECKPOINT#<task>",
    "MOD": "MOD#<id>",
    "N": "N#<kind>#<network>",
    "P": "P#<post>",
    "POLICY": "POLICY#<version>",
    "POSTS": "POSTS#<shard>",
    "R": "R#<scope>#<window>",
    "S": "S#<yyyy-mm>",
    "T": "T#<hash>",
    "V": "V#<author>",
    **dict.fromkeys(("DELETED", "PENDING", "PUBLISHED", "REJECTED", "SPAM"), "<STATUS>#<shard>"),
}
LITERAL = {
    "A",
    "C",
    "CFG",
    "E",
    "J",
    "JOBS",
    "KEYS",
    "L",
    "M",
    "MODERATORS",
    "PUBLISHED",
    "Q",
    "R",
    "RESTORE",
    "T",
    "W",
}
BY_ATTRIBUTE = {
    "psk": "<path>",
    "rsk": "<ulid>",
    "apk": "<author>",
    "npk": "<network>",
    "ask": "<ulid>",
    "nsk": "<ulid>",
}


@dataclass(frozen=True)
class Access:
    """One access to the table: the call, the table or index, the key, and the consistency of a read."""

    call: str
    on: str
    key: str
    read: str


@dataclass
class Recorder:
    """The accesses of each request of one route."""

    route: str
    requests: dict[int, Counter[Access]] = field(default_factory=dict)
    requests_seen: list[Any] = field(default_factory=list)

    def __call__(self, operation: str, body: Wire) -> None:
        request = current_request.get(None)
        if request is None or f"{request.method} {request.route}" != self.route:
            return
        self.requests_seen.append(request)  # so that its id() is not reused
        self.requests.setdefault(id(request), Counter()).update(accesses(operation, body))


def accesses(operation: str, body: Wire) -> Iterator[Access]:
    if operation == "Query":
        yield Access("Query", body.get("IndexName", "table"), condition(body), read(body))
    elif operation == "GetItem":
        yield Access("GetItem", "table", both(body["Key"]["pk"]["S"], body["Key"]["sk"]["S"]), read(body))
    elif operation == "BatchGetItem":
        for wanted in body["RequestItems"].values():
            for key in wanted["Keys"]:
                yield Access("BatchGetItem", "table", both(key["pk"]["S"], key["sk"]["S"]), read(wanted))
    else:
        for verb, part in written_items(operation, body):
            call = f"Transact {verb}" if operation == "TransactWriteItems" else operation
            yield Access(call, "table", both(*key_of(part)), "-")


def read(body: Wire) -> str:
    return "consistent" if body.get("ConsistentRead") else "eventual"


def both(partition: str, sort: str) -> str:
    return f"pk = {shape('pk', partition)}, sk = {shape('sk', sort)}"


def condition(body: Wire) -> str:
    """The key condition with names instead of placeholders, and shapes instead of values."""
    names, values = body["ExpressionAttributeNames"], body["ExpressionAttributeValues"]
    terms, attribute = [], ""
    for word in re.findall(r"#\w+|:\w+|\S+", body["KeyConditionExpression"]):
        attribute = names.get(word, attribute)
        terms.append(shape(attribute, values[word]["S"]) if word in values else names.get(word, word))
    partition, _, sort = " ".join(terms).partition(" AND ")
    return f"{partition}, {sort}" if sort else partition


def shape(attribute: str, value: str) -> str:
    """The shape of a key value, as used in the documentation."""
    if attribute == "qsk":
        return "<ulid>" if ULID.fullmatch(value) else "<post>"
    if attribute in BY_ATTRIBUTE:
        return BY_ATTRIBUTE[attribute]
    if value in LITERAL or value == "JOBS#AUTHOR":
        return value
    if re.match("[0-9]{2}#", value):
        return "<dd>#<moderator>"
    return SHAPES[value.partition("#")[0]]


def documented() -> dict[str, dict[Access, int]]:
    """Route → its accesses to the table, with the maximum number in one request."""
    found: dict[str, dict[Access, int]] = {}
    table = PAGE.read_text(encoding="utf-8").partition(HEAD)[2].partition("\n\n")[0]
    for line in table.strip().splitlines()[1:]:
        route, call, on, key, how, most = (cell.strip().replace("`", "") for cell in line.strip("|").split("|"))
        ways = found.setdefault(route, {})
        if call != "-":
            ways[Access(call, on, key, how)] = int(most)
    return found


@contextmanager
def recorded(world: World, route: str) -> Iterator[Recorder]:
    recorder = Recorder(route)
    with watched(world.runtime.table.client, recorder):
        yield recorder


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_a_route_accesses_the_table_as_documented(world: World, endpoint: Endpoint) -> None:
    route = f"{endpoint.method} {endpoint.path}"
    rows = documented()
    assert route in rows, f"{PAGE.name} has no row for {route}"
    assert route in SCENARIOS, f"no scenario covers {route}"
    everywhere = rows[FIRST_WRITE] | rows[FIRST_SCREENING] | (rows[MODERATING] if endpoint.scope else {})

    with recorded(world, route) as recorder:
        SCENARIOS[route](world)

    seen = Counter[Access]()
    for request in recorder.requests.values():
        seen |= request
    allowed = everywhere | rows[route]
    assert {access: number for access, number in seen.items() if number > allowed.get(access, 0)} == {}, "undocumented"
    assert rows[route].keys() - seen.keys() == set(), "documented, but not seen"


def test_the_page_has_no_row_for_an_unknown_route() -> None:
    routes = {f"{endpoint.method} {endpoint.path}" for endpoint in endpoints()}

    assert documented().keys() - routes == {MODERATING, FIRST_WRITE, FIRST_SCREENING}


def test_a_sessions_use_is_recorded_once_an_hour_and_read_at_each_request(world: World) -> None:
    """The session is the last in a row of as many as there may be, each of which made a link for the next."""
    token, route = signed_in(world), "/v1/moderation/queue"
    for _ in range(MAX_MAKERS):
        link = world.request("POST", "/v1/moderation/links", token=token).json["link"].rpartition("#")[2]
        token = world.request("POST", "/v1/moderation/sessions", json_body={"link": link}).json["token"]
    world.clock.forward(hours=2)

    with recorded(world, f"GET {route}") as recorder:
        responses = [world.get(route, token=token) for _ in range(2)]

    assert [response.status for response in responses] == [200, 200]
    [first, second] = [
        Counter({access: n for access, n in each.items() if "MOD" in access.key}) for each in recorder.requests.values()
    ]
    assert first == documented()[MODERATING]
    assert set(first - second) == {access for access in first if access.call == "UpdateItem"}


def test_a_process_reads_the_moderators_names_once_for_many_submissions(world: World) -> None:
    with recorded(world, "POST /v1/comments") as recorder:
        for _ in range(2):
            world.submit()

    [first, second] = [
        Counter({access: n for access, n in each.items() if "MODERATORS" in access.key})
        for each in recorder.requests.values()
    ]
    assert first == documented()[FIRST_SCREENING]
    assert not second


def test_a_process_checks_once_that_the_table_matches_its_secret(world: World) -> None:
    with recorded(world, "POST /v1/comments") as recorder:
        for _ in range(2):
            world.submit()

    [first, second] = [
        Counter({access: n for access, n in each.items() if "KEYS" in access.key})
        for each in recorder.requests.values()
    ]
    assert first == documented()[FIRST_WRITE]
    assert not second
