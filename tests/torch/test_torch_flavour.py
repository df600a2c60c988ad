# SPDX-License-Identifier: GPL-3.0-or-later
"""The build with PyTorch, installed in a Blender with an empty user folder: `make test-torch`.

Not part of `make test`: it needs 200 MB of wheels, and a GB of disk while it runs.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("bpy", reason="Blender's module is not installed here")

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
ZIPS = sorted((ROOT / "build").glob("lsmplify-*-torch-linux-x64-py311.zip"))
LISTED = ROOT / "wheels/torch-linux-x64-py311.txt"
PATIENCE = 900
"""Seconds after which a Blender that hangs is given up."""
pytestmark = [
    pytest.mark.skipif(not ZIPS, reason="make extension FLAVOUR=torch PLATFORM=linux-x64"),
    pytest.mark.skipif(
        sys.platform != "linux" or sys.version_info[:2] != (3, 11),
        reason="the build is for Linux and Python 3.11",
    ),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict:
    """What one Blender saw; its user folder is removed at once, since it has most of a GB."""
    room = tmp_path_factory.mktemp("torch")
    small = room / "small.zip"
    made = [sys.executable, str(ROOT / "scripts/extension.py"), str(small)]
    subprocess.run(made, check=True, capture_output=True, timeout=PATIENCE)
    for file in (HERE / "probe.py", ROOT / "scripts/installed.py"):
        shutil.copy(file, room)
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER"))}
    take = ROOT / "examples/keypoints_body25.trc"
    try:
        done = subprocess.run(
            [sys.executable, "probe.py", str(ZIPS[-1]), str(small), str(take)],
            cwd=room, env=outside, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    finally:
        shutil.rmtree(room / "blender_user", ignore_errors=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1])


def test_it_installs_with_its_own_torch(seen):
    assert "blender_user" in seen["torch_file"]
    wanted = next(x for x in LISTED.read_text().splitlines() if x.startswith("torch=="))
    assert seen["torch"] == wanted.split()[0].removeprefix("torch==")
    assert seen["held_mb"] < 1500
    print(f"installed in {seen['install_seconds']} s, {seen['held_mb']} MB; {seen['solved']}")


def test_blenders_numpy_stays(seen):
    before, after = seen["numpy"]
    assert before == after
    assert "blender_user" not in after[1]
    assert "numpy" not in seen["packages"]


def test_enabling_does_not_import_torch(seen):
    assert seen["imported"] == []


def test_no_method_is_grey(seen):
    assert set(seen["lacking"].values()) == {""}
    assert seen["devices"]["cpu"] == ""
    assert "without GPU" in seen["devices"]["cuda"]
    assert "Macs" in seen["devices"]["mps"]


@pytest.mark.parametrize(
    ("method", "frames", "most_mm"),
    [("DEFAULT", 40, 8.0), ("SKELETON", 6, 20.0), ("SMPLIFY", 3, 20.0)],
)
def test_methods_solve_and_bake(seen, method, frames, most_mm):
    solved = seen["solved"][method]
    assert solved["done"] == ["FINISHED"]
    assert solved["frames"] == frames
    assert 0.0 < solved["mean_mm"] < most_mm
    assert solved["kept"] == method


def test_methods_are_different_methods(seen):
    found = {round(s["mean_mm"], 3) for s in seen["solved"].values()}
    assert len(found) == len(seen["solved"])


def test_the_papers_network_runs_with_weights_of_the_preferences(seen):
    """Untrained ones, so that nothing but its running can be asked for."""
    solved = seen["solved"]["PAPER"]
    assert solved["done"] == ["FINISHED"]
    assert solved["frames"] == 40


def test_what_is_missing_or_wrong_is_one_line(seen):
    assert "Choose the weights" in seen["without_weights"]
    assert "not weights of the paper's network" in seen["bad_weights"]
    assert "without GPU support" in seen["cuda"]
    for said in (seen["bad_weights"], seen["cuda"]):
        assert "Traceback" not in said


def test_the_small_build_over_it_takes_torch_away(seen):
    assert "torch" in seen["packages"]
    assert "torch" not in seen["after_small"]
    assert "c3d" in seen["after_small"]
