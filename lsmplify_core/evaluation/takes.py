# SPDX-License-Identifier: GPL-3.0-or-later
"""From truth to what a method is given: tracks with noise and gaps, disturbed start poses."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..body.body import Body, default_body
from ..body.smpl_file import SmplFile
from ..geometry.kinematics import attached_points, forward
from ..geometry.rotations import axis_angle_to_matrix
from ..geometry.skeleton import JOINT_INDEX, MIRROR, N_POSED
from ..layouts.layout import Layout
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks
from .clips import Clip

_LIMBS = tuple(
    tuple(JOINT_INDEX[f"{side}_{part}"] for part in parts)
    for side in "LR"
    for parts in (("Hip", "Knee", "Ankle"), ("Shoulder", "Elbow", "Wrist"))
)


@dataclass(frozen=True)
class Take:
    """What a method gets, and the truth that it is held against.

    points: (T, K, 3) metres, the true places of the tracks' points, unseen ones too.
    start: the motion to start from, or None where a method gets nothing but the points.
    body: the person's body, or None where a method has to find it. model: the file that the person
    is of, None for people of the default body's proportions. known_truth: what the paper's
    sequential inference is told, the truth of which a method may look at the first frame's pose and
    at every frame's place, and at nothing else; None where nothing is told.
    """

    name: str
    tracks: Tracks
    layout: Layout
    truth: Motion
    points: Floats
    start: Motion | None = None
    body: Body | None = None
    model: SmplFile | None = None
    known_truth: Motion | None = None


def keypoints(motion: Motion, layout: Layout) -> Floats:
    """(T, K, 3) metres: the layout's points on a moving body.

    Offsets grow with the body's size; they are the layout's own on the default body.
    """
    size = motion.body.height / default_body().height
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    return attached_points(turned, placed, layout.joints, size * layout.offsets)


def make_take(clip: Clip, layout: Layout, noise_mm: float = 0.0, dropout: float = 0.0) -> Take:
    """Tracks of the layout's points by forward kinematics, the same ones at every call.

    noise_mm: standard deviation along each axis, new in every frame. dropout: share of samples
    missing, in runs of 5 to 60 frames, point by point.
    """
    random = np.random.default_rng([clip.seed, 2])
    points = keypoints(clip.motion, layout)
    seen = points + 0.001 * noise_mm * random.standard_normal(points.shape)
    seen[gaps(points.shape[:2], dropout, random)] = np.nan
    tracks = Tracks(seen, layout.names, clip.motion.rate, clip.name, unit=1.0, up="+z")
    return Take(clip.name, tracks, layout, clip.motion, points, model=clip.model)


def gaps(shape: tuple[int, ...], share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """(T, K) booleans with `share` of every point's frames in runs of 5 to 60 frames."""
    frames, count = shape
    missing = np.zeros((frames, count), dtype=bool)
    wanted = round(share * frames)
    for point in range(count):
        column = missing[:, point]
        while column.sum() < wanted:
            first = _whole(random, -4, frames)
            run = np.zeros(frames, dtype=bool)
            run[max(first, 0) : first + _whole(random, 5, 61)] = True
            new = np.flatnonzero(run & ~column)
            column[new[: wanted - int(column.sum())]] = True
    return missing


def between(take: Take, first: int, last: int) -> Take:
    """The frames from `first` up to but without `last`."""
    return replace(
        take,
        tracks=replace(take.tracks, positions=take.tracks.positions[first:last]),
        truth=cut(take.truth, first, last),
        points=take.points[first:last],
    )


def cut(motion: Motion, first: int, last: int) -> Motion:
    """A motion's frames from `first` up to but without `last`."""
    return replace(
        motion,
        rotations=motion.rotations[first:last],
        root=motion.root[first:last],
        track_error=None,
    )


def disturbed(motion: Motion, seed: int) -> Motion:
    """What a poor estimator might say of a motion, the same at every call.

    Every joint errs by 8 to 15 degrees (half from frame to frame, half slowly); the root drifts by
    some centimetres; now and then a limb freezes, or takes the pose of the limb on the other side.
    """
    random = np.random.default_rng([seed, 3])
    rotations = motion.rotations.copy()
    for first, last, limb in _spells(motion.frames, random):
        rotations[first:last, limb] = rotations[first, limb]
    before = rotations.copy()
    for first, last, limb in _spells(motion.frames, random):
        rotations[first:last, limb] = _mirrored(before[first:last][:, [MIRROR[j] for j in limb]])
    size = np.radians(random.uniform(8, 15, N_POSED))[:, None]
    fast = random.standard_normal((motion.frames, N_POSED, 3))
    slow = _slow(motion.frames, N_POSED * 3, motion.rate, random).reshape(fast.shape)
    # a Gaussian vector of unit spread has the mean length 2 sqrt(2 / pi)
    noise = size * (fast + slow) / np.sqrt(2) / (2 * np.sqrt(2 / np.pi))
    rotations[:, :N_POSED] = rotations[:, :N_POSED] @ axis_angle_to_matrix(noise)
    root = motion.root + 0.04 * _slow(motion.frames, 3, motion.rate, random)
    return replace(motion, rotations=rotations, root=root, track_error=None)


def _spells(frames: int, random: np.random.Generator) -> list[tuple[int, int, list[int]]]:
    """Stretches of 10 to 60 frames with one limb each, one in about 150 frames."""
    firsts = [_whole(random, 0, frames) for _ in range(-(-frames // 150))]
    return [
        (first, first + _whole(random, 10, 61), list(_LIMBS[_whole(random, 0, len(_LIMBS))]))
        for first in firsts
    ]


def _whole(random: np.random.Generator, low: int, high: int) -> int:
    """A whole number from `low` up to but without `high`."""
    return math.floor(random.uniform(low, high))


def _mirrored(rotations: Floats) -> Floats:
    """Rotations seen in a mirror across the body's middle: y and z turns change sign."""
    flip = np.diag([-1.0, 1.0, 1.0])
    return flip @ rotations @ flip


def _slow(frames: int, count: int, rate: float, random: np.random.Generator) -> Floats:
    """(T, count) noise of unit spread that changes over about two seconds."""
    knots = max(int(np.ceil(frames / rate / 2)), 1) + 3
    values = random.standard_normal((knots, count))
    at = np.arange(frames) / rate / 2
    low = at.astype(int)
    t = (1 - np.cos(np.pi * (at - low)))[:, None] / 2
    mixed = (1 - t) * values[low] + t * values[low + 1]
    return mixed / np.sqrt((1 - t) ** 2 + t**2)
