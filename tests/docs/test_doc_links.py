# SPDX-License-Identifier: GPL-3.0-or-later
"""Links lead somewhere, pictures are small, and every message that a page explains is really
said."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pages
import pytest

LARGEST = 250_000
"""Bytes of a picture on a page."""


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page) -> None:
    dead = []
    for link in pages.links(page):
        if link.startswith(("http://", "https://")):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file) if file else page
        if not target.exists() or (anchor and anchor not in pages.anchors(target)):
            dead.append(link)
    assert not dead


def test_pictures_of_the_pages_are_small() -> None:
    used = {
        (page.parent / link).resolve()
        for page in pages.PAGES
        if page.name != "README.md"
        for link in pages.links(page)
        if link.endswith(".png")
    }
    assert len(used) > 5
    assert not [p.name for p in used if p.stat().st_size > LARGEST]


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda p: p.name)
def test_explained_messages_are_said_somewhere(page) -> None:
    unknown = [m for m in pages.messages(page) if not any(fits(m, t) for t in templates())]
    assert not unknown


def test_the_troubleshooting_page_explains_many() -> None:
    assert len(pages.messages(pages.ROOT / "docs/troubleshooting.md")) > 70


def fits(message: str, template: str) -> bool:
    """Whether all that the message says between its dots is in the template, in this order."""
    at = 0
    for part in (p.strip(" `'") for p in re.split(r"…", message)):
        if len(part) < 3:
            continue
        found = template.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return at > 0


@cache
def templates() -> tuple[str, ...]:
    """Every text in the code, with … for what is filled in."""
    files = [p for room in ("lsmplify_core", "addon") for p in (pages.ROOT / room).rglob("*.py")]
    found: list[str] = []
    for path in files:
        found += texts(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(dict.fromkeys(found))


def texts(tree: ast.AST) -> Iterator[str]:
    """The texts of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(v.value if isinstance(v, ast.Constant) else "…" for v in node.values)


def test_a_message_that_nobody_says_is_noticed() -> None:
    assert not any(fits("the moon is … today", t) for t in templates())
