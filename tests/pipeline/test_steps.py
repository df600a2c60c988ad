# SPDX-License-Identifier: GPL-3.0-or-later
"""From tracks to motion: right on easy takes, steady on broken ones, clear on hopeless ones."""

import contextlib
import threading
from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.body.body import default_body, region_scales
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.ik.fit_problem import SolveSettings
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import solve, solve_steps
from lsmplify_core.runtime.errors import InputError


def degrees_off(motion: Motion, truth: Motion, joints: slice = slice(0, 20)) -> float:
    """Mean angle over the joints that BODY_25 shows."""
    angle = angle_between(motion.rotations[:, joints], truth.rotations[:, joints])
    return float(np.degrees(angle).mean())


@pytest.mark.parametrize(("layout", "most"), [("BODY_25", 8.0), ("CMU_41", 8.0), ("COCO_17", 12.0)])
def test_finds_the_pose_from_nothing_but_points(layout: str, most: float) -> None:
    truth = waving()
    solution = solve(tracks_of(truth, layout))
    assert degrees_off(solution.motion, truth) < most
    assert solution.report["track_error_mm"]["mean"] < 5.0
    assert solution.report["layout"] == layout


def test_a_short_take_begins_with_the_poses_that_it_was_calibrated_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Frames that the calibration saw are solved once; longer takes solve a few frames first."""

    def none(*_: object) -> None:
        raise ZeroDivisionError

    truth = waving(20)
    usual = solve(tracks_of(truth, "BODY_25"))
    monkeypatch.setattr("lsmplify_core.ik.fitting.coarse_steps", none)
    short = solve(tracks_of(truth, "BODY_25"))
    np.testing.assert_array_equal(short.motion.rotations, usual.motion.rotations)
    assert degrees_off(short.motion, truth) < 8.0
    with pytest.raises(ZeroDivisionError):
        solve(tracks_of(waving(90), "BODY_25"))


def test_a_marker_set_that_training_never_saw() -> None:
    truth = waving()
    solution = solve(tracks_of(truth, "Vicon_53"))
    assert degrees_off(solution.motion, truth) < 8.0


def test_the_report_has_the_contracts_keys() -> None:
    report = solve(tracks_of(waving(20))).report
    assert set(report) == {
        "frames", "tracks", "rate", "layout", "unit", "up", "gaps", "track_error_mm",
        "joint_jitter_km_s3", "seconds", "frames_per_second", "warnings", "verdict",
    }  # fmt: skip
    assert set(report["track_error_mm"]) == {"mean", "median", "p95", "max"}
    assert set(report["seconds"]) == {
        "match", "units", "repair", "calibrate", "solve", "refine", "second_pass", "clean",
        "correct", "convention", "verdict",
    }  # fmt: skip
    assert report["unit"] == "m"
    assert report["up"] == "+z"


def test_knees_and_elbows_bend_the_way_they_do() -> None:
    truth = waving()
    motion = solve(tracks_of(truth, "COCO_17")).motion
    for joint, axis in ((4, 0), (5, 0), (18, 1), (19, 1)):
        turn = truth.rotations[:, joint] @ np.swapaxes(motion.rotations[:, joint], -1, -2)
        assert np.degrees(angle_between(turn, np.eye(3))).max() < 40.0, (joint, axis)


def test_another_body_is_found() -> None:
    factors = np.array([1.1, 0.95, 1.0, 1.0, 1.05, 1.1, 0.92, 0.95, 1.0, 1.08, 1.05, 1.0])
    body = default_body().scaled(1.15 * region_scales(factors))
    truth = waving(90, body=body)
    motion = solve(tracks_of(truth)).motion
    assert motion.body.height == pytest.approx(body.height, rel=0.02)
    bones = np.linalg.norm(motion.body.offsets, axis=1)[[4, 5, 7, 8, 18, 19, 20, 21]]
    true = np.linalg.norm(body.offsets, axis=1)[[4, 5, 7, 8, 18, 19, 20, 21]]
    np.testing.assert_allclose(bones, true, rtol=0.06)


@pytest.mark.parametrize(("unit", "name"), [(1000.0, "mm"), (100.0, "cm"), (1 / 0.3048, "ft")])
def test_units_and_axes_change_nothing(unit: float, name: str) -> None:
    truth = waving(30)
    tracks = tracks_of(truth)
    plain = solve(tracks).motion
    y_up = tracks.positions[..., [0, 2, 1]] * [1.0, 1.0, -1.0] * unit
    solution = solve(replace(tracks, positions=y_up))
    assert solution.report["unit"] == name
    assert solution.report["up"] == "+y"
    assert angle_between(solution.motion.rotations[:, :20], plain.rotations[:, :20]).max() < 0.02
    np.testing.assert_allclose(solution.motion.root, plain.root, atol=2e-3)


def test_upside_down_files_stand_up() -> None:
    truth = waving(30)
    tracks = tracks_of(truth)
    turned = replace(tracks, positions=tracks.positions * [1.0, -1.0, -1.0])
    motion = solve(turned).motion
    assert motion.joints()[:, 15, 2].mean() > motion.joints()[:, 0, 2].mean() + 0.3


def test_one_frame() -> None:
    truth = waving(1)
    motion = solve(tracks_of(truth)).motion
    assert motion.frames == 1
    assert degrees_off(motion, truth) < 12.0


def test_frames_without_points_are_filled_and_told() -> None:
    truth = waving(60)
    tracks = tracks_of(truth)
    positions = tracks.positions.copy()
    positions[20:26] = np.nan
    solution = solve(replace(tracks, positions=positions))
    assert any("6 frames" in w and "frame 20" in w for w in solution.report["warnings"])
    far = np.linalg.norm(solution.motion.joints()[20:26] - truth.joints()[20:26], axis=-1)
    assert far.mean() < 0.05
    assert np.isnan(solution.motion.track_error[20:26]).all()


def test_no_points_at_all_is_refused() -> None:
    tracks = tracks_of(waving(10))
    positions = np.full_like(tracks.positions, np.nan)
    positions[:, 3] = tracks.positions[:, 3]
    with pytest.raises(InputError, match="test"):
        solve(replace(tracks, positions=positions))


def test_an_arm_that_is_never_seen_stays_plausible() -> None:
    truth = waving(60)
    tracks = tracks_of(truth)
    hidden = [n in ("LElbow", "LWrist") for n in tracks.names]
    positions = tracks.positions.copy()
    positions[:, hidden] = np.nan
    motion = solve(replace(tracks, positions=positions)).motion
    assert np.isfinite(motion.rotations).all()
    assert degrees_off(motion, truth, slice(0, 12)) < 8.0


def test_a_spike_does_not_bend_the_limb() -> None:
    truth = waving(60)
    tracks = tracks_of(truth)
    calm = solve(tracks).motion.joints()
    positions = tracks.positions.copy()
    positions[30, tracks.names.index("RWrist")] += 0.6
    moved = solve(replace(tracks, positions=positions)).motion.joints()
    assert np.linalg.norm(moved[30, 21] - calm[30, 21]) < 0.1


def test_stopping_half_way_leaves_no_thread() -> None:
    before = threading.active_count()
    steps = solve_steps(tracks_of(waving(400)))
    for _ in range(4):
        next(steps)
    steps.close()
    assert threading.active_count() == before


def test_progress_only_rises_and_names_its_steps() -> None:
    steps = list(solve_steps(tracks_of(waving(300))))
    done = [p.done for p in steps]
    assert done == sorted(done)
    assert 0.0 <= done[0] <= done[-1] <= 1.0
    assert [p.step for p in steps[:3]] == ["match", "units", "repair"]
    assert {"calibrate", "solve", "refine", "clean"} <= {p.step for p in steps}


def test_a_given_start_is_refined() -> None:
    """The plug-in use: a disturbed motion and the tracks give a better motion."""
    from lsmplify_core.geometry.rotations import axis_angle_to_matrix

    truth = waving(40)
    random = np.random.default_rng(0)
    wrong = axis_angle_to_matrix(np.radians(8) * random.standard_normal((1, 22, 3)))
    rotations = truth.rotations.copy()
    rotations[:, :22] = rotations[:, :22] @ wrong
    start = Motion(rotations, truth.root + 0.03, truth.rate, truth.body)
    motion = solve(tracks_of(truth), init=start).motion
    assert degrees_off(motion, truth) < 0.7 * degrees_off(start, truth)


def test_a_start_of_other_length_is_refused() -> None:
    with pytest.raises(InputError, match="40 frames"):
        solve(tracks_of(waving(30)), init=waving(40))


def test_noisy_tracks_do_not_shake_the_body() -> None:
    from lsmplify_core.motion.report import joint_jitter

    truth = waving(90)
    tracks = tracks_of(truth)
    noise = 0.01 * np.random.default_rng(0).standard_normal(tracks.positions.shape)
    noisy = replace(tracks, positions=tracks.positions + noise)
    shaken = solve(noisy, settings=SolveSettings(smooth=0.0, noise=0.001)).motion
    calm = solve(noisy).motion
    assert joint_jitter(calm.joints(), 30.0) < 0.3 * joint_jitter(shaken.joints(), 30.0)


def test_a_point_that_was_not_seen_has_no_error() -> None:
    """The gap is filled for the solve; its error would be the filling's, not the track's."""
    tracks = tracks_of(waving(30))
    positions = tracks.positions.copy()
    positions[10:13, 4] = np.nan
    motion = solve(replace(tracks, positions=positions)).motion
    assert motion.track_error is not None
    errors = motion.track_error[:, motion.track_names.index(tracks.names[4])]
    assert np.array_equal(np.flatnonzero(np.isnan(errors)), [10, 11, 12])


@pytest.mark.parametrize("digits", [3, 9])
def test_tracks_nowhere_near_a_body_are_refused(digits: int) -> None:
    """Values of thousands of kilometres leave no pose that is a number: none is written."""
    tracks = tracks_of(waving(20))
    random = np.random.default_rng(5)
    far = tracks.positions * 10.0 ** random.uniform(0, digits, (20, 1, 3))
    grade = "refused"
    with contextlib.suppress(InputError):
        solution = solve(replace(tracks, positions=far))
        assert np.isfinite(solution.motion.rotations).all()
        assert np.isfinite(solution.motion.root).all()
        grade = solution.report["verdict"]["grade"]
    assert grade in ("refused", "do not use")
