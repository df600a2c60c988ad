# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify clean` and `--contacts`: what they write, and one line for what they refuse."""

import json
from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.cli.main import main
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import load_motion, save_motion

MOTION = waving(90)


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """A folder with truth.npz, bad.npz (an arm turned away in frames 30 to 59) and its tracks."""
    save_motion(MOTION, tmp_path / "truth.npz")
    rotations = MOTION.rotations.copy()
    elbow = JOINT_INDEX["L_Elbow"]
    rotations[30:60, elbow] = rotations[30:60, elbow] @ axis_angle_to_matrix(np.array([0, -1.2, 0]))
    bad = type(MOTION)(rotations, MOTION.root, MOTION.rate, MOTION.body)
    save_motion(bad, tmp_path / "bad.npz")
    np.savez(
        tmp_path / "tracks.npz", points=points_of(MOTION),
        names=np.array(load_layout("BODY_25").names), rate=30.0,
    )  # fmt: skip
    return tmp_path


def run(folder: Path, *words: str) -> int:
    return main(["clean", str(folder / "bad.npz"), *words])


def test_a_span_is_solved_anew_from_a_key(take: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = take / "out.npz"
    words = ("--tracks", str(take / "tracks.npz"), "--up", "z", "--unit", "m")
    key = f"45={take / 'truth.npz'}"
    assert run(take, "-o", str(out), *words, "--resolve", "30:59", "--key", key) == 0
    before, after = load_motion(take / "bad.npz"), load_motion(out)
    apart = np.linalg.norm(after.joints() - MOTION.joints(), axis=-1)
    assert apart[30:60].max() < 0.05
    assert np.array_equal(before.rotations[:30], after.rotations[:30])
    assert after.track_error is not None
    assert "resolve: " in capsys.readouterr().out


def test_half_a_refinement_goes_half_the_way(take: Path) -> None:
    words = ("--tracks", str(take / "tracks.npz"), "--up", "z", "--unit", "m")
    wrong = []
    for strength in ("0", "0.5", "1"):
        out = take / f"{strength}.npz"
        assert run(take, "-o", str(out), *words, "--refine", strength) == 0
        turned = angle_between(load_motion(out).rotations, MOTION.rotations)
        wrong.append(float(turned[30:60, JOINT_INDEX["L_Elbow"]].mean()))
    assert wrong[0] == pytest.approx(1.2, abs=0.01)
    assert wrong[1] == pytest.approx(0.6, abs=0.15)
    assert wrong[2] < 0.2


def test_feet_smoothing_limits_twist_and_keys_in_one_go(take: Path) -> None:
    words = ["--save-contacts", str(take / "feet.json"), "--contacts", "auto"]
    words += ["--smooth-region", "arms=0.05", "--limits", "1", "--twist", "0.5"]
    words += ["--keys", "2,0.5", "--keys-out", str(take / "keys.json"), "-o", str(take / "o.npz")]
    assert run(take, *words) == 0
    keys = json.loads((take / "keys.json").read_text())
    hand = keys["rotation_quaternion"]["L_Hand"]
    assert hand["frames"] == [0, 89]
    assert np.shape(hand["left"]) == (2, 4, 2)
    assert len(keys["location"]["values"][0]) == 3
    assert "floor" in json.loads((take / "feet.json").read_text())
    assert run(take, "--contacts", str(take / "feet.json"), "-o", str(take / "p.npz")) == 0


def test_worst_spans_are_listed(take: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--tracks", str(take / "tracks.npz"), "--up", "z", "--unit", "m")
    assert run(take, *words, "--worst", "3") == 0
    assert "left arm: frames 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["--refine", "0.5"],
        ["--limits", "2"],
        ["--resolve", "10-20"],
        ["--resolve", "10:500"],
        ["--resolve", "10:20", "--key", "15"],
        ["--resolve", "10:20", "--key", "15=absent.npz"],
        ["--key", "15=absent.npz"],
        ["--resolve", "10:20", "--only", "tail"],
        ["--smooth-region", "arms"],
        ["--keys", "0"],
        ["--keys", "2,x"],
        ["--keys-out", "k.json"],
        ["--contacts", "absent.json"],
        ["-o", "out.bvh"],
        ["--tracks", "absent.trc"],
    ],
)
def test_refusals_are_one_line(
    take: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run(take, *words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1


def test_solve_refuses_a_bad_file_of_contacts_before_solving(
    take: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["solve", str(take / "tracks.npz"), "-o", str(take / "s.npz"), "--contacts", "x.json"]
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("error: x.json: contacts cannot be read")
    assert not (take / "s.npz").exists()


def test_solve_holds_feet(take: Path) -> None:
    words = ["solve", str(take / "tracks.npz"), "--up", "z", "-o", str(take / "s.npz")]
    assert main([*words, "--contacts", "auto", "--report", str(take / "r.json")]) == 0
    report = json.loads((take / "r.json").read_text())
    error = load_motion(take / "s.npz").track_error
    assert error is not None
    assert report["track_error_mm"]["mean"] == pytest.approx(1000 * np.nanmean(error), rel=1e-3)
