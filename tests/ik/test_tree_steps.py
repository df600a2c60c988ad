# SPDX-License-Identifier: GPL-3.0-or-later
"""Elimination along the tree gives the step, the features and the outputs that matrices give."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import keypoints
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import N_POSED
from lsmplify_core.ik.learned.features import features
from lsmplify_core.ik.learned.network import N_OUTPUTS, apply_outputs
from lsmplify_core.ik.learned.tree_features import tree_outputs
from lsmplify_core.ik.refinement.frames_last import frames_first, frames_last
from lsmplify_core.ik.refinement.gauss_newton import gauss_newton
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.array_types import Floats

FRAMES = 40


def scene(layout_name: str, seed: int) -> tuple[PoseSequence, PoseSequence, MarkerObservations]:
    """Poses off the tracks, a prior that is off too, and tracks with some unseen samples."""
    random = np.random.default_rng(seed)
    motion, layout = strolling(FRAMES, 30.0), load_layout(layout_name)
    points = keypoints(motion, layout)
    weights = random.uniform(0.2, 1.0, points.shape[:2]) * (random.random(points.shape[:2]) > 0.2)
    observed = MarkerObservations(
        motion.body.offsets, layout.joints, layout.offsets, points, weights
    )

    def off() -> PoseSequence:
        rotations = motion.rotations.copy()
        turns = 0.15 * random.standard_normal((FRAMES, N_POSED, 3))
        rotations[:, :N_POSED] = rotations[:, :N_POSED] @ axis_angle_to_matrix(turns)
        return PoseSequence(rotations, motion.root + 0.03 * random.standard_normal((FRAMES, 3)))

    return off(), off(), observed


def dense(observed: MarkerObservations) -> MarkerObservations:
    """The same, told frame by frame, which the matrices take and the tree does not."""
    every = np.broadcast_to(observed.bones, (FRAMES, *observed.bones.shape))
    return replace(observed, bones=every)


def single(poses: PoseSequence) -> PoseSequence:
    return PoseSequence(poses.rotations.astype(np.float32), poses.root.astype(np.float32))


def degrees(a: PoseSequence, b: PoseSequence) -> Floats:
    return np.degrees(angle_between(np.float64(a.rotations), np.float64(b.rotations)))


@pytest.mark.parametrize("layout", ["BODY_25", "CMU_41", "COCO_17"])
@pytest.mark.parametrize("scale", [None, 0.06])
def test_the_step_is_that_of_the_matrices(layout: str, scale: float | None) -> None:
    poses, prior, observed = scene(layout, 1)
    weight = 10 ** np.random.default_rng(2).uniform(-5, 0, (FRAMES, N_POSED))
    for near in (poses, prior):
        ours = gauss_newton(poses, observed, near, weight, steps=2, outlier_scale=scale)
        theirs = gauss_newton(poses, dense(observed), near, weight, steps=2, outlier_scale=scale)
        assert degrees(poses, ours).max() > 5
        assert degrees(ours, theirs).max() < 1e-4
        assert np.abs(ours.root - theirs.root).max() < 1e-7


def test_axes_that_are_held_are_held_alike() -> None:
    """Weights about some axes of a joint, as hinges have them."""
    poses, prior, observed = scene("CMU_41", 7)
    random = np.random.default_rng(8)
    axes = random.standard_normal((FRAMES, N_POSED, 3))
    axes /= np.linalg.norm(axes, axis=-1, keepdims=True)
    held = 0.3 * axes[..., :, None] * axes[..., None, :] * (random.random((1, N_POSED, 1, 1)) < 0.5)
    weight = np.full(N_POSED, 1e-3)
    for near in (poses, prior):
        ours, theirs = (
            gauss_newton(poses, target, near, weight, steps=2, axes_weight=held)
            for target in (observed, dense(observed))
        )
        assert degrees(ours, theirs).max() < 1e-4
        free = gauss_newton(poses, observed, near, weight, steps=2)
        assert degrees(ours, free).max() > 1


def test_single_precision_is_near_double_where_little_is_shown() -> None:
    """A weak prior and points at joints leave turns about bones almost open."""
    poses, _, observed = scene("BODY_25", 3)
    poses = single(poses)
    exact = PoseSequence(np.float64(poses.rotations), np.float64(poses.root))
    weight = np.full(N_POSED, 2e-5)
    low = MarkerObservations(
        np.float32(observed.bones), observed.joints, np.float32(observed.offsets),
        np.float32(observed.points), np.float32(observed.weights),
    )  # fmt: skip
    reached = gauss_newton(poses, low, poses, np.float32(weight))
    assert reached.rotations.dtype == np.float32
    assert degrees(reached, gauss_newton(exact, observed, exact, weight)).max() < 0.5


@pytest.mark.parametrize("layout", ["BODY_25", "CMU_41"])
def test_features_and_outputs_are_the_same_numbers(layout: str) -> None:
    poses, _, observed = scene(layout, 4)
    np.testing.assert_allclose(
        features(poses, observed), features(poses, dense(observed)), atol=1e-6
    )
    raw = 0.1 * np.random.default_rng(5).standard_normal((FRAMES, N_OUTPUTS))
    turned, root, sigma = tree_outputs(
        frames_last(poses.rotations), np.ascontiguousarray(poses.root.T), raw.T
    )
    ours = PoseSequence(frames_first(turned), root.T)
    theirs, expected = apply_outputs(poses, raw, poses.rotations[:, 0])
    assert degrees(ours, theirs).max() < 1e-5
    np.testing.assert_allclose(ours.root, theirs.root)
    np.testing.assert_allclose(sigma.T, expected)


def test_an_unseen_body_stays_at_its_prior() -> None:
    poses, prior, observed = scene("BODY_25", 6)
    blind = replace(observed, weights=np.zeros_like(observed.weights))
    prior = PoseSequence(prior.rotations, poses.root)
    reached = gauss_newton(poses, blind, prior, np.ones(N_POSED), damping=1e-9, steps=3)
    assert degrees(reached, prior)[:, :N_POSED].max() < 0.01
    np.testing.assert_allclose(reached.root, poses.root)
