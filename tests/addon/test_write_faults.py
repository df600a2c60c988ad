# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder that cannot be written, a kill while Blender writes: old files stay, one clear line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TAKE = ROOT / "examples/keypoints_body25.trc"
PATIENCE = 120
ENDS = ("npz", "blend", "fbx", "bvh")


def bake(out: Path, *words: str) -> int:
    from lsmplify_extension.addon import cli

    return cli.run(["bake", "--file", str(TAKE), "--end", "20", "-o", str(out), *words])


def refused(capfd: pytest.CaptureFixture[str]) -> str:
    """The one line."""
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    return said[0]


@pytest.mark.parametrize("end", ENDS)
def test_a_folder_that_is_a_file_is_one_line(extension, tmp_path, capfd, end) -> None:
    (tmp_path / "folder").write_text("no folder")
    assert bake(tmp_path / "folder" / f"out.{end}") == 2
    assert f"out.{end}: cannot be written" in refused(capfd)
    assert (tmp_path / "folder").read_text() == "no folder"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="/proc is Linux's")
@pytest.mark.parametrize("end", ENDS)
def test_a_folder_that_nobody_may_write_is_one_line(extension, capfd, end) -> None:
    """Not even the one who may write everywhere."""
    assert bake(Path(f"/proc/self/out.{end}")) == 2
    assert "cannot be written" in refused(capfd)


def test_a_report_that_cannot_be_written_is_one_line(extension, tmp_path, capfd) -> None:
    (tmp_path / "folder").write_text("no folder")
    assert bake(tmp_path / "out.npz", "--report", str(tmp_path / "folder" / "report.json")) == 2
    assert "report.json: cannot be written" in refused(capfd)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "out.npz"]


KILLED = """
import os, signal, sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
root = Path(sys.argv[1])
spec = spec_from_file_location("lsx", root / "__init__.py", submodule_search_locations=[str(root)])
sys.modules["lsx"] = module_from_spec(spec)
import bpy
from lsx.addon.bake.export import _beside
def write(to):
    bpy.ops.wm.save_as_mainfile(filepath=to, copy=True)
    os.kill(os.getpid(), signal.SIGKILL)
_beside(Path("out.blend"), write)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")
def test_a_kill_while_blender_writes_leaves_the_old_file(extension, tmp_path) -> None:
    """What lies beside it is taken away by the next bake into that folder."""
    (tmp_path / "out.blend").write_bytes(b"what was here before")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(ROOT)], cwd=tmp_path, capture_output=True, text=True,
        timeout=PATIENCE, check=False, env=os.environ | {"PWD": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (tmp_path / "out.blend").read_bytes() == b"what was here before"
    assert len([p for p in tmp_path.iterdir() if p.name.startswith(".lsmplify-")]) == 1
    assert bake(tmp_path / "out.npz") == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.blend", "out.npz"]
