# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the extension zip with Blender's own builder and has Blender's validator look at it.

Usage: python scripts/extension.py build/lsmplify-VERSION.zip, with the bpy module installed.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 12 * 1024 * 1024
"""Bytes that the zip may have: it is meant to install in seconds."""


def main() -> int:
    """Build, validate and say how large it is."""
    zip_file = Path(sys.argv[1]).resolve()
    zip_file.parent.mkdir(parents=True, exist_ok=True)
    tool = builder()
    _run(tool, "build", "--source-dir", str(ROOT), "--output-filepath", str(zip_file))
    _run(tool, "validate", str(zip_file))
    size = zip_file.stat().st_size
    print(f"{zip_file.name}: {size / 1024 / 1024:.2f} MB")
    if size > LARGEST:
        print(f"error: the zip is larger than {LARGEST // 1024 // 1024} MB", file=sys.stderr)
        return 1
    return 0


def builder() -> Path:
    """Blender's extension tool, a plain script among the files of the bpy module."""
    spec = find_spec("bpy")
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [p for f in folders for p in Path(f).glob("*/scripts/addons_core/bl_pkg/cli/*_ext.py")]
    if not found:
        raise SystemExit("error: no Blender extension tool in the bpy module; run `make extension`")
    return found[0]


def _run(tool: Path, *arguments: str) -> None:
    code = subprocess.run([sys.executable, str(tool), *arguments], check=False).returncode
    if code:
        raise SystemExit(code)


if __name__ == "__main__":
    raise SystemExit(main())
