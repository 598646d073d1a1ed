"""A browser without scripts that parses strictly, checks the CSP and resolves links."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import html5lib

from tests.support.world import POST, Response, World

HOST = "https://comments.example"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Page:
    """A response at its address, parsed as browsers do; invalid HTML raises."""

    address: str
    reply: Response
    tree: Any = field(init=False)

    def __post_init__(self) -> None:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        object.__setattr__(self, "tree", parser.parse(self.reply.text))

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def text(self) -> str:
        """The visible text, with single spaces."""
        return " ".join("".join(self.tree.find("body").itertext()).split())

    @property
    def heading(self) -> str:
        [heading] = self.all("h1")
        return "".join(heading.itertext())

    def all(self, tag: str, **attributes: str) -> list[Any]:
        """Matching elements, in order."""
        return [each for each in self.tree.iter(tag) if attributes.items() <= each.attrib.items()]

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """(text, address) of each link."""
        for link in self.all("a"):
            yield "".join(link.itertext()), urljoin(self.address, link.get("href"))

    def link(self, words: str) -> str:
        """The address of the first link with this text."""
        return next(address for said, address in self.links if said == words)

    @property
    def comments(self) -> list[str]:
        """The ids of the comments, in order."""
        return [each.get("id").removeprefix("comment-") for each in self.all("article")]

    @property
    def fields(self) -> dict[str, str]:
        """The form's current fields."""
        inputs = {each.get("name"): each.get("value", "") for each in self.all("input")}
        return inputs | {each.get("name"): each.text or "" for each in self.all("textarea")}

    @property
    def data(self) -> Any:
        """The page's structured data."""
        [script] = self.all("script", type="application/ld+json")
        return json.loads(script.text)

    def broken_rules(self) -> list[str]:
        """Violations of the rules for our pages."""
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
        """Open a post's thread."""
        return self.open(f"thread?{urlencode({'post': post, **query})}")

    def write(self, post: str = POST) -> Page:
        """Open the form, and wait as long as a person would."""
        page = self.open(self.thread(post).link("Write a comment"))
        self.world.clock.forward(seconds=30)
        return page

    def send(self, page: Page, **typed: str) -> Page:
        """Fill in a page's form and send it."""
        [form] = page.all("form")
        assert form.get("method") == "post"
        return self.post(urljoin(page.address, form.get("action")), {**page.fields, **typed})

    def post(self, address: str, fields: Mapping[str, str], **more: Any) -> Page:
        """Submit a form with its current values, and line ends as browsers send them."""
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


def publish_all(world: World, texts: Sequence[str], *, post: str = POST, parents: Sequence[str] = ()) -> list[str]:
    """Publish many comments in a row; returns their ids.  ``parents``: the parent of each, if any."""
    world.policy(every_comment=False)
    token, ids = world.form(post), []
    for text, parent in zip_longest(texts, parents):
        world.clock.forward(seconds=1)
        response = world.submit(text, post=post, form=token, parent=parent or None)
        assert response.status == 201, response.text
        ids.append(response.json["id"])
    return ids


def close_post(world: World, post: str = POST) -> None:
    """Close a post as a moderator."""
    world.request("PATCH", "/v1/moderation/posts", query={"post": post}, json_body={"closed": True}, token=world.token)
