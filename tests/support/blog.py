"""A blog on its own host that embeds the widget, for browser tests."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.world import POST, World

TAG = "<afterword-comments></afterword-comments>"
FOOTER = "<footer>The end of the page</footer>"


@dataclass
class Blog:
    """The pages of a blog by path."""

    url: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.partition("?")[0]
        page = self.pages.get(path)
        body = (page or "").encode()
        kind = "text/javascript" if path.endswith(".js") else "text/html"
        handler.send_response(404 if page is None else 200)
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8",
            "Cache-Control": "no-store",
            **self.headers,
        }.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def running_blog() -> Iterator[Blog]:
    """A blog without pages yet."""
    blog = Blog()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            blog.answer(self)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    blog.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield blog
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@dataclass
class Site:
    """One reader's browser on a page of the blog, which has the widget of the service."""

    world: World
    blog: Blog
    page: Page
    service: str

    def write_page(
        self, tag: str = TAG, *, path: str = POST, head: str = "", before: str = "", lang: str = "en"
    ) -> None:
        script = f'<script type="module" src="{self.service}/widget.js"></script>'
        self.blog.pages[path] = (
            f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>The Van</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}{script}</head>'
            f"<body><main><h1>The Van That Was Never There</h1>{before}{tag}</main>{FOOTER}</body></html>"
        )

    def visit(self, tag: str = TAG, *, path: str = POST, at: str = "", **more: str) -> "Site":
        """Open a page with the widget, and wait until it shows something."""
        self.write_page(tag, path=path, **more)
        self.open(path + at)
        return self

    def open(self, path: str) -> None:
        """Open the page as by a link from elsewhere."""
        self.page.goto("about:blank")
        self.page.goto(self.blog.url + path)
        expect(self.page.locator("afterword-comments .root, afterword-comments .note").first).to_be_visible()

    def reload(self) -> None:
        self.page.reload()
        expect(self.heading).to_be_visible()

    @property
    def heading(self) -> Locator:
        return self.page.locator("afterword-comments .heading")

    @property
    def composer(self) -> Locator:
        return self.page.locator(".composer")

    def comment(self, words: str) -> Locator:
        """The article with these words."""
        return self.page.locator("article", has_text=words)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def write(self, text: str, **fields: str) -> None:
        """Fill in the composer under the thread, and send it."""
        with self.page.expect_response("**/v1/form?*"):
            self.button("Write a comment").click()
        self.fill(text, **fields)
        self.world.clock.forward(seconds=30)  # a form that is submitted at once looks like a bot's
        self.button("Send").click()

    def fill(self, text: str, **fields: str) -> None:
        self.page.get_by_label("Comment", exact=True).fill(text)
        for name, value in fields.items():
            self.page.get_by_label(name).fill(value)

    def kept(self, where: str) -> Mapping[str, str]:
        """The contents of the page's storage."""
        kept: dict[str, str] = self.page.evaluate(f"({{...{where}}})")
        return kept
