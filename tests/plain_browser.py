"""A browser without scripts: it parses strictly, keeps to the page's policy, and resolves what it follows."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import html5lib

from tests.world import POST, Reply, World

HOST = "https://comments.example"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Page:
    """An answer at its address, parsed as browsers do; a mistake in the HTML raises."""

    address: str
    reply: Reply
    tree: Any = field(init=False)

    def __post_init__(self) -> None:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        object.__setattr__(self, "tree", parser.parse(self.reply.text))

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def text(self) -> str:
        """What people see of it, with single spaces."""
        return " ".join("".join(self.tree.find("body").itertext()).split())

    @property
    def heading(self) -> str:
        [heading] = self.all("h1")
        return "".join(heading.itertext())

    def all(self, tag: str, **attributes: str) -> list[Any]:
        """Elements, in order."""
        return [each for each in self.tree.iter(tag) if attributes.items() <= each.attrib.items()]

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """(words, address) of each."""
        for link in self.all("a"):
            yield "".join(link.itertext()), urljoin(self.address, link.get("href"))

    def link(self, words: str) -> str:
        """The address of the first link with these words."""
        return next(address for said, address in self.links if said == words)

    @property
    def comments(self) -> list[str]:
        """Their ids, in order."""
        return [each.get("id").removeprefix("comment-") for each in self.all("article")]

    @property
    def fields(self) -> dict[str, str]:
        """What the form would send as it stands."""
        inputs = {each.get("name"): each.get("value", "") for each in self.all("input")}
        return inputs | {each.get("name"): each.text or "" for each in self.all("textarea")}

    @property
    def data(self) -> Any:
        """What it tells machines."""
        [script] = self.all("script", type="application/ld+json")
        return json.loads(script.text)

    def broken_rules(self) -> list[str]:
        """What no page of ours may have."""
        active = [each.tag for each in self.tree.iter("script") if each.get("type") != "application/ld+json"]
        active += [
            name for each in self.tree.iter() for name in each.attrib if name.startswith("on") or name == "style"
        ]
        ids = [each.get("id") for each in self.tree.iter() if each.get("id")]
        labelled = {each.get("for") for each in self.all("label")}
        unnamed = [each.get("name") for each in self.all("input") if each.get("type") != "hidden"]
        [style] = self.all("style")
        digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
        policy = self.reply.headers["Content-Security-Policy"]
        return [
            *active,
            *(f"twice: {each}" for each in ids if ids.count(each) > 1),
            *(f"no label: {each}" for each in unnamed if each not in labelled),
            *([] if f"'sha256-{digest}'" in policy and "script-src" not in policy else [policy]),
        ]


@dataclass(frozen=True)
class PlainBrowser:
    """Reads the service's pages below a prefix."""

    world: World
    prefix: str = "/api"

    def open(self, address: str) -> Page:
        """Follow a link, absolute or from the service's root."""
        address = urljoin(f"{HOST}{self.prefix}/", address)
        query = parse_qs(urlsplit(address).query, keep_blank_values=True)
        return self._page("GET", address, query=query)

    def thread(self, post: str, **query: str) -> Page:
        """A post's comments."""
        return self.open(f"thread?{urlencode({'post': post, **query})}")

    def write(self, post: str = POST) -> Page:
        """The form, open long enough that a person could have written."""
        page = self.open(self.thread(post).link("Write a comment"))
        self.world.clock.forward(seconds=30)
        return page

    def send(self, page: Page, **typed: str) -> Page:
        """Fill in a page's form and send it."""
        [form] = page.all("form")
        assert form.get("method") == "post"
        return self.post(urljoin(page.address, form.get("action")), {**page.fields, **typed})

    def post(self, address: str, fields: Mapping[str, str], **more: Any) -> Page:
        """Send a form as it stands; line ends as browsers write them."""
        body = urlencode({name: value.replace("\n", "\r\n") for name, value in fields.items()})
        return self._page("POST", address, body=body, **more)

    def _page(self, method: str, address: str, **more: Any) -> Page:
        path = urlsplit(address).path
        assert address.startswith(f"{HOST}{self.prefix}/"), address
        headers = {"Content-Type": FORM, **more.pop("headers", {})} if method == "POST" else {}
        route = path.removeprefix(self.prefix)
        assert route in {"/thread", "/thread/form"}, address
        page = Page(address, self.world.request(method, route, prefix=self.prefix, headers=headers, **more))
        assert page.reply.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.broken_rules() == []
        return page


def say(world: World, texts: Sequence[str], *, post: str = POST, parents: Sequence[str] = ()) -> list[str]:
    """Many comments in a row, published at once; the ids.  ``parents`` names what each answers, or nothing."""
    world.hold("never")
    token, ids = world.form(post), []
    for text, parent in zip_longest(texts, parents):
        world.clock.forward(seconds=1)
        reply = world.submit(text, post=post, form=token, parent=parent or None)
        assert reply.status == 201, reply.text
        ids.append(reply.json["id"])
    return ids


def close(world: World, post: str = POST) -> None:
    """A moderator closes a post."""
    world.request("PATCH", "/v1/moderation/posts", query={"post": post}, json_body={"closed": True}, token=world.token)
