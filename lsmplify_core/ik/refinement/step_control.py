# SPDX-License-Identifier: GPL-3.0-or-later
"""Backtracking: a step of the sequence solver is taken only as far as it does not lead away from
the tracks.

Where a limb or a spine is folded, turns of neighbouring joints nearly cancel each other. A linear
step along such a direction can be long, and a long step is not linear.
"""

from typing import Final

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence
from ...runtime.array_types import Floats
from ...runtime.progress import run_steps
from ...runtime.threads import parallel_map
from ..learned.predictor import frame_chunks, select_observations, select_poses
from ..smoothing import gaussian_filter, interpolate_poses
from .posed_tree import squared_residuals

_STEP_SIZES: Final = (0.5, 0.25, 0.1, 0.0)
"""Shares of a step that are tried one after the other where the whole step leads away."""
_ALLOWED_GROWTH: Final = 2.0
"""Times that the mean squared distance to the tracks may grow; steps that smooth noise away grow it
too. Smaller values keep noise."""
_ALWAYS_ALLOWED: Final = 0.012**2
"""Metres squared: a mean squared distance up to this is never a reason to shorten a step."""
_EASE_SECONDS: Final = 0.06
"""Seconds, standard deviation of the filter over the shares, so that they don't jump between
frames."""


def backtracked(
    before: PoseSequence, after: PoseSequence, observations: MarkerObservations, rate: float
) -> PoseSequence:
    """The step, or less of it in frames that would end up further from the tracks.

    Args:
        before: T frames.
        after: the same frames after the step.
        observations: with the weights that the step was made with.
        rate: frames per second.

    Returns:
        `after` itself where no frame got worse; it costs two comparisons then.
    """
    distance_before = _mean_square_distance(before, observations)
    limit = np.maximum(_ALLOWED_GROWTH * distance_before, _ALWAYS_ALLOWED)
    bad = _mean_square_distance(after, observations) > limit
    if not bad.any():
        return after
    share = np.ones(len(bad))
    for value in _STEP_SIZES:
        share[bad] = value
        candidate = interpolate_poses(
            select_poses(before, bad), select_poses(after, bad), share[bad]
        )
        worse = (
            _mean_square_distance(candidate, select_observations(observations, bad)) > limit[bad]
        )
        bad[np.flatnonzero(bad)[~worse]] = False
        if not bad.any():
            break
    smooth_share = gaussian_filter(
        _least_around(share, max(1, round(2 * _EASE_SECONDS * rate)))[:, None], _EASE_SECONDS * rate
    )
    return interpolate_poses(before, after, np.clip(smooth_share[:, 0], 0.0, 1.0))


def _mean_square_distance(poses: PoseSequence, observations: MarkerObservations) -> Floats:
    """(T,) mean squared distance to the tracks, metres squared, by their weights."""

    def chunk_mean(chunk: slice) -> Floats:
        visible = select_observations(observations, chunk)
        weights = visible.weights.T
        squared = squared_residuals(select_poses(poses, chunk), visible) * weights
        return squared.sum(axis=0) / (weights.sum(axis=0) + 1e-6)

    return np.concatenate(run_steps(parallel_map(chunk_mean, frame_chunks(len(poses.root)))))


def _least_around(values: Floats, reach: int) -> Floats:
    """The least value within `reach` frames on both sides."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
