# SPDX-License-Identifier: GPL-3.0-or-later
"""Our extension beside another one whose wheels are other versions of ours: older ones from the
package index, and ones that call themselves newer."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from batches import ROOT, Row

OLDER = ("threadpoolctl==3.1.0", "c3d==0.5.2", "array-api-compat==1.9")
NEWER = "99.0"
PATIENCE = 1200
"""Seconds after which a Blender is given up."""
_MANIFEST = """schema_version = "1.0.0"
id = "other_wheels"
version = "1.0.0"
name = "Other Wheels"
tagline = "Brings other versions of the same packages"
maintainer = "Somebody"
type = "add-on"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
"""
_CODE = """import threadpoolctl, c3d, array_api_compat
FOUND = {"threadpoolctl": threadpoolctl.__version__, "limits": hasattr(c3d, "Reader")}
def register():
    with threadpoolctl.threadpool_limits(limits=1):
        pass
def unregister():
    pass
"""


def beside_others(python: Path, ours: Path, share: float) -> Row:
    """Both orders, with older and with newer wheels; each in a Blender with empty settings."""
    row = Row("blender wheels", 0)
    with tempfile.TemporaryDirectory(prefix="lsmplify-wheels-") as room:
        for age, other in _others(Path(room), ours, row):
            for order in ("first", "last")[: 1 if share < 0.5 else 2]:
                row.tries += 1
                row.failures += _tried(python, ours, other, order, age, Path(room))
    row.what = "another extension with older and newer versions of our wheels, enabled first, last"
    return row


def _others(room: Path, ours: Path, row: Row) -> Iterator[tuple[str, Path]]:
    older = room / "older"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
         "--dest", str(older), *OLDER], capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        row.failures.append("the older wheels could not be fetched")
    else:
        yield "older", _extension(room, "older", sorted(older.glob("*.whl")))
    yield "newer", _extension(room, "newer", _renamed(ours, room / "newer"))


def _renamed(ours: Path, folder: Path) -> list[Path]:
    """Our own wheels under a version that no release has."""
    folder.mkdir()
    made: list[Path] = []
    with zipfile.ZipFile(ours) as archive:
        for name in (n for n in archive.namelist() if n.endswith(".whl")):
            package, version, rest = Path(name).name.split("-", 2)
            made.append(folder / f"{package}-{NEWER}-{rest}")
            with archive.open(name) as inner:
                _as_version(inner, made[-1], f"{package}-{version}", f"{package}-{NEWER}")
    return made


def _as_version(wheel: object, to: Path, before: str, after: str) -> None:
    old, new = (x.rsplit("-", 1)[1] for x in (before, after))
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(to, "w") as target:  # type: ignore[arg-type]
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("/METADATA"):
                data = data.replace(f"Version: {old}".encode(), f"Version: {new}".encode(), 1)
            target.writestr(name.replace(before, after), data)


def _extension(room: Path, name: str, wheels: list[Path]) -> Path:
    listed = ", ".join(f'"./wheels/{w.name}"' for w in wheels)
    with zipfile.ZipFile(room / f"{name}.zip", "w") as archive:
        archive.writestr("blender_manifest.toml", f"{_MANIFEST}wheels = [{listed}]\n")
        archive.writestr("__init__.py", _CODE)
        for wheel in wheels:
            archive.write(wheel, f"wheels/{wheel.name}")
    return room / f"{name}.zip"


def _tried(
    python: Path, ours: Path, other: Path, order: str, age: str, room: Path
) -> list[str]:  # fmt: skip
    """What went wrong in a Blender of its own."""
    work = Path(tempfile.mkdtemp(dir=room))
    for file in ("scripts/installed.py", "tests/stress/beside.py", "examples/markers_cmu41.trc"):
        shutil.copy(ROOT / file, work)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER"))}
    done = subprocess.run(
        [str(python), "beside.py", str(ours), str(other), order, "markers_cmu41.trc"],
        cwd=work, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    lines = [x for x in done.stdout.splitlines() if x.startswith("{")]
    where = f"{age}, {order}"
    if not lines:
        said = " | ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        return [f"{where}: ended with code {done.returncode}: {said}"]
    seen = json.loads(lines[-1])
    return [f"{where}: {what}: {value}" for what, value in seen.items() if value is not True]
