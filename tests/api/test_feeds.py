"""The latest comments and feeds: sorted by publication, not by submission, and public comments only."""

from xml.etree.ElementTree import Element, fromstring

from tests.support.world import POST, World

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(world: World, **query: str) -> list[Element]:
    response = world.get("/v1/feed.atom", query=query)
    assert (response.status, response.headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return fromstring(response.text).findall(f"{ATOM}entry")  # noqa: S314  our own


def ids(found: list[Element]) -> list[str]:
    return [(entry.findtext(f"{ATOM}id") or "").rpartition("/")[2] for entry in found]


def test_a_comment_approved_late_is_newest(world: World) -> None:
    early, late = (world.submit(f"Number {number}.", post=f"/{number}").json["id"] for number in range(2))
    world.decide("approve", late)
    world.decide("approve", early)

    latest = world.get("/v1/latest").json["comments"]

    assert [each["id"] for each in latest] == [early, late]
    assert latest[0]["published"] > latest[0]["created"]
    assert ids(entries(world)) == [early, late]


def test_a_rejected_comment_leaves_the_newest_and_comes_back_as_new(world: World) -> None:
    one, two = (world.published(f"Number {number}.") for number in range(2))
    [rejected] = world.decide("reject", one)["results"]
    assert [each["id"] for each in world.get("/v1/latest").json["comments"]] == [two]

    world.undo(comment=one, decision=rejected["decision"])

    assert [each["id"] for each in world.get("/v1/latest").json["comments"]] == [one, two]


def test_a_posts_feed_has_only_its_own_comments(world: World) -> None:
    mine = world.published("*Here*", name="Ann & Ben", link="https://example.org/")
    world.published("There.", post="/there")

    [entry] = entries(world, post=POST)

    assert ids([entry]) == [mine]
    assert entry.findtext(f"{ATOM}title") == f"Ann & Ben on {POST}"
    assert "<em>Here</em>" in (entry.findtext(f"{ATOM}content") or "")
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"https://blog.example{POST}#comment-{mine}"


def test_an_empty_feed_is_returned_as_a_feed(world: World) -> None:
    assert entries(world, post=POST) == []
    assert world.get("/v1/latest").json == {"comments": []}
