# SPDX-License-Identifier: GPL-3.0-or-later
"""From coarse to fine along time: where the network's last iteration begins.

A few frames a second are solved from the resting pose, which takes the network several iterations.
The frames between them begin between their poses, so near the truth that one iteration is enough
for all.
"""

from collections.abc import Callable, Generator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...body.markers import MarkerObservations, PoseSequence
from ..problem import LEAST_POINTS
from ..smoothing import fill_frames
from .network import Network
from .network_frames import with_ends
from .predictor import Prediction, predict_steps, select_observations, select_poses

COARSE_RATE: Final = 5.0
"""Frames per second that are solved first. The network learned at 10 to 30; at 5 its iterations
are a little worse, which the last one, over all frames, makes good."""
_MIN_COARSE_FRAMES: Final = 3
"""A take with fewer such frames is not worth it."""


def coarse_stride(frames: int, rate: float) -> int:
    """Frames of a take from one that is solved first to the next; 1 where all are."""
    stride = max(1, int(rate / COARSE_RATE + 0.5))
    return stride if frames >= _MIN_COARSE_FRAMES * stride else 1


def first_coarse(shown: NDArray[np.intp], first: int, stride: int) -> int:
    """Which of the frames that the network sees is solved first by the capture's clock, so that a
    part of a take begins with those of the whole; its very first is solved in any case.

    Args:
        shown: numbers of the frames that the network sees, within the take.
        first: the number of the take's first frame on the capture's clock.
        stride: frames that the network sees from one that is solved first to the next.

    Returns:
        An index into `shown`.
    """
    regular = shown[1:3]  # the very first and the last may lie between those of the clock
    if len(regular) < 2:
        return 0
    step = int(regular[1] - regular[0])
    return (-(first + int(regular[0])) // step % stride + 1) % stride


def coarse_steps(
    network: Network,
    initial_poses: PoseSequence,
    observations: MarkerObservations,
    rate: float,
    iterations: int,
    prior_weight: float,
    first: int = 0,
    predict: Callable[..., Generator[float, None, Prediction]] = predict_steps,
) -> Generator[float, None, PoseSequence]:
    """Solve every `coarse_stride`-th frame and set the others between them.

    Args:
        network: the trained weights.
        initial_poses: T frames to begin from.
        observations: the tracks, on a body of the size that the network knows.
        rate: frames per second.
        iterations: of network and Gauss–Newton on the coarse frames.
        prior_weight: m² per rad², as in `predict_steps`.
        first: the first of those that are solved, after the take's very first, which is one too.
        predict: `predict_steps`, or that of another backend.

    Yields:
        The share that is done, 0 to 1.

    Returns:
        Poses of all T frames.
    """
    total = len(initial_poses.root)
    stride = coarse_stride(total, rate)
    coarse = with_ends(np.arange(first, total, stride), total)
    coarse_observations = select_observations(observations, coarse)
    prediction = yield from predict(
        network,
        select_poses(initial_poses, coarse),
        coarse_observations,
        rate / stride,
        iterations,
        prior_weight,
    )
    rotations, root = initial_poses.rotations.copy(), initial_poses.root.copy()
    rotations[coarse], root[coarse] = prediction.refined.rotations, prediction.refined.root
    solved = np.zeros(total, dtype=bool)
    visible = (coarse_observations.weights > 0).sum(
        axis=1
    ) >= LEAST_POINTS  # others are no place to begin from
    solved[coarse[visible] if visible.any() else coarse] = True
    filled = fill_frames(PoseSequence(rotations, root), solved)
    kind = initial_poses.root.dtype
    return PoseSequence(filled.rotations.astype(kind), filled.root.astype(kind))
