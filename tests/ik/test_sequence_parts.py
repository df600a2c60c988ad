# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of trunk and limbs one after the other, beside that of all unknowns together."""

import numpy as np
import pytest
from random_poses import random_state, target_of

from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import ANCESTORS, N_POSED
from lsmplify_core.ik.refinement.sequence_equations import (
    sequence_equations,
    solve_block_tridiagonal,
)
from lsmplify_core.ik.refinement.sequence_parts import parted_step

RATE = 60.0
TIME = 0.3
NOISE = 0.002
LIMBS = [j for j in range(N_POSED) if ANCESTORS[j, [1, 2, 16, 17]].any()]

Take = tuple[PoseSequence, MarkerObservations, PoseSequence, np.ndarray]


def take(frames: int, seed: int) -> Take:
    """Poses some degrees from a truth that moves slowly, its points, and a guess beside it."""
    random = np.random.default_rng(seed)
    truth = random_state(1, random)
    rotations = np.repeat(truth.rotations, frames, axis=0)
    way = 0.02 * np.cumsum(random.standard_normal((frames, 24, 3)), axis=0)
    way[:, N_POSED:] = 0
    moving = PoseSequence(
        rotations @ axis_angle_to_matrix(way), truth.root + np.linspace(0, 0.2, frames)[:, None]
    )
    target = target_of(moving, random)
    sigma = np.repeat(random.uniform(0.1, 0.3, (1, N_POSED)), frames, axis=0)
    sigma *= 1 + 0.2 * np.sin(np.arange(frames) / 9)[:, None]
    return nudged(moving, random, 0.05), target, nudged(moving, random, 0.15), sigma


def nudged(poses: PoseSequence, random: np.random.Generator, size: float) -> PoseSequence:
    vectors = np.repeat(size * random.standard_normal((1, 24, 3)), len(poses.root), axis=0)
    vectors[:, N_POSED:] = 0
    return PoseSequence(poses.rotations @ axis_angle_to_matrix(vectors), poses.root + 0.1 * size)


def both(poses: PoseSequence, target: MarkerObservations, prior: PoseSequence, sigma: np.ndarray,
         rate: float = RATE) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The step in parts, and that of all unknowns together."""
    together = sequence_equations(poses, target, prior, sigma, NOISE, rate, TIME)
    parts = parted_step(poses, target, prior, sigma, NOISE, rate, TIME)
    return parts, solve_block_tridiagonal(together)


def test_a_frame_by_itself_is_solved_exactly() -> None:
    """Nothing is left out where there is no other frame."""
    parts, together = both(*take(1, 0))
    np.testing.assert_allclose(parts, together, atol=1e-9)


def test_limbs_are_exact_on_the_trunk_that_was_found() -> None:
    """All equations of arms and legs hold; only the trunk's differ."""
    poses, target, prior, sigma = take(9, 1)
    system = sequence_equations(poses, target, prior, sigma, NOISE, RATE, TIME)
    step = parted_step(poses, target, prior, sigma, NOISE, RATE, TIME)
    left = (system.diagonal @ step[..., None])[..., 0] - system.rhs
    left[1:] -= system.off_diagonal * step[:-1]
    left[:-1] -= system.off_diagonal * step[1:]
    own = [axis * N_POSED + joint for axis in range(3) for joint in LIMBS]
    assert len(own) == 42
    assert np.abs(left[:, own]).max() < 1e-10
    assert np.abs(left).max() > 1e-8


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("rate", "usual", "most"),
    [(0.5, 0.001, 0.003), (1.0, 0.005, 0.02), (2.0, 0.02, 0.1), (15.0, 0.06, 0.3),
     (60.0, 0.06, 0.2), (1000.0, 0.05, 0.15)],
)  # fmt: skip
def test_what_the_trunk_leaves_out_is_little(
    hidden: bool, rate: float, usual: float, most: float
) -> None:
    """A few hundredths of the step, with a forearm unseen for ten frames too; nearly nothing where
    frames are so far apart that they say nothing of each other."""
    poses, target, prior, sigma = take(40, 2)
    if hidden:
        target.weights[15:25, np.isin(target.joints, (18, 20, 22))] = 0
    parts, together = both(poses, target, prior, sigma, rate)
    off = np.abs(parts - together)[:, : 3 * N_POSED]
    assert np.abs(together).max() > 0.1
    assert np.sqrt(np.square(off).mean()) < usual * np.sqrt(np.square(together).mean())
    assert off.max() < most * np.abs(together).max()


def test_single_precision_takes_are_solved_in_double() -> None:
    """The equations of weak priors do not bear less."""
    poses, target, prior, sigma = take(8, 3)

    def single(given: PoseSequence) -> PoseSequence:
        return PoseSequence(given.rotations.astype(np.float32), given.root.astype(np.float32))

    fine = MarkerObservations(
        target.bones.astype(np.float32), target.joints, target.offsets.astype(np.float32),
        target.points.astype(np.float32), target.weights.astype(np.float32),
    )  # fmt: skip
    step = parted_step(single(poses), fine, single(prior), sigma, NOISE, RATE, TIME)
    wanted = parted_step(poses, target, prior, sigma, NOISE, RATE, TIME)
    assert step.dtype == np.float64
    np.testing.assert_allclose(step, wanted, atol=2e-4)
