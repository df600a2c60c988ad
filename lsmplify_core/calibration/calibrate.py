# SPDX-License-Identifier: GPL-3.0-or-later
"""One body for a take: proportions and point offsets, found before the poses are solved.

Poses and shape are solved together on some of the take's best frames, as MoSh (Loper et al. 2014)
and momentum do: Gauss–Newton on every frame's pose and on the one shape they share, the poses
eliminated by the Schur complement. The network's pose is the prior of the poses, the mean body of
the shape space and the layout's offsets that of the shape, so that what the tracks don't show stays
plausible.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import Body
from ..body.markers import MarkerObservations, PoseSequence, residuals_of
from ..body.shape_space import ShapeSpace
from ..geometry.kinematics import attached_points, forward
from ..geometry.skeleton import N_JOINTS
from ..ik.learned.network import Network
from ..ik.learned.predictor import Prediction, predict_steps, select_observations, select_poses
from ..ik.problem import at_network_size
from ..ik.root_alignment import align_root, torso_weights
from ..runtime.array_types import Floats
from ..runtime.progress import with_progress
from ..tracks.noise import track_noise
from .shape_fit import CORRELATED_FRAMES_AT_JOINTS, OffsetPrior, pose_and_shape_step
from .windows import best_windows, with_neighbours

_ITERATIONS: Final = 3
_STEPS: Final = 3
"""Iterations of the network in the first pass (one in the later ones, which begin near), and
Gauss–Newton steps on poses and shape together, in each pass."""
_STEPS_OF_SHORT: Final = 2
"""Gauss–Newton steps in each pass of a take that is so short that it is one window; a third one
changes nothing of its poses."""
_ITERATIONS_OF_SHORT: Final = 2
"""Iterations of the network in the first pass of such a take where it shows keypoints at joints; a
third one changes nothing of its poses. Markers on the skin need it."""
_CONVERGED: Final = (0.01, 0.004)
"""A step that changes no number of the shape and no offset (metres) by more is the last of a pass:
each is about a tenth of the one before."""
_MIN_NOISE: Final = 0.005
"""Metres: the error that a track is thought to have, if it doesn't tremble by more; what the priors
are weighed against."""
_OUTLIER: Final = (0.02, 3.0)
"""A frame whose points are further from the body than so many metres and so many times what is
usual is left out of the next pass."""


@dataclass(frozen=True)
class Calibration:
    """body: the person. offsets: (K, 3) metres, the take's points in their joints' frames.
    residual: metres along an axis, how far the points stay from the fitted body all the same.
    shape: the numbers of the shape space that make the body. frames: (N,) those calibrated on.
    poses: the body in them, in metres."""

    body: Body
    offsets: Floats
    residual: float
    shape: Floats
    frames: NDArray[np.intp]
    poses: PoseSequence


@dataclass(frozen=True)
class FixedOffsets:
    """Offsets known beforehand: offsets (K, 3) metres in the joints' frames, where known (K,)."""

    offsets: Floats
    known: NDArray[np.bool_]


def rough_size(body: Body, observations: MarkerObservations) -> float:
    """How many times larger than `body` the person is: the median over the frames of the ratio of
    the torso points' spread to that of the resting body's (all points' where the torso shows
    fewer than three)."""
    rest = np.broadcast_to(np.eye(3), (N_JOINTS, 3, 3))
    global_rotations, joint_positions = forward(rest, body.offsets, np.zeros(3))
    model = attached_points(
        global_rotations, joint_positions, observations.joints, observations.offsets
    )
    trust = torso_weights(observations.joints, observations.offsets)
    use = trust > 0.5 if (trust > 0.5).sum() >= 3 else np.ones(len(trust), dtype=bool)
    w = observations.weights[:, use]
    enough = w.sum(axis=1) >= min(3, use.sum())
    if not enough.any():
        return 1.0
    w = w[enough]
    seen = _rms_radius(observations.points[enough][:, use], w)
    own = _rms_radius(np.broadcast_to(model[use], (*w.shape, 3)), w)
    return float(np.median(seen / np.maximum(own, 1e-6)))


def _rms_radius(points: Floats, w: Floats) -> Floats:
    total = w.sum(axis=1)
    centre = np.einsum("nk,nkd->nd", w, points) / total[:, None]
    squared = np.square(points - centre[:, None]).sum(axis=-1)
    return np.sqrt((w * squared).sum(axis=1) / total)


def calibrate_steps(
    network: Network,
    space: ShapeSpace,
    observations: MarkerObservations,
    rate: float,
    fixed: bool = False,
    passes: int = 2,
    loose: float = 1.0,
    fixed_offsets: FixedOffsets | None = None,
) -> Generator[float, None, Calibration]:
    """Find the body and the points' offsets of a take.

    Args:
        network: the trained weights.
        space: how the body may vary.
        observations: the take's (T, K) points in metres, with the layout's offsets on the mean
        body. rate: frames per second. fixed: keep the mean body and find the offsets alone. passes:
        of network, poses and shape. loose: how many times further than usual the points may be from
        the layout's offsets. fixed_offsets: offsets that are known.

    Yields:
        The share that is done, 0 to 1.

    Returns:
        The person, the offsets and the poses of the frames that were calibrated on.
    """
    shape = space.start(1.0 if fixed else rough_size(space.mean, observations))
    size = space.size(shape)
    windows = best_windows(observations, rate)
    offsets = observations.offsets * size
    prior = observations.offsets.copy()
    if fixed_offsets is not None:
        offsets = np.where(fixed_offsets.known[:, None], fixed_offsets.offsets, offsets)
        prior = np.where(fixed_offsets.known[:, None], fixed_offsets.offsets / size, prior)
    offset_prior = OffsetPrior(
        prior, loose, np.zeros(len(prior), bool) if fixed_offsets is None else fixed_offsets.known
    )
    noise = max(_MIN_NOISE, track_noise(observations.points, observations.weights))
    poses = PoseSequence(np.zeros(0), np.zeros(0))
    excluded = np.zeros(windows.frames.shape, dtype=bool)
    every = np.arange(len(windows.frames))
    window_observations, rows = observations, every
    steps = _STEPS_OF_SHORT if windows.whole else _STEPS
    few = windows.whole and offset_prior.keypoints
    for number in range(passes):
        every_other = (
            offset_prior.keypoints and number < passes - 1
        )  # places on the skin take all that is seen
        before, rows = rows, windows.every_other if every_other else every
        window_observations = select_observations(observations, windows.frames[rows].reshape(-1))
        window_observations = replace(
            window_observations,
            weights=window_observations.weights * ~excluded[rows].reshape(-1, 1),
        )
        unit, local = at_network_size(window_observations, space.body(shape), offsets)
        if number == 0:
            rest = np.eye(3, dtype=np.float32) + np.zeros((1, N_JOINTS, 1, 1), np.float32)
            start, iterations = (
                align_root(rest, local),
                _ITERATIONS_OF_SHORT if few else _ITERATIONS,
            )
        else:
            if len(before) < len(rows):
                poses = windows.between(poses, before)
            root = (poses.root / unit).astype(np.float32)
            start, iterations = PoseSequence(poses.rotations.astype(np.float32), root), 1
        prediction = yield from _shares(
            predict_steps(network, start, local, windows.frame_rate(rows), iterations),
            number,
            passes,
        )
        poses = PoseSequence(
            prediction.refined.rotations.astype(np.float64),
            prediction.refined.root * np.float64(unit),
        )
        if offset_prior.keypoints and len(rows) == len(every):
            # the network wants to see motion; for the body frames that repeat each other are one
            rows = windows.every_other
            part = windows.rows_of(rows)
            poses = select_poses(poses, part)
            prediction = replace(prediction, poses=select_poses(prediction.poses, part))
            window_observations = select_observations(window_observations, part)
        repeats = CORRELATED_FRAMES_AT_JOINTS[0 if number < passes - 1 else 1]
        for _ in range(steps):
            known = (shape, offsets)
            poses, shape, offsets = pose_and_shape_step(
                space, window_observations, poses, prediction.poses, shape, offsets, offset_prior,
                fixed, repeats, noise,
            )  # fmt: skip
            if _converged(known, (shape, offsets)):
                break
        outliers = _outlier_frames(poses, window_observations, space.body(shape), offsets)
        window_observations = replace(
            window_observations, weights=window_observations.weights * ~outliers[:, None]
        )
        excluded[rows] |= outliers.reshape(len(rows), -1)
        excluded = with_neighbours(excluded, rows)
        yield (number + 1) / passes
    person = space.body(shape)
    residual = _residual(poses, window_observations, person, offsets)
    frames = windows.frames[rows].reshape(-1)
    return Calibration(person, offsets, residual, shape, frames, poses)


def _converged(before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> bool:
    """Whether the last step changed shape and offsets so little that another would change
    nothing."""
    changes = (np.abs(a - b).max() for a, b in zip(after, before, strict=True))
    return all(change < least for change, least in zip(changes, _CONVERGED, strict=True))


def _outlier_frames(
    poses: PoseSequence, window_observations: MarkerObservations, person: Body, offsets: Floats
) -> NDArray[np.bool_]:
    """Frames that stay far from the body, beside the others, and are to count no more: an interval
    of swapped or drifting points must not shape the person."""
    on_body = replace(window_observations, bones=person.offsets, offsets=offsets)
    distance = np.linalg.norm(residuals_of(poses, on_body), axis=-1) * (
        window_observations.weights > 0
    )
    mean = distance.sum(axis=1) / np.maximum((window_observations.weights > 0).sum(axis=1), 1)
    visible = (window_observations.weights > 0).any(axis=1)
    if not visible.any():
        return ~visible
    outliers: NDArray[np.bool_] = mean > max(
        _OUTLIER[0], _OUTLIER[1] * float(np.median(mean[visible]))
    )
    return outliers


def _residual(
    poses: PoseSequence, window_observations: MarkerObservations, person: Body, offsets: Floats
) -> float:
    on_body = replace(window_observations, bones=person.offsets, offsets=offsets)
    distance = np.linalg.norm(residuals_of(poses, on_body), axis=-1)[
        window_observations.weights > 0
    ]
    return float(np.median(distance) / np.sqrt(3.0)) if distance.size else 0.0


def _shares(
    steps: Generator[float, None, Prediction], number: int, passes: int
) -> Generator[float, None, Prediction]:
    return (yield from with_progress(steps, lambda done: (number + 0.8 * done) / passes))
