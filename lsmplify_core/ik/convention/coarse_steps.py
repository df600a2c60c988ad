# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps to the tracks on some of the frames, and what they changed carried to all.

What a step to the tracks changes is slow: it answers to how far a limb was turned. So it is found
on a few frames a second, and a uniform cubic B-spline carries it to the frames between (its basis
has a standard deviation of 0.58 intervals, so that it filters the change as well). Turns about
bones that the convention sets are left out of the change; they are set on every frame by itself.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...anatomy.convention import Convention
from ...anatomy.habit import with_twists_of
from ...body.markers import PoseSequence
from ...geometry.skeleton import N_POSED
from ...runtime.array_types import Floats
from ...runtime.progress import run_steps
from ...runtime.threads import parallel_map
from ..learned.predictor import concatenate_poses, frame_chunks
from ..refinement.frames_last import (
    frames_first,
    frames_last,
    product,
    rotation_of,
    rotation_vector,
    transposed_product,
)

STEP_RATE: Final = 24.0
"""Frames a second on which steps are taken; with more the change follows faster movements."""
_BASIS_SIGMA: Final = 3.0**-0.5
"""Standard deviation of the uniform cubic B-spline, in intervals."""


def step_interval(rate: float) -> int:
    """Every how many frames steps are taken at `rate` frames per second."""
    return max(1, int(rate / STEP_RATE))


def step_frames(frames: int, every: int) -> NDArray[np.intp]:
    """Every so many frames; the last one too, which may be nearer to the one before."""
    return np.minimum(np.arange(0, frames - 1 + every, every), frames - 1)


def further_ease(seconds: float, rate: float, every: int) -> float:
    """What is left of a filter over a step's change where the spline filters it already.

    Args:
        seconds: the standard deviation of the filter.
        rate: frames per second.
        every: every how many frames steps are taken.

    Returns:
        The standard deviation in seconds.
    """
    if every == 1:
        return seconds
    return float(np.sqrt(max(seconds**2 - (_BASIS_SIGMA * every / rate) ** 2, 0.0)))


def with_change(
    poses: PoseSequence,
    before: PoseSequence,
    after: PoseSequence,
    bones: Floats,
    convention: Convention,
    every: int,
) -> PoseSequence:
    """Carry what changed on some of the frames to all.

    Args:
        poses: T frames.
        before: some of them (`step_frames`).
        after: the same ones after the change.
        bones: (24, 3) metres, each joint from its parent at rest.
        convention: that the poses are brought into afterwards.
        every: every how many frames there is one of `before`.

    Returns:
        The T poses with the change; to be brought into the convention.
    """
    turned = with_twists_of(after.rotations, before.rotations, bones, convention)
    old, new = (frames_last(r[:, :N_POSED]) for r in (before.rotations, turned))
    turns = frames_first(rotation_vector(transposed_product(old, new)))
    change = np.concatenate((turns.reshape(len(turns), -1), after.root - before.root), axis=1)
    frames = len(poses.root)
    change = between_knots(change, every, frames)

    def part(chunk: slice) -> PoseSequence:
        rotations = poses.rotations[chunk].copy()
        own = frames_last(rotations[:, :N_POSED])
        turn = rotation_of(frames_last(change[chunk, :-3].reshape(-1, N_POSED, 3)))
        rotations[:, :N_POSED] = frames_first(product(own, turn))
        return PoseSequence(rotations, poses.root[chunk] + change[chunk, -3:])

    return concatenate_poses(run_steps(parallel_map(part, frame_chunks(frames))))


def between_knots(values: Floats, every: int, frames: int) -> Floats:
    """A uniform cubic B-spline, evaluated on all frames.

    Args:
        values: (N, C) its coefficients, `every` frames apart. Beyond the ends they are mirrored at
            the end point, so that the spline begins and ends at the first and the last value.
        every: frames from one to the next; 1 for the values as they are.
        frames: how many are asked for, at most (N - 1) `every` + 1.

    Returns:
        (frames, C).
    """
    if every == 1 or len(values) == 1:
        return values if len(values) == frames else np.repeat(values, frames, axis=0)
    before, after = 2.0 * values[:1] - values[1:2], 2.0 * values[-1:] - values[-2:-1]
    padded = np.concatenate((before, values, after, after))
    u = (np.arange(every) / every)[:, None]
    basis = np.concatenate(
        ((1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3), axis=1
    )
    windows = np.stack([padded[i : i + len(values)] for i in range(4)])
    spread = np.tensordot((basis / 6.0).astype(values.dtype), windows, 1)
    return np.swapaxes(spread, 0, 1).reshape(-1, values.shape[1])[:frames]
