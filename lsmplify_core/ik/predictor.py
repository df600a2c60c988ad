# SPDX-License-Identifier: GPL-3.0-or-later
"""Learned inverse kinematics over a whole take: iterations of network and Gauss–Newton.

In each iteration the network predicts the residual rotations from the current pose of every frame,
seeing its neighbours before and after, and one Gauss–Newton step brings that pose to the tracks.
The frames of a take run as one batch, so that there is no drift: no frame waits for the one before.
The network sees time at 15 frames per second; a faster take is split into interleaved sequences of
about that rate.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..body.markers import MarkerObservations, PoseSequence
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps, with_progress
from ..runtime.threads import parallel_map
from .features import features
from .gauss_newton import gauss_newton
from .network import FRAME_RATE, Network
from .tree_features import tree_outputs

R = TypeVar("R")

ITERATIONS: Final = 3
"""Iterations of network and Gauss–Newton from the resting pose; more change little."""
CHUNK: Final = 1024
"""Frames of one unit of parallel work at the most: few enough for the processor's cache, and so
many that NumPy's calls, in which alone threads run side by side, are long beside Python's own."""
_MIN_CHUNK: Final = 64
"""Frames of a chunk at the least; with fewer, NumPy's calls and reading the network's weights cost
more than the work, and most of a chunk of one sequence is overlap."""
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
    current = initial_poses
    poses, sigma = initial_poses, np.ones((*initial_poses.root.shape[:1], 22), np.float32)
    chunks = frame_chunks(len(initial_poses.root))

    def chunk_features(chunk: slice) -> Floats:
        return features(select_poses(current, chunk), select_observations(observations, chunk))

    def refine(chunk: slice) -> Prediction:
        own = select_poses(current, chunk)
        predicted, error = tree_outputs(own, raw[chunk])
        weight = np.full(22, prior_weight, predicted.root.dtype)
        return Prediction(
            predicted,
            error,
            gauss_newton(predicted, select_observations(observations, chunk), predicted, weight),
        )

    for iteration in range(iterations):
        inputs = yield from _share(
            parallel_map(chunk_features, chunks), iteration, 0.4, iterations, len(chunks)
        )
        raw = _along_time(network, np.concatenate(inputs), rate)
        results = yield from _share(
            parallel_map(refine, chunks), iteration + 0.4, 0.6, iterations, len(chunks)
        )
        current = concatenate_poses([result.refined for result in results])
        poses = concatenate_poses([result.poses for result in results])
        sigma = np.concatenate([result.sigma for result in results])
    return Prediction(poses, sigma, current)


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
    size = max(_MIN_CHUNK, min(CHUNK, -(-frames // _LEAST_CHUNKS)))
    return [slice(i, min(i + size, frames)) for i in range(0, frames, size)]


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
    """Split frames (T, F) into interleaved sequences of about FRAME_RATE, run, put back (T, O)."""
    step = max(1, round(rate / FRAME_RATE))
    frames = len(inputs)
    length = -(-frames // step)
    order = np.minimum(np.arange(length * step), frames - 1)
    interleaved = inputs[order].reshape(length, step, -1).transpose(1, 0, 2)
    raw = _in_chunks(network, np.ascontiguousarray(interleaved))
    return raw.transpose(1, 0, 2).reshape(length * step, -1)[:frames]


def _in_chunks(network: Network, inputs: Floats) -> Floats:
    """Run sequences (S, L, F) in overlapping chunks in parallel; the overlap is as far as the
    network sees, so that the result is the same as in one go."""
    reach = sum(network.dilations)
    sequences, length = inputs.shape[:2]
    frames_each = max(_MIN_CHUNK, -(-sequences * length // _LEAST_CHUNKS))
    chunk_length = min(length, _NETWORK_CHUNK, frames_each)
    group = max(1, frames_each // chunk_length)
    chunks = [(s, f) for f in range(0, length, chunk_length) for s in range(0, sequences, group)]

    def run_chunk(chunk: tuple[int, int]) -> Floats:
        sequence, first = chunk
        low, high = max(0, first - reach), min(length, first + chunk_length + reach)
        raw = network(inputs[sequence : sequence + group, low:high])
        return raw[:, first - low : first - low + min(chunk_length, length - first)]

    results = run_steps(parallel_map(run_chunk, chunks))
    groups = -(-sequences // group)
    columns = [results[i : i + groups] for i in range(0, len(results), groups)]
    return np.concatenate([np.concatenate(rows) for rows in columns], axis=1)
