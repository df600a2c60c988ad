# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: as few as an error allows, and the error is what is played back."""

from dataclasses import replace

import numpy as np
import pytest
from takes import waving

from lsmplify_core.cleanup.keys.bezier import (
    CurveKeys,
    curve_keys,
    evaluate_curve,
    fitted,
    keys_of_curves,
    played,
    slopes_of,
)
from lsmplify_core.cleanup.keys.plan import KeyPlan, KeySettings, plan_keys, played_back
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
    continuous_quaternions,
    matrix_to_quaternion,
    quaternion_to_matrix,
)
from lsmplify_core.runtime.errors import InputError

MOTION = waving(240)


def wave(frames: int = 100) -> np.ndarray:
    t = np.arange(frames) / 15.0
    return np.stack((np.sin(t), 0.3 * np.cos(2 * t), np.ones(frames)), axis=1)


def test_few_keys_keep_to_the_error() -> None:
    plan = plan_keys(MOTION, KeySettings(most_mm=2.0, most_degrees=0.5))
    shown = played_back(MOTION, plan)
    apart = np.linalg.norm(shown.joints() - MOTION.joints(), axis=-1)
    assert apart.max() <= 0.002
    assert np.degrees(angle_between(shown.rotations, MOTION.rotations)).max() <= 0.5
    assert plan.keys < 0.1 * 99 * MOTION.frames


def test_a_smaller_error_takes_more_keys() -> None:
    counts = [
        plan_keys(MOTION, KeySettings(most_mm=mm, most_degrees=1.0)).keys for mm in (0.5, 2.0, 8.0)
    ]
    assert counts[0] > counts[1] > counts[2]


@pytest.mark.parametrize("seed", [7, 11, 15])
def test_a_toe_that_snaps_keeps_to_the_error(seed: int) -> None:
    """Its key's value is drawn away by the samples before it where only these have no key."""
    random = np.random.default_rng(seed)
    snaps = np.where(random.random(120) < 0.08, 1.0, 0.0) * random.uniform(0.02, 0.3, 120)
    bend = np.convolve(snaps, np.ones(random.integers(1, 9)) / 3)[:120]
    motion = strolling(120, 30.0, seed)
    rotations = motion.rotations.copy()
    rotations[:, 11] = axis_angle_to_matrix(bend[:, None] * np.array([1.0, 0.0, 0.0]))
    motion = replace(motion, rotations=rotations)
    plan = plan_keys(motion, KeySettings(most_mm=2.0, most_degrees=0.5))
    shown = played_back(motion, plan)
    assert np.degrees(angle_between(shown.rotations, motion.rotations)).max() <= 0.5


def test_joints_that_rest_have_two_keys() -> None:
    plan = plan_keys(MOTION, KeySettings(most_mm=2.0, most_degrees=0.5))
    assert plan.rotations[22].tolist() == [0, MOTION.frames - 1]


def test_every_nth_frame_and_frames_to_keep() -> None:
    plan = plan_keys(MOTION, KeySettings(every=50, keep=(123,)))
    assert plan.location.tolist() == [0, 50, 100, 123, 150, 200, 239]
    shown = played_back(MOTION, plan)
    assert angle_between(shown.rotations[123], MOTION.rotations[123]).max() < 1e-3


def test_a_key_on_every_frame_changes_nothing() -> None:
    shown = played_back(MOTION, plan_keys(MOTION))
    assert np.abs(shown.joints() - MOTION.joints()).max() < 1e-5


def test_fitted_values_minimise_the_squared_error() -> None:
    """Against least squares written down as one matrix."""
    values, chosen = wave(), np.array([0, 13, 40, 41, 70, 99])
    shown = played(*fitted(values, chosen), chosen)
    columns = []
    for k in range(len(chosen)):
        for kind in range(2):
            unit = np.zeros((2, len(chosen), 1))
            unit[kind, k] = 1.0
            columns.append(played(unit[0], unit[1], chosen)[:, 0])
    matrix = np.stack(columns, axis=1)
    weight = np.ones((100, 1))
    weight[[0, -1]] = np.sqrt(1e3)
    best = matrix @ np.linalg.lstsq(matrix * weight, values * weight, rcond=None)[0]
    np.testing.assert_allclose(shown, best, atol=2e-4)


def test_bezier_keys_play_the_cubic_that_was_fitted() -> None:
    """Evaluated as a Bézier in time and value, at frames that are no samples' numbers."""
    values, chosen = wave(), np.array([0, 13, 40, 70, 99])
    times = 10.0 + 0.5 * np.arange(100)
    keys = curve_keys(times, values, chosen)
    assert keys.times.tolist() == [10.0, 16.5, 30.0, 45.0, 59.5]
    np.testing.assert_allclose(
        evaluate_curve(keys, times), played(*fitted(values, chosen), chosen), atol=1e-9
    )
    inside = (keys.right[:-1, :, 0] - keys.times[:-1, None]) / np.diff(keys.times)[:, None]
    assert inside == pytest.approx(1 / 3)


def test_handles_are_in_line() -> None:
    keys = curve_keys(np.arange(100.0), wave(), np.array([0, 13, 40, 70, 99]))
    here = np.stack((np.broadcast_to(keys.times[:, None], keys.values.shape), keys.values), axis=-1)
    before, after = here - keys.left, keys.right - here
    cross = before[..., 0] * after[..., 1] - before[..., 1] * after[..., 0]
    assert np.abs(cross).max() < 1e-9


def test_the_plan_holds_for_bones_that_are_turned() -> None:
    """A bone's quaternion is the joint's, turned by a constant: the curves bend alike."""
    q = continuous_quaternions(matrix_to_quaternion(MOTION.rotations[:, 16]))
    chosen = plan_keys(MOTION, KeySettings(most_degrees=0.5)).rotations[16]
    turn = quaternion_to_matrix(np.array([0.5, -0.5, 0.5, 0.5]))
    bone = continuous_quaternions(matrix_to_quaternion(turn.T @ MOTION.rotations[:, 16] @ turn))
    for values in (q, bone):
        shown = played(*fitted(values, chosen), chosen)
        shown /= np.linalg.norm(shown, axis=1, keepdims=True)
        wrong = angle_between(quaternion_to_matrix(shown), quaternion_to_matrix(values))
        assert np.degrees(wrong.max()) <= 0.5


def test_slopes_are_exact_for_cubics() -> None:
    t = np.arange(12.0)[:, None]
    assert slopes_of(t**3 - t)[2:-2] == pytest.approx(3 * t[2:-2] ** 2 - 1)


def test_handles_that_overlap_are_shortened_and_time_still_rises() -> None:
    keys = CurveKeys(
        np.array([0.0, 10.0]), np.array([[0.0], [1.0]]),
        np.array([[[-4.0, 0.0]], [[-4.0, 1.0]]]), np.array([[[12.0, 0.0]], [[14.0, 1.0]]]),
    )  # fmt: skip
    values = evaluate_curve(keys, np.linspace(-5, 15, 81))[:, 0]
    assert (np.diff(values) >= -1e-12).all()
    assert values[0] == pytest.approx(0.0)
    assert values[-1] == pytest.approx(1.0)
    assert evaluate_curve(keys, np.array([5.0]))[0, 0] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_very_short_takes(frames: int) -> None:
    motion = waving(frames)
    plan = plan_keys(motion, KeySettings(most_mm=1.0))
    assert plan.rotations[0][-1] == frames - 1
    assert np.abs(played_back(motion, plan).joints() - motion.joints()).max() < 1e-3
    keys = curve_keys(np.arange(frames) * 1.0, motion.root, plan.location)
    assert np.abs(evaluate_curve(keys, np.zeros(1)) - motion.root[0]).max() < 1e-3


@pytest.mark.parametrize(
    "settings",
    [
        KeySettings(every=0),
        KeySettings(most_mm=0.0),
        KeySettings(most_degrees=-1.0),
        KeySettings(keep=(240,)),
    ],
)
def test_bad_settings_are_refused(settings: KeySettings) -> None:
    with pytest.raises(InputError):
        plan_keys(MOTION, settings)


def test_keys_are_counted_on_all_curves() -> None:
    """Four of a rotation, three of the place."""
    two, five = np.arange(2), np.arange(5)
    assert KeyPlan((two,) * 23 + (five,), five).keys == 4 * (46 + 5) + 15


def test_many_curves_at_once_have_the_keys_of_each_alone() -> None:
    values = np.stack((wave(), 2.0 * wave()[::-1], np.cos(3.0 * wave())))
    chosen = [np.array(c) for c in ([0, 13, 40, 70, 99], [0, 99], [0, 1, 50, 98, 99])]
    times = 1.0 + 0.5 * np.arange(100)
    for own, samples, frames in zip(
        keys_of_curves(times, values, chosen), values, chosen, strict=True
    ):
        alone = curve_keys(times, samples, frames)
        for name in ("times", "values", "left", "right"):
            assert np.abs(getattr(own, name) - getattr(alone, name)).max() < 1e-9, name


def test_what_a_plan_plays_is_what_its_keys_play_and_of_its_motion_alone() -> None:
    plan = plan_keys(MOTION, KeySettings(most_mm=2.0))
    assert plan.played is not None
    anew = played_back(MOTION, replace(plan, played=None))
    assert np.abs(played_back(MOTION, plan).joints() - anew.joints()).max() < 1e-9
    other = replace(MOTION, root=MOTION.root + 1.0)
    assert np.abs(played_back(other, plan).root - other.root).max() < 0.1
