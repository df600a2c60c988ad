# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of takes, and an executable that stands for Blender."""

import os
import shutil
from pathlib import Path

import pytest
from farm_takes import write_takes

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
