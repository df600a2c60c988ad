# SPDX-License-Identifier: GPL-3.0-or-later
"""The helpers of the other tests for these too, and small folders of takes."""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1]))
ROOT = Path(__file__).resolve().parents[2]
BLENDER_PYTHON = ROOT / ".venv-bpy/bin/python"


@pytest.fixture
def environment() -> dict[str, str]:
    """Processes of this checkout, one thread each."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    """A folder of ten short takes; the ninth is damaged."""
    return write_takes(tmp_path / "takes", 10, damaged=(9,))


def write_takes(folder: Path, count: int, damaged: tuple[int, ...] = (), frames: int = 20) -> Path:
    """BODY_25 points in millimetres, a little different in every take."""
    from takes import points_of, waving

    from lsmplify_core.layouts.layout import load_layout

    folder.mkdir()
    names = np.array(load_layout("BODY_25").names)
    points = 1000.0 * points_of(waving(frames + count))
    for i in range(1, count + 1):
        file = folder / f"take_{i:02d}.npz"
        np.savez(file, points=points[i : i + frames], names=names, rate=30.0)
        if i in damaged:
            file.write_bytes(file.read_bytes()[:100])
    return folder


@pytest.fixture
def blender(tmp_path: Path) -> Path:
    """An executable that takes Blender's arguments and runs them in the bpy module."""
    if not BLENDER_PYTHON.exists():
        pytest.skip("needs Blender as a module: make .venv-bpy/.ready")
    if os.name != "posix" or shutil.which("sh") is None:
        pytest.skip("needs a shell")
    script = tmp_path / "blender"
    runner = Path(__file__).with_name("as_blender.py")
    script.write_text(f'#!/bin/sh\nexec "{BLENDER_PYTHON}" "{runner}" "$@"\n')
    script.chmod(0o755)
    return script
