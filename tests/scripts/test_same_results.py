# SPDX-License-Identifier: GPL-3.0-or-later
"""`scripts/same_results.py` calls results the same only where they are: every kind of difference
that a refactoring could make is caught, and small rounding is not."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "same_results.py"
TURN = np.array([0.3, -2.0, 1.1])


def write(folder: Path, turn=0.0, move=0.0, nan=False, frame=4, text="good", mm=1.0) -> Path:
    """A folder of results whose numbers are off by so much."""
    folder = folder / "solve"
    folder.mkdir(parents=True)
    poses = np.tile(TURN, (5, 24)).astype(np.float64)
    poses[3, :3] *= 1.0 + turn / np.linalg.norm(TURN)
    trans, error = np.zeros((5, 3)), np.full((5, 2), 0.002)
    trans[2, 1] += move
    error[1, 1] = np.nan if nan else error[1, 1]
    np.savez(folder / "m.npz", poses=poses, trans=trans, track_error=error)
    report = {"grade": text, "first": frame, "track_error_mm": {"mean": mm}, "seconds": 1.0 + mm}
    (folder / "m.json").write_text(json.dumps(report))
    (folder / "clips.csv").write_text(f"clip,method,stride,geodesic_deg\na,default,,{mm}\n")
    return folder.parent


def same(*folders: Path) -> tuple[int, str]:
    command = [sys.executable, str(SCRIPT), *map(str, folders)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize(
    "change",
    [{}, {"turn": 5e-6}, {"move": 5e-7}, {"text": "check"}, {"mm": 1.0 + 1e-4}],
)
def test_rounding_and_sentences_are_the_same(tmp_path, change) -> None:
    code, text = same(write(tmp_path / "old"), write(tmp_path / "new", **change))
    assert code == 0, text


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"turn": 3e-5}, "m.npz poses"),
        ({"move": 3e-6}, "m.npz trans"),
        ({"nan": True}, "m.npz track_error"),
        ({"frame": 5}, "m.json first"),
        ({"mm": 1.01}, "m.json track_error_mm mean"),
    ],
)
def test_a_change_is_caught_and_named(tmp_path, change, names) -> None:
    code, text = same(write(tmp_path / "old"), write(tmp_path / "new", **change))
    assert code == 1
    assert names in text


def test_a_file_that_is_lacking_is_no_sameness(tmp_path) -> None:
    old, new = write(tmp_path / "old"), write(tmp_path / "new")
    (new / "solve" / "m.npz").unlink()
    assert same(old, new)[0] == 1
    assert same(new, old)[0] == 1
