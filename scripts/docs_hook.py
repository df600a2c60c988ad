# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make docs` asks of mkdocs besides: pages that are not written yet leave the navigation."""

from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    """Called by mkdocs when it has read mkdocs.yml."""
    config.nav = present(config.nav, Path(config.docs_dir))
    return config


def present(entries: list[Any], docs: Path) -> list[Any]:
    """The navigation without pages that are not there."""
    kept: list[Any] = []
    for entry in entries:
        ((title, target),) = entry.items()
        if isinstance(target, list):
            kept.append({title: present(target, docs)})
        elif (docs / target).is_file():
            kept.append(entry)
    return kept
