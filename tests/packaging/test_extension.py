# SPDX-License-Identifier: GPL-3.0-or-later
"""The zip that people install: its content, and that it works where nothing else is.

Needs the bpy module (for Blender's extension tool and for a Blender to install into) and the
wheels, which `make wheels` fetches.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("bpy", reason="Blender's module is not installed here")

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PATIENCE = 300
"""Seconds after which a Blender that hangs is given up."""


@pytest.fixture(scope="module")
def zip_file(tmp_path_factory) -> Path:
    """The extension, built from this checkout by Blender's own tool, which also validates it."""
    path = tmp_path_factory.mktemp("zip") / "lsmplify.zip"
    command = [sys.executable, str(ROOT / "scripts/extension.py"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture(scope="module")
def seen(zip_file, tmp_path_factory) -> dict:
    """What a Blender with an empty user folder saw when it installed and used the zip."""
    room = tmp_path_factory.mktemp("room")
    for file in (
        HERE / "probe.py",
        ROOT / "scripts/installed.py",
        ROOT / "examples/keypoints_body25.trc",
    ):
        shutil.copy(file, room)
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER"))}
    done = subprocess.run(
        [sys.executable, "probe.py", str(zip_file), "keypoints_body25.trc"],
        cwd=room, env=outside, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) | {"said": done.stderr}


def test_the_zip_holds_what_runs_and_nothing_else(zip_file):
    with zipfile.ZipFile(zip_file) as archive:
        names = archive.namelist()
    top = {name.split("/")[0] for name in names}
    assert {"__init__.py", "blender_manifest.toml", "addon", "lsmplify_core", "wheels"} <= top
    strangers = top & {"tests", "benchmarks", "docs", "scripts", "build", "Makefile"}
    assert not strangers
    examples = {name for name in names if name.startswith("examples/") and name != "examples/"}
    assert examples == {"examples/markers_cmu41.trc", "examples/README.md"}
    assert not [name for name in names if "__pycache__" in name or name.startswith(".")]
    bundled = (ROOT / "wheels/bundled.txt").read_text().splitlines()
    assert len([name for name in names if name.endswith(".whl")]) == len(bundled)


def test_the_zip_is_small(zip_file):
    assert zip_file.stat().st_size <= 12 * 1024 * 1024


def test_enabling_imports_nothing_heavy(seen):
    heavy = {"torch", "smplx", "scipy", "matplotlib", "pandas"}
    assert not heavy & set(seen["modules"])
    print(f"enabled in {seen['enable_seconds']} s")


def test_research_methods_are_there_and_say_what_they_lack(seen):
    lacking = seen["lacking"]
    assert lacking.pop("DEFAULT") == ""
    assert set(lacking.values()) == {
        "Needs the build of LSMPLify with PyTorch, which is not installed"
    }


def test_the_installed_copy_runs_without_the_checkout(seen):
    assert "blender_user" in seen["file"]
    inside = [Path(p) for p in seen["path"] if Path(p).resolve().is_relative_to(ROOT)]
    assert all("site-packages" in p.parts for p in inside)
    assert "lsmplify_core" not in seen["modules"]


def test_the_installed_copy_solves_and_bakes(seen):
    assert seen["code"] == 0, seen["said"]
    assert seen["frames"] == 240
    assert seen["mean_error_mm"] < 10.0
    assert seen["action"]
    assert seen["written"] == ["out.npz", "out.blend"]
