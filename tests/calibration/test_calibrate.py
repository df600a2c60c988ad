# SPDX-License-Identifier: GPL-3.0-or-later
"""Calibration finds a person of any size, through noise and through frames that are wrong."""

from dataclasses import replace

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations
from lsmplify_core.body.shape_space import RegionSpace
from lsmplify_core.calibration.calibrate import Calibration, calibrate_steps
from lsmplify_core.ik.network import load_network
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
