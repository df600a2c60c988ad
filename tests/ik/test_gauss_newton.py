# SPDX-License-Identifier: GPL-3.0-or-later
"""The Gauss–Newton steps: the fast normal equations are the naive ones, and steps reach the
tracks."""

from dataclasses import replace

import numpy as np
import pytest
from random_poses import random_state, target_of

from lsmplify_core.body.markers import MarkerObservations, PoseSequence, compare
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import N_POSED
from lsmplify_core.ik.refinement.gauss_newton import gauss_newton, normal_equations


def moved_points(
    state: PoseSequence, target: MarkerObservations, unknown: int, amount: float
) -> np.ndarray:
    """Where the points go when one unknown of `normal_equations` moves, by turning the joint."""
    rotations, root = state.rotations.copy(), state.root.copy()
    if unknown >= 3 * N_POSED:
        root[:, unknown - 3 * N_POSED] += amount
    else:
        axis, joint = divmod(unknown, N_POSED)
        world = forward(rotations, target.bones, root)[0][:, joint]
        turn = axis_angle_to_matrix(amount * np.eye(3)[axis][None])[0]
        rotations[:, joint] = rotations[:, joint] @ (np.swapaxes(world, -1, -2) @ turn @ world)
    turned, placed = forward(rotations, target.bones, root)
    return attached_points(turned, placed, target.joints, target.offsets)


def test_normal_equations_are_those_of_a_numeric_jacobian() -> None:
    random = np.random.default_rng(0)
    target = target_of(random_state(3, random), random)
    state = random_state(3, random)
    unknowns = 3 * N_POSED + 3
    step = 1e-6
    jacobian = np.stack(
        [
            (moved_points(state, target, u, step) - moved_points(state, target, u, -step))
            / (2 * step)
            for u in range(unknowns)
        ],
        axis=-1,
    )
    seen = compare(state, target)
    matrix, vector = normal_equations(seen, target)
    expected = np.einsum("nkau,nk,nkav->nuv", jacobian, target.weights, jacobian)
    np.testing.assert_allclose(matrix, expected, atol=1e-6)
    right = np.einsum("nkau,nk,nka->nu", jacobian, target.weights, seen.residuals)
    np.testing.assert_allclose(vector, right, atol=1e-6)


def test_steps_reach_the_tracks() -> None:
    random = np.random.default_rng(1)
    truth = random_state(4, random, 0.3)
    target = target_of(truth, random, 90)
    state = gauss_newton(
        PoseSequence(
            truth.rotations
            @ axis_angle_to_matrix(
                0.1 * random.standard_normal((4, 24, 3)) * (np.arange(24) < 22)[:, None]
            ),
            truth.root + 0.02,
        ),
        target,
        truth,
        np.zeros(N_POSED),
        steps=6,
    )
    assert np.linalg.norm(compare(state, target).residuals, axis=-1).max() < 1e-4


def test_an_unobserved_joint_keeps_its_prior() -> None:
    random = np.random.default_rng(2)
    truth = random_state(2, random)
    target = target_of(truth, random)
    hidden = np.isin(target.joints, (20, 22))
    target = replace(target, weights=target.weights * ~hidden)
    start = random_state(2, random)
    fitted = gauss_newton(start, target, start, np.full(N_POSED, 1e-3), steps=3)
    assert angle_between(fitted.rotations[:, 20], start.rotations[:, 20]).max() < 1e-5
    assert angle_between(fitted.rotations[:, 18], start.rotations[:, 18]).max() > 1e-2


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_numpy_and_torch_take_the_same_step(library: str) -> None:
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(3)
    truth = random_state(5, random)
    target, start = target_of(truth, random), random_state(5, random)
    expected = gauss_newton(start, target, start, np.full(N_POSED, 1e-3))
    if library == "torch":
        tensor = torch.from_numpy
        t = MarkerObservations(*(tensor(np.asarray(x)) for x in vars(target).values()))
        s = PoseSequence(tensor(start.rotations), tensor(start.root))
        result = gauss_newton(s, t, s, torch.full((N_POSED,), 1e-3, dtype=torch.float64))
        np.testing.assert_allclose(result.rotations.numpy(), expected.rotations, atol=1e-9)
    else:
        single = MarkerObservations(*(np.asarray(x,
        np.float32) if x.dtype.kind == "f" else x for x in vars(target).values()))  # fmt: skip
        s = PoseSequence(start.rotations.astype(np.float32), start.root.astype(np.float32))
        result = gauss_newton(s, single, s, np.full(N_POSED, 1e-3, np.float32))
        assert result.root.dtype == np.float32
        np.testing.assert_allclose(result.rotations, expected.rotations, atol=5e-2)


@pytest.mark.parametrize("degrees", [5.0, 20.0, 45.0])
def test_without_tracks_a_step_goes_all_the_way_to_the_prior(degrees: float) -> None:
    """To third order in the angle between them: of 45 degrees little more than one is left."""
    random = np.random.default_rng(3)
    axes = random.standard_normal((2, 24, 3))
    axes *= np.radians(degrees) / np.linalg.norm(axes, axis=-1, keepdims=True)
    axes[:, N_POSED:] = 0.0
    start = random_state(2, random)
    prior = PoseSequence(start.rotations @ axis_angle_to_matrix(axes), start.root)
    target = target_of(start, random)
    blind = replace(target, weights=np.zeros_like(target.weights))
    reached = gauss_newton(start, blind, prior, np.ones(N_POSED), damping=1e-9, steps=1)
    left = np.degrees(angle_between(reached.rotations, prior.rotations))[:, :N_POSED]
    assert left.max() < 0.03 * degrees


def test_no_step_turns_a_joint_by_more_than_a_radian() -> None:
    """A linear step means nothing further away."""
    random = np.random.default_rng(5)
    start = random_state(2, random)
    vectors = np.zeros((2, 24, 3))
    vectors[:, :N_POSED, 1] = 2.2
    prior = PoseSequence(start.rotations @ axis_angle_to_matrix(vectors), start.root)
    target = target_of(start, random)
    blind = replace(target, weights=np.zeros_like(target.weights))
    reached = gauss_newton(start, blind, prior, np.ones(N_POSED), damping=1e-9, steps=1)
    turned = angle_between(start.rotations, reached.rotations)[:, :N_POSED]
    np.testing.assert_allclose(turned, 1.0, atol=1e-3)
