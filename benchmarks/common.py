# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmark scripts share: where the data lies, where results go, the add-on in bpy."""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
OUT = ROOT / "build" / "bench"


def publish(name: str, text: str, data: Any) -> None:
    """Print a table and write it and its figures into build/bench."""
    print(f"\n== {name}\n\n{text}", flush=True)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    (OUT / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def absent(name: str, folder: Path) -> None:
    """Say that a table has no data here."""
    print(
        f"\n== {name}\n\nskipped: there is no {folder.relative_to(ROOT.parent)} beside the project"
    )


def load_extension() -> Any:
    """The add-on as its tests load it, in Blender's Python; their helpers can be imported then."""
    sys.path[:0] = [str(ROOT / "tests" / "addon"), str(ROOT / "tests")]
    from conftest import load_extension as load

    return load()
