# SPDX-License-Identifier: GPL-3.0-or-later
"""What the repository says of itself is so: one version, files that CONTRIBUTING names, a list of
changes."""

import re
from pathlib import Path

import lsmplify_core

ROOT = Path(__file__).resolve().parents[1]


def test_one_version_everywhere() -> None:
    manifest = (ROOT / "blender_manifest.toml").read_text()
    assert f'version = "{lsmplify_core.__version__}"' in manifest
    assert f"## [{lsmplify_core.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_files_of_the_worked_changes_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    own = ("mylab", "mystep", "myformat")
    named = set(re.findall(r"`((?:lsmplify_core|addon|tests|docs)/[\w/.-]+\.\w+)`", text))
    assert len(named) > 8
    assert not [
        n for n in named if not any(w in n.lower() for w in own) and not (ROOT / n).exists()
    ]


def test_the_architecture_page_names_every_package_and_no_other() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    there = {p.parent.name for p in (ROOT / "lsmplify_core").glob("*/__init__.py")}
    assert not [name for name in there if f"| `{name}` |" not in text]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text, re.M)) == there


def test_where_does_it_go_names_files_that_are_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text().split("## Where does it go?")[1]
    for name in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", text):
        assert (ROOT / name).exists() or (ROOT / "lsmplify_core" / name).exists(), name
