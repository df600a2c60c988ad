# SPDX-License-Identifier: GPL-3.0-or-later
"""An extension repository of one's own, made by Blender's `server-generate`: `make repository`.

Usage: repository.py OUT ZIP…. Copies the zips there and writes index.json and index.html. The
folder is then served as it is, by any web server or from a shared drive (file:///…/index.json), and
its address added in Blender: Preferences > Get Extensions > Repositories > + > Add Remote
Repository.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from extension import builder


def main() -> int:
    """Copy and list."""
    out, *zips = (Path(a) for a in sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    for path in zips:
        shutil.copy(path, out)
    command = [sys.executable, builder(), "server-generate", "--repo-dir", out, "--html"]
    code = subprocess.run([str(c) for c in command], check=False).returncode
    if code == 0:
        print(f"{out}: {len(list(out.glob('*.zip')))} zips, index.json, index.html")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
