"""The members that the build shortens are the widget's own: neither a browser nor a response has such a name."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.blog import Blog

ROOT = Path(__file__).parents[2]
BUILD = (ROOT / "web/build.mjs").read_text(encoding="utf-8")
KNOWN = """() => {
  const names = new Set()
  for (const key of Object.getOwnPropertyNames(globalThis)) {
    const value = globalThis[key]
    for (const object of [value, value?.prototype]) {
      if (!object || !/object|function/.test(typeof object)) continue
      for (const name of Object.getOwnPropertyNames(object)) names.add(name)
    }
  }
  return [...names]
}"""

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def members() -> set[str]:
    [listed] = re.findall(r"const MEMBERS = \[(.*?)\n\]", BUILD, re.DOTALL)
    return set(re.findall(r"'(\w+)'", listed))


def test_no_browser_knows_a_member_that_the_build_shortens(page: Page, blog: Blog) -> None:
    blog.pages["/"] = "<!DOCTYPE html><title>A page</title>"
    page.goto(blog.url)

    known = set(page.evaluate(KNOWN))

    assert {"querySelector", "create", "host"} <= known
    assert members() & known == set()


def test_no_response_and_no_catalogue_has_a_member_that_the_build_shortens() -> None:
    document = json.loads((ROOT / "chalicelib/static/openapi.json").read_text(encoding="utf-8"))
    fields = {name for schema in document["components"]["schemas"].values() for name in schema.get("properties", {})}
    sections = json.loads((ROOT / "web/widget/words/en.json").read_text(encoding="utf-8"))
    keys = {key for section in sections.values() for key in section} | set(sections)

    assert len(members()) > 40
    assert members() & (fields | keys) == set()
