# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames of a take that the network sees, and the poses of those between them.

The network looks along time at 15 frames per second, and its poses are smoothed over more than that
anyway. So a faster take shows it every second, fourth or eighth frame; the poses between are
interpolated, and all of them are then brought to the tracks.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...body.markers import PoseSequence
from ...runtime.array_types import Floats
from ...runtime.progress import run_steps
from ...runtime.threads import parallel_map
from ..refinement.frames_last import frames_first, gram_schmidt
from .network import FRAME_RATE
from .predictor import Prediction, concatenate_poses, frame_chunks

_MIN_FRAMES: Final = 12
"""A take that would show the network fewer frames shows it all."""


def network_step(rate: float, noisy: bool) -> int:
    """Frames from one that the network sees to the next."""
    return max(1, round(rate / (2.0 * FRAME_RATE if noisy else FRAME_RATE)))


def step_between(frames: int, rate: float, noisy: bool = False) -> int:
    """Frames from one that the network sees to the next, in a take of so many: 1 where they are
    few."""
    step = network_step(rate, noisy)
    return 1 if frames < _MIN_FRAMES * step else step


def network_frames(
    frames: int, rate: float, noisy: bool = False, first: int = 0
) -> NDArray[np.intp]:
    """Every so many of a take's frames, about as many a second as the network knows, and the first
    and the last; of a noisy take twice as many, which average more of the noise away.

    Args:
        frames: of the take.
        rate: frames per second.
        noisy: whether its tracks are so noisy that they are smoothed.
        first: the number of its first frame on the capture's clock. Frames are chosen by that
            clock, so that a part of a take shows the network those that the whole one does.

    Returns:
        Their numbers within the take, in ascending order.
    """
    step = step_between(frames, rate, noisy)
    return with_ends(np.arange(-first % step, frames, step), frames)


def with_ends(some: NDArray[np.intp], frames: int) -> NDArray[np.intp]:
    """Some frames of a take, in ascending order, with its first and its last."""
    return np.unique(np.concatenate(([0], some, [frames - 1])))


def between(prediction: Prediction, known: NDArray[np.intp], frames: int) -> Prediction:
    """A prediction of all frames of a take from that of some of them.

    Args:
        prediction: of the known frames.
        known: their numbers in ascending order, the first and the last frame among them.
        frames: T.

    Returns:
        Of T frames: cubic interpolation of rotations' first two columns and of the root, linear of
        sigma.
    """
    if len(known) == frames:
        return prediction
    at, weights = _cubic(known, frames)
    parts = run_steps(
        parallel_map(
            lambda part: (
                _mixed(prediction.poses, at[part], weights[part]),
                _mixed(prediction.refined, at[part], weights[part]),
            ),
            frame_chunks(frames),
        )
    )
    poses, refined = (concatenate_poses(list(column)) for column in zip(*parts, strict=True))
    low = np.clip(np.searchsorted(known, np.arange(frames), side="right") - 1, 0, len(known) - 2)
    share = ((np.arange(frames) - known[low]) / (known[low + 1] - known[low]))[:, None]
    before, after = prediction.sigma[low], prediction.sigma[low + 1]
    sigma = before + share.astype(before.dtype) * (after - before)
    return Prediction(poses, sigma, refined)


def _cubic(known: NDArray[np.intp], frames: int) -> tuple[NDArray[np.intp], Floats]:
    """For each frame four of the known ones (T, 4) and their weights (T, 4): Hermite's cubic with
    slopes from the neighbours on both sides (Catmull and Rom 1974)."""
    every = np.arange(frames)
    low = np.clip(np.searchsorted(known, every, side="right") - 1, 0, len(known) - 2)
    at = np.clip(low[:, None] + np.arange(-1, 3), 0, len(known) - 1)
    t = known[at].astype(np.float64)
    width = t[:, 2] - t[:, 1]
    u = (every - t[:, 1]) / width
    slopes = (u * (1 - u) ** 2 * width / (t[:, 2] - t[:, 0]),
              -(u**2) * (1 - u) * width / (t[:, 3] - t[:, 1]))  # fmt: skip
    later = u * u * (3 - 2 * u)
    weights = np.stack((-slopes[0], 1 - later - slopes[1], later + slopes[0], slopes[1]), axis=-1)
    return at, weights


def _mixed(poses: PoseSequence, at: NDArray[np.intp], weights: Floats) -> PoseSequence:
    """Weighted means (T,) of four poses each."""
    kind, frames = poses.root.dtype, len(at)
    weights = weights.astype(kind)
    flat = poses.rotations.reshape(len(poses.rotations), -1)
    mixed, root = (
        sum(weights[:, n, None] * values[at[:, n]] for n in range(at.shape[1]))
        for values in (flat, poses.root)
    )
    columns = np.asarray(mixed).reshape(frames, -1, 3, 3)[..., :2].transpose(3, 2, 1, 0)
    return PoseSequence(frames_first(gram_schmidt(columns.copy())), np.asarray(root))
