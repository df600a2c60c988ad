# SPDX-License-Identifier: GPL-3.0-or-later
"""The equations that calibration solves, against the same written out in full; its frames."""

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import Comparison, MarkerObservations, PoseSequence, compare
from lsmplify_core.calibration.shape_system import ShapeEquations, shape_equations, sum_equations
from lsmplify_core.calibration.windows import Windows, best_windows, with_neighbours
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, skew
from lsmplify_core.geometry.skeleton import ANCESTORS, N_POSED
from lsmplify_core.ik.learned.predictor import select_observations
from lsmplify_core.layouts.layout import load_layout

FRAMES, SHAPE, STIFFNESS = 5, 3, 0.01
RANDOM = np.random.default_rng(0)


def problem() -> tuple[PoseSequence, MarkerObservations, np.ndarray, np.ndarray]:
    """Random poses, points near them, weights between 0 and 1, moves with three made-up numbers."""
    layout = load_layout("BODY_25")
    vectors = 0.3 * RANDOM.standard_normal((FRAMES, 24, 3))
    state = PoseSequence(axis_angle_to_matrix(vectors), RANDOM.standard_normal((FRAMES, 3)))
    count = len(layout.names)
    weights = RANDOM.uniform(0.1, 1.0, (FRAMES, count))
    nothing = MarkerObservations(
        default_body().offsets, layout.joints, layout.offsets, np.zeros((FRAMES, count, 3)), weights
    )
    points = -compare(state, nothing).residuals + 0.02 * RANDOM.standard_normal((FRAMES, count, 3))
    target = MarkerObservations(
        default_body().offsets, layout.joints, layout.offsets, points, weights
    )
    moves = RANDOM.standard_normal((FRAMES, count, 3, SHAPE))
    return state, target, moves, 0.1 * RANDOM.standard_normal((FRAMES, N_POSED, 3))


def written_out(
    state: PoseSequence, target: MarkerObservations, moves: np.ndarray, away: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Steps of poses and of shape and places, from one dense system over all frames."""
    seen = compare(state, target)
    count = target.points.shape[1]
    poses = 3 * N_POSED + 3
    shared = SHAPE + 3 * count
    matrix = np.zeros((FRAMES * poses + shared,) * 2)
    rhs = np.zeros(len(matrix))
    for n in range(FRAMES):
        rows = np.zeros((count, 3, len(matrix)))
        for k in range(count):
            joint = target.joints[k]
            at = target.points[n, k] - seen.residuals[n, k]
            for j in np.flatnonzero(ANCESTORS[joint][:N_POSED]):
                turn = -skew(at - seen.joint_positions[n, j])
                for axis in range(3):
                    rows[k, :, n * poses + axis * N_POSED + j] = turn[:, axis]
            rows[k, :, n * poses + 3 * N_POSED : (n + 1) * poses] = np.eye(3)
            rows[k, :, FRAMES * poses : FRAMES * poses + SHAPE] = moves[n, k]
            first = FRAMES * poses + SHAPE + 3 * k
            rows[k, :, first : first + 3] = seen.global_rotations[n, joint]
        weighed = rows * target.weights[n][:, None, None]
        matrix += np.einsum("kai,kaj->ij", weighed, rows)
        rhs += np.einsum("kai,ka->i", weighed, seen.residuals[n])
        turns = np.arange(n * poses, n * poses + 3 * N_POSED)
        matrix[turns, turns] += STIFFNESS
        rhs[turns] += STIFFNESS * away[n].T.reshape(-1)
    last = np.arange(FRAMES * poses, len(matrix))
    matrix[last, last] += 1.0
    step = np.linalg.solve(matrix + 1e-6 * np.eye(len(matrix)), rhs)
    return step[: FRAMES * poses].reshape(FRAMES, poses), step[FRAMES * poses :]


def test_eliminated_poses_give_the_whole_systems_steps() -> None:
    state, target, moves, away = problem()
    seen = compare(state, target)
    parts: list[ShapeEquations] = []
    for part in (slice(0, 2), slice(2, FRAMES)):
        some = Comparison(
            seen.global_rotations[part],
            seen.joint_positions[part],
            seen.residuals[part],
            seen.levers[part],
        )
        parts.append(
            shape_equations(
                some, select_observations(target, part), moves[part], away[part], STIFFNESS
            )
        )
    whole = sum_equations(parts)
    change = np.linalg.solve(whole.matrix + np.eye(len(whole.matrix)), whole.rhs)
    steps, shared = written_out(state, target, moves, away)
    assert np.allclose(change, shared, atol=1e-5)
    assert np.allclose(whole.steps(change), steps, atol=1e-4)


# --- frames ---------------------------------------------------------------------------------


def take(frames: int) -> MarkerObservations:
    seen = np.ones((frames, 4))
    return MarkerObservations(
        np.zeros((24, 3)), np.zeros(4, int), np.zeros((4, 3)), np.zeros((frames, 4, 3)), seen
    )


def test_runs_lie_spread_over_the_take_a_step_of_the_clock_apart() -> None:
    frames = best_windows(take(3000), 30.0).frames
    assert frames.shape == (5, 16)
    assert np.all(np.diff(frames, axis=0) == 2)
    assert np.all(np.diff(frames[0]) > 100)


def test_short_takes_have_fewer_and_shorter_runs() -> None:
    assert best_windows(take(90), 30.0).frames.shape == (5, 4)
    assert best_windows(take(3), 30.0).frames.max() == 2
    assert best_windows(take(1), 30.0).frames.tolist() == [[0]]


def test_rows_between_are_filled_within_their_own_run() -> None:
    runs = Windows(np.arange(10).reshape(5, 2))
    assert runs.every_other.tolist() == [0, 2, 4]
    angle = np.array([[0.0, 1.0], [0.2, 1.2], [0.4, 1.4]]).reshape(-1)
    vectors = np.zeros((6, 24, 3))
    vectors[:, 0, 2] = angle
    known = PoseSequence(axis_angle_to_matrix(vectors), np.stack([angle] * 3, axis=1))
    filled = runs.between(known, runs.every_other)
    wanted = np.array([[0.0, 1.0], [0.1, 1.1], [0.2, 1.2], [0.3, 1.3], [0.4, 1.4]]).reshape(-1)
    assert np.allclose(filled.root[:, 0], wanted)
    turned = np.arctan2(filled.rotations[:, 0, 1, 0], filled.rotations[:, 0, 0, 0])
    assert np.allclose(turned, wanted)


def test_what_lies_beside_a_lost_frame_is_lost() -> None:
    lost = np.zeros((5, 2), dtype=bool)
    lost[2, 1] = True
    found = with_neighbours(lost, np.array([0, 2, 4]))
    assert found[:, 0].tolist() == [False] * 5
    assert found[:, 1].tolist() == [False, True, True, True, False]
