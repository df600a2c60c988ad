# SPDX-License-Identifier: GPL-3.0-or-later
"""Calibration finds a person of any size, through noise and through frames that are wrong."""

from dataclasses import replace

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.body.shape_space import RegionSpace
from lsmplify_core.calibration.calibrate import (
    Calibration,
    _converged,
    _outlier_frames,
    calibrate_steps,
    rough_size,
)
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.ik.learned.network import load_network
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.progress import run_steps

LAYOUTS = ["CMU_41", "BODY_25"]


def observed(layout: str, size: float = 1.0, noise: float = 0.0) -> MarkerObservations:
    """Three seconds of someone `size` times as large as the default body, with noise in metres."""
    shown = load_layout(layout)
    points = points_of(waving(90, body=default_body().scaled(np.full(24, size))), layout)
    points = points + noise * np.random.default_rng(0).standard_normal(points.shape)
    points = points - np.median(points.reshape(-1, 3), axis=0)
    weights = np.ones(points.shape[:2])
    return MarkerObservations(default_body().offsets, shown.joints, shown.offsets, points, weights)


def calibrated(observations: MarkerObservations) -> Calibration:
    space = RegionSpace(default_body())
    return run_steps(calibrate_steps(load_network(), space, observations, 30.0))


def height(found: Calibration) -> float:
    return found.body.height / default_body().height


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [0.5, 2.0])
def test_dolls_and_giants_are_found(layout: str, size: float) -> None:
    """The first poses need about the right size; from another the proportions would go wrong."""
    found = calibrated(observed(layout, size))
    assert height(found) == pytest.approx(size, rel=0.005)
    np.testing.assert_allclose(found.shape[1:], 1.0, atol=0.015)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_noise_does_not_shape_the_person(layout: str) -> None:
    """Three centimetres of it: what the points say counts less beside what bodies are like."""
    found = calibrated(observed(layout, noise=0.03))
    assert height(found) == pytest.approx(1.0, abs=0.01)
    np.testing.assert_allclose(found.shape, 1.0, atol=0.03)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_residual_is_that_of_one_axis(layout: str) -> None:
    """A centimetre of noise along each axis, of which poses and places take some up."""
    found = calibrated(observed(layout, noise=0.01))
    assert 0.004 < found.residual < 0.0075


@pytest.mark.parametrize("scale", [1.3, 1.4])
def test_an_interval_of_wrong_points_does_not_shape_the_person(scale: float) -> None:
    """Points further apart for a while than a body has them."""
    good = observed("CMU_41")
    points = good.points.copy()
    middle = points[40:60].mean(axis=1, keepdims=True)
    points[40:60] = middle + scale * (points[40:60] - middle)
    found = calibrated(replace(good, points=points))
    assert height(found) == pytest.approx(1.0, abs=0.006)
    assert found.residual < 0.0002


def take_on(poses: PoseSequence, take: MarkerObservations) -> tuple[PoseSequence, np.ndarray]:
    """Poses, and the points exactly on the body in them."""
    turned, placed = forward(poses.rotations, np.asarray(take.bones), poses.root)
    return poses, attached_points(turned, placed, take.joints, take.offsets).copy()


@pytest.mark.parametrize(("metres", "out"), [(0.018, False), (0.025, True)])
def test_a_frame_is_an_outlier_two_centimetres_from_the_body(metres: float, out: bool) -> None:
    """In the mean of its points, and three times what is usual."""
    take = observed("CMU_41")
    offsets = np.asarray(take.offsets)
    poses = PoseSequence(waving(90).rotations, waving(90).root)
    _, points = take_on(poses, take)
    points[5] += [metres, 0.0, 0.0]
    found = _outlier_frames(poses, replace(take, points=points), default_body(), offsets)
    assert np.flatnonzero(found).tolist() == ([5] if out else [])
    points[6:70] += [0.01, 0.0, 0.0]
    found = _outlier_frames(poses, replace(take, points=points), default_body(), offsets)
    assert not found.any()
    points[80] += [0.033, 0.0, 0.0]
    found = _outlier_frames(poses, replace(take, points=points), default_body(), offsets)
    assert np.flatnonzero(found).tolist() == [80]
    blind = replace(take, points=points, weights=np.zeros_like(take.weights))
    assert _outlier_frames(poses, blind, default_body(), offsets).all()


@pytest.mark.parametrize(
    ("shape", "offsets", "done"),
    [(0.009, 0.003, True), (0.011, 0.003, False), (0.009, 0.005, False), (-0.011, 0.0, False)],
)
def test_a_pass_ends_where_a_step_changes_little(shape: float, offsets: float, done: bool) -> None:
    before = np.ones(7), np.zeros((5, 3))
    after = before[0].copy(), before[1].copy()
    after[0][2] += shape
    after[1][1, 2] -= offsets
    assert _converged(before, after) == done
    assert _converged(after, before) == done


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [0.3, 1.0, 3.0])
def test_a_rough_size_is_found_from_the_torso(layout: str, size: float) -> None:
    take = observed(layout, size)
    assert rough_size(default_body(), take) == pytest.approx(size, rel=0.06)
    weights = np.asarray(take.weights).copy()
    weights[:80] = 0.0
    weights[85, 3:] = 0.0
    assert rough_size(default_body(), replace(take, weights=weights)) == pytest.approx(
        size, rel=0.06
    )
    assert rough_size(default_body(), replace(take, weights=0.0 * weights)) == 1.0
