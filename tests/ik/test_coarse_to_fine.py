# SPDX-License-Identifier: GPL-3.0-or-later
"""A few frames first, the others between them; stretches around gaps, and nothing else, once
more."""

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import keypoints
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.ik.fit_problem import SolveSettings, make_problem
from lsmplify_core.ik.fitting import fit_steps
from lsmplify_core.ik.learned.coarse_to_fine import coarse_steps, coarse_stride
from lsmplify_core.ik.learned.network import load_network
from lsmplify_core.ik.root_alignment import align_root
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.progress import run_steps
from lsmplify_core.runtime.threads import THREADS

FRAMES, RATE = 150, 30.0
TRUTH = strolling(FRAMES, RATE)


def target() -> MarkerObservations:
    layout = load_layout("CMU_41")
    points = keypoints(TRUTH, layout).astype(np.float32)
    return MarkerObservations(
        default_body().offsets.astype(np.float32), layout.joints, layout.offsets.astype(np.float32),
        points, np.ones(points.shape[:2], np.float32),
    )  # fmt: skip


def resting(take: MarkerObservations) -> PoseSequence:
    return align_root(np.broadcast_to(np.eye(3, dtype=np.float32), (1, 24, 3, 3)), take)


def errors(state: PoseSequence) -> np.ndarray:
    """(T,) degrees, mean of the posed joints."""
    angle = angle_between(state.rotations[:, :22], TRUTH.rotations[:, :22])
    return np.degrees(angle).mean(axis=1)


@pytest.mark.parametrize(
    ("frames", "rate", "step"), [(100, 30, 6), (1000, 120, 24), (100, 6, 1), (8, 30, 1)]
)
def test_how_many_frames_lie_between(frames: int, rate: float, step: int) -> None:
    assert coarse_stride(frames, rate) == step


def test_all_frames_come_near_though_few_are_solved() -> None:
    take = target()
    state = run_steps(coarse_steps(load_network(), resting(take), take, RATE, 3, 3e-3))
    assert errors(state).max() < 8.0
    assert errors(resting(take)).min() > 12.0
    assert state.rotations.dtype == np.float32


def test_a_blind_frame_is_nobodys_neighbour() -> None:
    take = target()
    take.weights[25] = 0
    state = run_steps(coarse_steps(load_network(), resting(take), take, RATE, 3, 3e-3))
    assert errors(state)[20:31].max() < 8.0


def test_frames_away_from_a_gap_are_as_if_there_were_none() -> None:
    take = target()
    start = PoseSequence(TRUTH.rotations.astype(np.float32), TRUTH.root.astype(np.float32))
    whole = make_problem(start, take, RATE, 0.001, SolveSettings(), warm_start=True)
    gap = target()
    gap.weights[70:75, 3] = 0
    holed = make_problem(start, gap, RATE, 0.001, SolveSettings(), warm_start=True)
    (a, _), (b, _) = (run_steps(fit_steps(job, {})) for job in (whole, holed))
    # the network looks 16 frames of 15 a second each way
    apart = np.abs(a.rotations - b.rotations).max(axis=(1, 2, 3))
    assert apart[:30].max() < 1e-5
    assert apart[70:75].max() > 1e-5
    assert errors(b).max() < 3.0


def test_gaps_in_one_thread_are_to_the_same_bits_with_progress_within_each(monkeypatch) -> None:
    """Two gaps, side by side in two threads or in turn in one; what is between them stays."""
    take = target()
    take.weights[12:15, 3] = 0
    take.weights[-15:-12, 3] = 0
    start = PoseSequence(TRUTH.rotations.astype(np.float32), TRUTH.root.astype(np.float32))
    problem = make_problem(start, take, RATE, 0.001, SolveSettings(), warm_start=True)
    solved = {}
    for threads in ("1", "2"):
        monkeypatch.setenv(THREADS, threads)
        steps, solved[threads] = fit_steps(problem, {}), []
        while True:
            try:
                solved[threads].append(next(steps)[1])
            except StopIteration as end:
                solved[threads].append(end.value[0])
                break
    assert len(solved["1"]) >= len(solved["2"]) + 4
    assert solved["1"][:-1] == sorted(solved["1"][:-1])
    one, other = solved["1"][-1], solved["2"][-1]
    np.testing.assert_array_equal(one.rotations, other.rotations)
    np.testing.assert_array_equal(one.root, other.root)
