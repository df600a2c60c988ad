# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a person from another take: files, static trials, and what a solve does with
them."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from takes import points_of, tracks_of, waving

from lsmplify_core.anatomy.convention import Convention
from lsmplify_core.anatomy.leg import KneeBounds
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
     ({"points": [{"name": "a", "joint": "Head", "offset": [0, 0, 99]}]}, "offset of 'a'"),
     ({"points": [{"name": 7, "joint": "Head", "offset": [0, 0, 0]}]}, "SMPL's joints"),
     ({"points": [{"name": "a", "joint": 7, "offset": [0, 0, 0]}]}, "SMPL's joints"),
     ({"points": ["a"]}, "SMPL's joints"), ({"form": None}, "not a calibration")],
)  # fmt: skip
def test_bad_calibrations_are_refused_in_one_line(tmp_path: Path, change, says: str) -> None:
    path = tmp_path / "anna.json"
    points = (Keypoint("C7", 12, (0.0, 0.1, 0.0)),)
    save_calibration(SavedCalibration(default_body(), points, "mine"), path)
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


def saved(tmp_path: Path, points: tuple[Keypoint, ...]) -> tuple[Path, dict]:
    path = tmp_path / "anna.json"
    save_calibration(SavedCalibration(default_body(), points, "mine"), path)
    return path, json.loads(path.read_text())


@pytest.mark.parametrize(("metres", "good"), [(4.9, True), (-4.9, True), (5.1, False), (14, False)])
def test_no_joint_and_no_point_is_five_metres_away(
    tmp_path: Path, metres: float, good: bool
) -> None:
    path, data = saved(tmp_path, (Keypoint("C7", 12, (0.0, 0.1, 0.0)),))
    for change in ("rest_joints", "points"):
        other = json.loads(json.dumps(data))
        if change == "rest_joints":
            other["rest_joints"][15][1] = metres
        else:
            other["points"][0]["offset"][2] = metres
        path.write_text(json.dumps(other))
        if good:
            load_calibration(path)
        else:
            with pytest.raises(InputError, match=r"joints in metres|offset of 'C7'"):
                load_calibration(path)


@pytest.mark.parametrize(
    ("count", "says"), [(0, "points"), (1, ""), (10_000, ""), (10_001, "poin")]
)
def test_a_calibration_has_one_to_ten_thousand_points(
    tmp_path: Path, count: int, says: str
) -> None:
    path, data = saved(tmp_path, ())
    data["points"] = [{"name": "a", "joint": "Head", "offset": [0, 0, 0]}] * count
    path.write_text(json.dumps(data))
    if not says:
        assert len(load_calibration(path).points) == count
        return
    with pytest.raises(InputError, match=says):
        load_calibration(path)


@pytest.mark.parametrize("joint", [4, 7])
@pytest.mark.parametrize(("thigh", "refused"), [(0.04, True), (0.06, False)])
def test_a_body_has_legs(tmp_path: Path, joint: int, thigh: float, refused: bool) -> None:
    """Knee and ankle lie five centimetres from what is above them, at least."""
    path, data = saved(tmp_path, (Keypoint("C7", 12, (0.0, 0.1, 0.0)),))
    above = {4: 0, 7: 4}[joint]
    rest = np.array(data["rest_joints"])
    rest[joint:8] += rest[above] - rest[joint] + [0.0, -thigh, 0.0]
    rest[7] = rest[4] + [0.0, -0.4, 0.0] if joint == 4 else rest[7]
    path.write_text(json.dumps(data | {"rest_joints": rest.tolist()}))
    if refused:
        with pytest.raises(InputError, match="not a body"):
            load_calibration(path)
    else:
        np.testing.assert_allclose(load_calibration(path).body.rest_joints, rest, atol=1e-6)


def test_numbers_are_kept_to_a_hundredth_of_a_millimetre(tmp_path: Path) -> None:
    path, data = saved(tmp_path, (Keypoint("C7", 12, (0.012344, -0.112346, 0.0)),))
    assert data["points"][0]["offset"] == [0.01234, -0.11235, 0.0]
    found = load_calibration(path)
    assert found.points[0] == Keypoint("C7", 12, (0.01234, -0.11235, 0.0))
    np.testing.assert_allclose(found.body.rest_joints, default_body().rest_joints, atol=6e-6)
    assert (found.layout, found.body.name) == ("mine", default_body().name)


def test_places_on_a_tall_person_are_smaller_on_the_default_body() -> None:
    body = default_body().scaled(np.full(24, 1.25))
    size = body.height / default_body().height
    saved = SavedCalibration(body, (Keypoint("C7", 12, (0.1, 0.2, -0.3)),), "mine")
    (point,) = saved.as_layout().keypoints
    np.testing.assert_allclose(point.offset, np.array([0.1, 0.2, -0.3]) / size)
    assert (point.name, point.joint, saved.as_layout().name) == ("C7", 12, "mine")


@pytest.mark.parametrize(("shared", "own"), [(12, True), (7, True), (6, False)])
def test_the_very_names_count_where_most_are_there(shared: int, own: bool) -> None:
    """ "Empty", "Empty.001" name nothing but themselves, and only where most of them are there."""
    points = tuple(
        Keypoint(f"Empty.{i:03d}", j, (0.0, 0.01 * i, 0.0))
        for i, j in enumerate((0, 1, 2, 4, 5, 7, 8, 12, 15, 16, 17, 18))
    )
    saved = SavedCalibration(default_body(), points, "mine")
    names = tuple(p.name if i < shared else f"other {i}" for i, p in enumerate(points))
    found = saved.match(names)
    assert ("as calibrated" in found.evidence) == own
    if own:
        assert dict(found.matched) == {i: i for i in range(shared)}


@pytest.mark.parametrize(
    "convention",
    [None, Convention(), Convention(spine=False, legs=False),
     Convention(knees=KneeBounds(rest=True)),
     Convention(0.25, arms=False, knees=KneeBounds(0.1, 0.2))],
)  # fmt: skip
def test_the_convention_comes_back(tmp_path: Path, convention: Convention | None) -> None:
    path = tmp_path / "anna.json"
    points = (Keypoint("C7", 12, (0.0, 0.1, 0.0)),)
    save_calibration(SavedCalibration(default_body(), points, "mine", convention), path)
    assert load_calibration(path).convention == convention


@pytest.mark.parametrize(
    "convention",
    [3, {}, {"spine": 1}, {"forearm": 2.0}, {"other": True}, {"knees": 3}, {"knees": {"turn": 9}}],
)
def test_conventions_that_are_none_are_refused(tmp_path: Path, convention: object) -> None:
    path, data = saved(tmp_path, (Keypoint("C7", 12, (0.0, 0.1, 0.0)),))
    whole = asdict(Convention()) | convention if isinstance(convention, dict) else convention
    whole = {} if convention == {} else whole
    path.write_text(json.dumps(data | {"convention": whole}))
    with pytest.raises(InputError, match="its convention") as caught:
        load_calibration(path)
    assert "\n" not in str(caught.value)


def test_a_solve_keeps_to_the_convention_of_its_person() -> None:
    """Skin markers of a short take support another part of it than those of the whole."""
    take = tracks_of(waving(60), "CMU_41")
    found = calibration_of(solve(take))
    assert found.convention is not None
    less = replace(found, convention=replace(found.convention, legs=False, arms=False))
    again = calibration_of(solve(take, calibration=less))
    assert again.convention == less.convention
    assert calibration_of(solve(take, calibration=found)).convention == found.convention


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("residual", -0.1, "residual"), ("residual", "much", "residual"),
     ("residual", 5.0, "residual"), ("flat_feet", [0.1], "flat feet"),
     ("flat_feet", [9.0, 0.0], "flat feet"), ("flat_feet", {"left": 0.1}, "flat feet"),
     ("toes", [0.5, 0.1], "toes"), ("toes", [[0.5, 9.0], [0.5, 0.1]], "toes")],
)  # fmt: skip
def test_priors_that_are_none_are_refused(
    tmp_path: Path, field: str, value: object, said: str
) -> None:
    path, data = saved(tmp_path, (Keypoint("C7", 12, (0.0, 0.1, 0.0)),))
    path.write_text(json.dumps(data | {field: value}))
    with pytest.raises(InputError, match=said) as caught:
        load_calibration(path)
    assert "\n" not in str(caught.value)
