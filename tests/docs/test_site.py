# SPDX-License-Identifier: GPL-3.0-or-later
"""The site's navigation: every page has a place in it, and pages that are not written yet leave
none."""

import importlib.util
import re

import pages

HOOK = pages.ROOT / "scripts/docs_hook.py"


def test_every_page_is_in_the_navigation() -> None:
    text = (pages.ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = set(re.findall(r": (\S+\.md)$", text, re.M))
    assert {p.name for p in pages.PAGES} - {"README.md"} <= named


def test_pages_that_are_not_there_are_left_out(tmp_path) -> None:
    spec = importlib.util.spec_from_file_location("docs_hook", HOOK)
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    (tmp_path / "here.md").write_text("# Here")
    entries = [{"A": "here.md"}, {"Group": [{"B": "gone.md"}, {"C": "here.md"}]}]
    assert hook.present(entries, tmp_path) == [{"A": "here.md"}, {"Group": [{"C": "here.md"}]}]


def test_the_site_asks_nothing_of_the_network() -> None:
    text = (pages.ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "highlightjs: false" in text
    assert "http" not in text
