# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a person from another take: files, static trials, and what a solve does with
them."""

import json
from pathlib import Path

import numpy as np
import pytest
from takes import points_of, tracks_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.calibration.calibration_file import (
    SavedCalibration,
    load_calibration,
    save_calibration,
)
from lsmplify_core.cli.main import main
from lsmplify_core.layouts.layout import Keypoint, load_layout
from lsmplify_core.pipeline import calibration_of, solve
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.workflows.person_file import read_person


def _tall(frames: int = 60):
    return waving(frames, body=default_body().scaled(np.full(24, 1.12)))


def _file(path: Path, motion, names: tuple[str, ...] | None = None) -> Path:
    own = names or load_layout("CMU_41").names
    np.savez(path, points=points_of(motion, "CMU_41"), names=np.array(own), rate=30.0)
    return path


def test_a_calibration_comes_back_and_its_body_is_kept(tmp_path: Path) -> None:
    first = solve(tracks_of(_tall(), "CMU_41"))
    path = tmp_path / "anna.json"
    save_calibration(calibration_of(first), path)
    kept = load_calibration(path)
    assert kept.body.height == pytest.approx(first.motion.body.height, abs=1e-3)
    second = solve(tracks_of(_tall(20), "CMU_41"), calibration=kept)
    np.testing.assert_allclose(second.motion.body.rest_joints, kept.body.rest_joints, atol=1e-9)
    np.testing.assert_allclose(second.offsets, first.offsets, atol=1e-4)


def test_a_prefix_of_another_take_is_no_matter(tmp_path: Path) -> None:
    kept = calibration_of(solve(tracks_of(_tall(), "CMU_41")))
    names = tuple(f"Anna:{n}" for n in load_layout("CMU_41").names)
    joints = load_layout("CMU_41").joints
    offsets, known = kept.offsets_for(names, joints)
    assert known.all()
    np.testing.assert_allclose(offsets, [p.offset for p in kept.points])


def test_a_static_trial_is_a_person_too(tmp_path: Path) -> None:
    trial = _file(tmp_path / "static.npz", _tall())
    assert read_person(trial).body.height == pytest.approx(_tall(1).body.height, rel=0.02)
    take = _file(tmp_path / "take.npz", _tall(12))
    out = tmp_path / "out.npz"
    assert main(["solve", str(take), "-o", str(out), "--static", str(trial)]) == 0
    rest = np.load(out)["rest_joints"]
    np.testing.assert_allclose(rest, read_person(trial).body.rest_joints, atol=1e-3)


def test_the_command_saves_and_takes_a_calibration(tmp_path: Path) -> None:
    take, person = _file(tmp_path / "take.npz", _tall()), tmp_path / "anna.json"
    words = ["solve", str(take), "-o", str(tmp_path / "out.npz")]
    assert main([*words, "--save-calibration", str(person)]) == 0
    assert json.loads(person.read_text())["form"] == "lsmplify calibration"
    first = np.load(tmp_path / "out.npz")["rest_joints"]
    assert main([*words, "--calibration", str(person), "--end", "20"]) == 0
    np.testing.assert_allclose(np.load(tmp_path / "out.npz")["rest_joints"], first, atol=1e-4)


def test_static_and_calibration_together_are_refused(tmp_path: Path, capsys) -> None:
    take = _file(tmp_path / "take.npz", _tall(12))
    words = ["solve", str(take), "-o", str(tmp_path / "o.npz"), "--static", str(take)]
    assert main([*words, "--calibration", str(tmp_path / "a.json")]) == 2
    assert capsys.readouterr().err.startswith("error: --static and --calibration")


@pytest.mark.parametrize(
    ("change", "says"),
    [({"form": "x"}, "not a calibration"), ({"points": 3}, "not a calibration"),
     ({"rest_joints": [[0, 0, 0]]}, "24 × 3"), ({"rest_joints": [[0.0] * 3] * 24}, "not a body"),
     ({"points": [{"name": "a", "joint": "Tail", "offset": [0, 0, 0]}]}, "SMPL's joints"),
     ({"points": [{"name": "a", "joint": "Head", "offset": [0, 0, 99]}]}, "offset of 'a'")],
)  # fmt: skip
def test_bad_calibrations_are_refused_in_one_line(tmp_path: Path, change, says: str) -> None:
    path = tmp_path / "anna.json"
    save_calibration(calibration_of(solve(tracks_of(waving(12), "CMU_41"))), path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError, match=says) as caught:
        load_calibration(path)
    assert "\n" not in str(caught.value)


def test_a_track_that_moves_with_another_joint_is_not_known() -> None:
    """A marker of the same name that somebody put on another limb, and one that has no name
    there."""
    points = (Keypoint("LWRA", 20, (0.01, 0.02, 0.03)), Keypoint("T10", 9, (0.0, 0.1, 0.0)))
    saved = SavedCalibration(default_body(), points, "mine")
    offsets, known = saved.offsets_for(
        ("T10", "LWRA", "Anna:LWRA", "NOSE"), np.array([9, 18, 20, 15])
    )
    assert known[:2].tolist() == [True, False]
    assert not known[3]
    np.testing.assert_allclose(offsets[0], points[1].offset)
    np.testing.assert_allclose(offsets[[1, 3]], 0.0)
