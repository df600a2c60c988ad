# SPDX-License-Identifier: GPL-3.0-or-later
"""Learned inverse kinematics over a whole take: iterations of network and Gauss–Newton.

In each iteration the network predicts the residual rotations from the current pose of every frame,
seeing its neighbours before and after, and one Gauss–Newton step brings that pose to the tracks.
The frames of a take run as one batch, so that there is no drift: no frame waits for the one before.
The network sees time at 15 frames per second; a faster take is split into interleaved sequences of
about that rate.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.skeleton import N_POSED
from ...runtime.array_types import Floats
from ...runtime.progress import run_steps, with_progress
from ...runtime.threads import parallel_map
from ..refinement.frames_last import frames_first, frames_last
from ..refinement.gauss_newton import STEP_DAMPING
from ..refinement.posed_tree import seen_of
from ..refinement.tree_steps import stepped as tree_stepped
from .network import FRAME_RATE, Network
from .tree_features import tree_features, tree_outputs

R = TypeVar("R")

ITERATIONS: Final = 3
"""Iterations of network and Gauss–Newton from the resting pose; more change little."""
CHUNK: Final = 1024
"""Frames of one unit of parallel work at the most: few enough for the processor's cache, and so
many that NumPy's calls, in which alone threads run side by side, are long beside Python's own."""
_MIN_CHUNK: Final = 256
"""Frames of a chunk at the least; with fewer, NumPy's calls and reading the network's weights cost
more than the work, and much of a chunk of one sequence is overlap."""
_LEAST_CHUNKS: Final = 2
"""Chunks of a take that is long enough for them. Not as many as there are threads: products over
other numbers of frames differ in their last bits, and a result would depend on the machine."""
_NETWORK_CHUNK: Final = 512
"""Frames of a sequence that the network computes at once; larger ones leave the cache."""


@dataclass(frozen=True)
class Prediction:
    """What the network says of T frames.

    poses: its poses. sigma: (T, 22) radians, the error that it expects of each rotation (the scale
    of a Laplace law; `learning.train.losses` has the likelihood). refined: the poses after one
    Gauss–Newton step to the tracks.
    """

    poses: PoseSequence
    sigma: Floats
    refined: PoseSequence


def predict_steps(
    network: Network,
    initial_poses: PoseSequence,
    observations: MarkerObservations,
    rate: float,
    iterations: int = ITERATIONS,
    prior_weight: float = 3e-3,
) -> Generator[float, None, Prediction]:
    """Predict the poses of a take.

    Args:
        network: the trained weights.
        initial_poses: T frames to begin from.
        observations: the tracks, on a body of the size that the network knows.
        rate: frames per second.
        iterations: of network and Gauss–Newton.
        prior_weight: m² per rad², how strongly the step between iterations stays at the network's
            pose; it was trained with 5e-4 to 2e-2.

    Yields:
        The share that is done, 0 to 1.

    Returns:
        The last iteration's prediction.
    """
    chunks = frame_chunks(len(initial_poses.root))
    current = [_frames_last(select_poses(initial_poses, chunk)) for chunk in chunks]
    predicted = [(*own, np.ones((N_POSED, own[1].shape[1]), np.float32)) for own in current]
    seen = [seen_of(select_observations(observations, chunk)) for chunk in chunks]
    weight = np.full((N_POSED, 1), prior_weight, initial_poses.rotations.dtype)
    every = range(len(chunks))

    def chunk_features(n: int) -> Floats:
        return tree_features(*current[n], seen[n])

    def refine(n: int) -> tuple[tuple[Floats, Floats, Floats], tuple[Floats, Floats]]:
        rotations, root, sigma = tree_outputs(*current[n], raw[:, chunks[n]])
        stepped = tree_stepped(rotations, root, seen[n], None, weight, STEP_DAMPING)
        return (rotations, root, sigma), stepped

    for iteration in range(iterations):
        inputs = yield from _share(
            parallel_map(chunk_features, every), iteration, 0.4, iterations, len(chunks)
        )
        raw = _along_time(network, np.concatenate(inputs, axis=1), rate)
        results = yield from _share(
            parallel_map(refine, every), iteration + 0.4, 0.6, iterations, len(chunks)
        )
        predicted, current = [p for p, _ in results], [stepped for _, stepped in results]
    sigma = np.concatenate([np.ascontiguousarray(chunk[2].T) for chunk in predicted])
    return Prediction(_frames_first(predicted), sigma, _frames_first(current))


def _frames_last(poses: PoseSequence) -> tuple[Floats, Floats]:
    return frames_last(poses.rotations), np.ascontiguousarray(poses.root.T)


def _frames_first(chunks: Sequence[tuple[Floats, ...]]) -> PoseSequence:
    """Chunks of rotations and root with the frames last as a pose sequence."""
    return PoseSequence(
        np.concatenate([frames_first(chunk[0]) for chunk in chunks]),
        np.concatenate([chunk[1].T for chunk in chunks]),
    )


def _share(
    steps: Generator[int, None, list[R]], before: float, share: float, iterations: int, count: int
) -> Generator[float, None, list[R]]:
    """Turn chunks done into the share of all iterations done."""
    return (
        yield from with_progress(
            steps, lambda done: (before * count + share * done) / (iterations * count)
        )
    )


def frame_chunks(frames: int) -> list[slice]:
    """Slices that cover `frames` in chunks of at most CHUNK, as many whatever the machine."""
    size = _chunk_size(frames, CHUNK)
    return [slice(i, min(i + size, frames)) for i in range(0, frames, size)]


def _chunk_size(frames: int, most: int) -> int:
    """Frames of each chunk: `_LEAST_CHUNKS` of them where that leaves `_MIN_CHUNK` to each."""
    count = max(1, -(-frames // most), min(_LEAST_CHUNKS, frames // _MIN_CHUNK))
    return max(1, -(-frames // count))


Frames = slice | NDArray[np.bool_] | NDArray[np.intp]
"""Some frames of a take."""


def select_poses(poses: PoseSequence, frames: Frames) -> PoseSequence:
    """Some frames of a pose sequence."""
    return PoseSequence(poses.rotations[frames], poses.root[frames])


def select_observations(observations: MarkerObservations, frames: Frames) -> MarkerObservations:
    """Some frames of a take's observations."""
    return MarkerObservations(
        observations.bones,
        observations.joints,
        observations.offsets,
        observations.points[frames],
        observations.weights[frames],
    )


def concatenate_poses(chunks: list[PoseSequence]) -> PoseSequence:
    """The frames of some chunks, one after the other."""
    return PoseSequence(
        np.concatenate([p.rotations for p in chunks]), np.concatenate([p.root for p in chunks])
    )


def _along_time(network: Network, inputs: Floats, rate: float) -> Floats:
    """Split frames (F, T) into interleaved sequences of about FRAME_RATE, run, put back (O, T)."""
    step = max(1, round(rate / FRAME_RATE))
    count, frames = inputs.shape
    length = -(-frames // step)
    order = np.minimum(np.arange(step)[:, None] + step * np.arange(length), frames - 1)
    raw = _in_chunks(network, inputs[:, order.reshape(-1)].reshape(count, step, length))
    return raw.swapaxes(1, 2).reshape(len(raw), -1)[:, :frames]


def _in_chunks(network: Network, inputs: Floats) -> Floats:
    """Run sequences (F, S, L) in overlapping chunks in parallel; the overlap is as far as the
    network sees, so that the result is the same as in one go."""
    reach = sum(network.dilations)
    sequences, length = inputs.shape[1:]
    frames_each = _chunk_size(sequences * length, sequences * length)
    chunk_length = min(length, _NETWORK_CHUNK, frames_each)
    group = max(1, frames_each // chunk_length)
    chunks = [(s, f) for f in range(0, length, chunk_length) for s in range(0, sequences, group)]

    def run_chunk(chunk: tuple[int, int]) -> Floats:
        sequence, first = chunk
        low, high = max(0, first - reach), min(length, first + chunk_length + reach)
        raw = network.columns(inputs[:, sequence : sequence + group, low:high])
        return raw[..., first - low : first - low + min(chunk_length, length - first)]

    results = run_steps(parallel_map(run_chunk, chunks))
    groups = -(-sequences // group)
    columns = [results[i : i + groups] for i in range(0, len(results), groups)]
    return np.concatenate([np.concatenate(rows, axis=1) for rows in columns], axis=2)
