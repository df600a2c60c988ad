# SPDX-License-Identifier: GPL-3.0-or-later
"""Learned inverse kinematics over a whole take: rounds of network and Gauss–Newton.

Each round the network predicts the residual rotations from the current pose of every frame, seeing
its neighbours before and after, and one Gauss–Newton step brings that pose to the tracks. The
frames of a take run as one batch, so that there is no drift: no frame waits for the one before.
The network looks along time at 15 frames per second; a faster take is dealt out, like cards, into
interleaved sequences of about that rate.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..body.markers import MarkerObservations, PoseSequence
from ..runtime.array_types import Floats
from ..runtime.progress import finished, mapped
from ..runtime.threads import parallel_map, workers
from .features import features
from .gauss_newton import gauss_newton
from .network import FRAME_RATE, Network, apply_outputs

R = TypeVar("R")

ITERATIONS: Final = 3
CHUNK: Final = 256
_MIN_CHUNK: Final = 24
_NETWORK_CHUNK: Final = 512
"""Frames worked on at once: few enough for the processor's cache, many enough for NumPy."""


@dataclass(frozen=True)
class Prediction:
    """guess: the network's pose. expected: (T, 22) radians, the error it expects of itself.
    fitted: the guess after a step to the tracks."""

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
    """Run the rounds from `start` (T frames at `rate` per second); yields the share done.

    stiffness: m² per rad², the pull of the network's pose in the step between rounds; it was
    trained with 5e-4 to 2e-2.
    """
    current = initial_poses
    poses, sigma = initial_poses, np.ones((*initial_poses.root.shape[:1], 22), np.float32)
    chunks = frame_chunks(len(initial_poses.root))

    def chunk_features(chunk: slice) -> Floats:
        return features(select_poses(current, chunk), select_observations(observations, chunk))

    def refine(chunk: slice) -> Prediction:
        own = select_poses(current, chunk)
        predicted, error = apply_outputs(own, raw[chunk], own.rotations[:, 0])
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
        current = concatenate_poses([found.refined for found in results])
        poses = concatenate_poses([found.poses for found in results])
        sigma = np.concatenate([found.sigma for found in results])
    return Prediction(poses, sigma, current)


def _share(
    steps: Generator[int, None, list[R]], before: float, share: float, iterations: int, count: int
) -> Generator[float, None, list[R]]:
    """Turn pieces done into the share of all rounds done."""
    return (
        yield from mapped(
            steps, lambda done: (before * count + share * done) / (iterations * count)
        )
    )


def frame_chunks(frames: int) -> list[slice]:
    """Slices that cover `frames` in pieces of at most CHUNK, enough of them for every worker."""
    size = max(_MIN_CHUNK, min(CHUNK, -(-frames // workers())))
    return [slice(i, min(i + size, frames)) for i in range(0, frames, size)]


Frames = slice | NDArray[np.bool_] | NDArray[np.intp]
"""Some frames of a take."""


def select_poses(poses: PoseSequence, frames: Frames) -> PoseSequence:
    """Some frames of a state."""
    return PoseSequence(poses.rotations[frames], poses.root[frames])


def select_observations(observations: MarkerObservations, frames: Frames) -> MarkerObservations:
    """Some frames of a take's target."""
    return MarkerObservations(
        observations.bones,
        observations.joints,
        observations.offsets,
        observations.points[frames],
        observations.weights[frames],
    )


def concatenate_poses(parts: list[PoseSequence]) -> PoseSequence:
    """Put the pieces of a take together again."""
    return PoseSequence(
        np.concatenate([p.rotations for p in parts]), np.concatenate([p.root for p in parts])
    )


def _along_time(network: Network, inputs: Floats, rate: float) -> Floats:
    """Deal the frames (T, F) out into sequences of about FRAME_RATE, run, and put back (T, O)."""
    step = max(1, round(rate / FRAME_RATE))
    frames = len(inputs)
    length = -(-frames // step)
    order = np.minimum(np.arange(length * step), frames - 1)
    interleaved = inputs[order].reshape(length, step, -1).transpose(1, 0, 2)
    raw = _in_chunks(network, np.ascontiguousarray(interleaved))
    return raw.transpose(1, 0, 2).reshape(length * step, -1)[:frames]


def _in_chunks(network: Network, inputs: Floats) -> Floats:
    """Run sequences (S, L, F) in overlapping stretches side by side; the overlap is as far as the
    network sees, so that the result is the same as in one go."""
    reach = sum(network.dilations)
    sequences, length = inputs.shape[:2]
    frames_each = -(-sequences * length // workers())
    chunk_length = min(length, max(_MIN_CHUNK, min(_NETWORK_CHUNK, frames_each)))
    group = max(1, frames_each // chunk_length)
    chunks = [(s, f) for f in range(0, length, chunk_length) for s in range(0, sequences, group)]

    def run_chunk(chunk: tuple[int, int]) -> Floats:
        sequence, first = chunk
        low, high = max(0, first - reach), min(length, first + chunk_length + reach)
        raw = network(inputs[sequence : sequence + group, low:high])
        return raw[:, first - low : first - low + min(chunk_length, length - first)]

    results = finished(parallel_map(run_chunk, chunks))
    groups = -(-sequences // group)
    columns = [results[i : i + groups] for i in range(0, len(results), groups)]
    return np.concatenate([np.concatenate(rows) for rows in columns], axis=1)
