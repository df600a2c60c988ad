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
from ..body.markers import MarkerObservations, PoseSequence, compare
from ..body.shape_space import ShapeSpace
from ..geometry.kinematics import attached_points, forward
from ..geometry.skeleton import N_JOINTS
from ..ik.network import Network
from ..ik.predictor import Prediction, predict_steps, select_observations
from ..ik.problem import at_network_size
from ..ik.root_alignment import align_root, torso_weights
from ..runtime.array_types import Floats
from ..runtime.progress import mapped
from ..tracks.noise import track_noise
from .shape_fit import REPEATS_AT_JOINTS, OffsetPull, joint_step
from .windows import best_runs, with_neighbours

_ROUNDS: Final = 3
_STEPS: Final = 3
"""Rounds of the network in the first pass (one in the later ones, which begin near), and
Gauss–Newton steps on poses and shape together, in each pass."""
_SETTLED: Final = (0.01, 0.004)
"""A step that changes no number of the shape and no offset (metres) by more is the last of a pass:
each is about a tenth of the one before."""
_NOISE: Final = 0.005
"""Metres: the error that a track is thought to have, if it doesn't tremble by more; what the priors
are weighed against."""
_FAR: Final = (0.02, 3.0)
"""A frame whose points are further from the body than so many metres and so many times what is usual
is left out of the next pass."""


@dataclass(frozen=True)
class Calibration:
    """body: the person. offsets: (K, 3) metres, the take's points in their joints' frames.
    misfit: metres along an axis, how far the points stay from the fitted body all the same. shape:
    the numbers of the shape space that make the body. frames: (N,) those calibrated on. poses: the
    body in them, in metres."""

    body: Body
    offsets: Floats
    misfit: float
    shape: Floats
    frames: NDArray[np.intp]
    poses: PoseSequence


@dataclass(frozen=True)
class Held:
    """Offsets known beforehand: offsets (K, 3) metres in the joints' frames, where known (K,)."""

    offsets: Floats
    known: NDArray[np.bool_]


def rough_size(body: Body, target: MarkerObservations) -> float:
    """How many times larger than `body` the person is: the median over the frames of the ratio of
    the torso points' spread to that of the resting body's (all points' where the torso shows
    fewer than three)."""
    rest = np.broadcast_to(np.eye(3), (N_JOINTS, 3, 3))
    turned, placed = forward(rest, body.offsets, np.zeros(3))
    model = attached_points(turned, placed, target.joints, target.offsets)
    trust = torso_weights(target.joints, target.offsets)
    use = trust > 0.5 if (trust > 0.5).sum() >= 3 else np.ones(len(trust), dtype=bool)
    w = target.weights[:, use]
    enough = w.sum(axis=1) >= min(3, use.sum())
    if not enough.any():
        return 1.0
    w = w[enough]
    seen = _spread(target.points[enough][:, use], w)
    own = _spread(np.broadcast_to(model[use], (*w.shape, 3)), w)
    return float(np.median(seen / np.maximum(own, 1e-6)))


def _spread(points: Floats, w: Floats) -> Floats:
    total = w.sum(axis=1)
    centre = np.einsum("nk,nkd->nd", w, points) / total[:, None]
    away = np.square(points - centre[:, None]).sum(axis=-1)
    return np.sqrt((w * away).sum(axis=1) / total)


def calibrate_steps(
    network: Network,
    space: ShapeSpace,
    target: MarkerObservations,
    rate: float,
    fixed: bool = False,
    passes: int = 2,
    loose: float = 1.0,
    held: Held | None = None,
) -> Generator[float, None, Calibration]:
    """Find the body and offsets of a take; yields the share done.

    loose: how many times further than usual the points may be from the layout's offsets. held:
    offsets that are known.
    space: how the body may vary. target: the take's (T, K) points in metres with the layout's
    offsets on the mean body. fixed: keep that body and find the offsets alone.
    """
    shape = space.start(1.0 if fixed else rough_size(space.mean, target))
    size = space.size(shape)
    runs = best_runs(target, rate)
    offsets = target.offsets * size
    prior = target.offsets.copy()
    if held is not None:
        offsets = np.where(held.known[:, None], held.offsets, offsets)
        prior = np.where(held.known[:, None], held.offsets / size, prior)
    pull = OffsetPull(prior, loose, np.zeros(len(prior), bool) if held is None else held.known)
    noise = max(_NOISE, track_noise(target.points, target.weights))
    poses = PoseSequence(np.zeros(0), np.zeros(0))
    lost = np.zeros(runs.frames.shape, dtype=bool)
    every = np.arange(len(runs.frames))
    take, rows = target, every
    for turn in range(passes):
        thin = pull.keypoints and turn < passes - 1  # places on the skin take all that is seen
        before, rows = rows, runs.thin if thin else every
        take = select_observations(target, runs.frames[rows].reshape(-1))
        take = replace(take, weights=take.weights * ~lost[rows].reshape(-1, 1))
        unit, local = at_network_size(take, space.body(shape), offsets)
        if turn == 0:
            rest = np.eye(3, dtype=np.float32) + np.zeros((1, N_JOINTS, 1, 1), np.float32)
            start, rounds = align_root(rest, local), _ROUNDS
        else:
            if len(before) < len(rows):
                poses = runs.between(poses, before)
            root = (poses.root / unit).astype(np.float32)
            start, rounds = PoseSequence(poses.rotations.astype(np.float32), root), 1
        learned = yield from _shares(
            predict_steps(network, start, local, runs.clock(rows), rounds), turn, passes
        )
        poses = PoseSequence(
            learned.refined.rotations.astype(np.float64), learned.refined.root * np.float64(unit)
        )
        repeats = REPEATS_AT_JOINTS[0 if turn < passes - 1 else 1]
        for _ in range(_STEPS):
            known = (shape, offsets)
            poses, shape, offsets = joint_step(
                space, take, poses, learned.poses, shape, offsets, pull, fixed, repeats, noise,
            )  # fmt: skip
            if _settled(known, (shape, offsets)):
                break
        far = _lost(poses, take, space.body(shape), offsets)
        take = replace(take, weights=take.weights * ~far[:, None])
        lost[rows] |= far.reshape(len(rows), -1)
        lost = with_neighbours(lost, rows)
        yield (turn + 1) / passes
    person = space.body(shape)
    misfit = _misfit(poses, take, person, offsets)
    frames = runs.frames[rows].reshape(-1)
    return Calibration(person, offsets, misfit, shape, frames, poses)


def _settled(before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> bool:
    """Whether the last step changed shape and offsets so little that another would change nothing."""
    changes = (np.abs(a - b).max() for a, b in zip(after, before, strict=True))
    return all(change < least for change, least in zip(changes, _SETTLED, strict=True))


def _lost(
    poses: PoseSequence, take: MarkerObservations, person: Body, offsets: Floats
) -> NDArray[np.bool_]:
    """Frames that stay far from the body, beside the others, and are to count no more: a stretch of
    swapped or drifting points must not shape the person."""
    seen = compare(poses, replace(take, bones=person.offsets, offsets=offsets))
    apart = np.linalg.norm(seen.residuals, axis=-1) * (take.weights > 0)
    mean = apart.sum(axis=1) / np.maximum((take.weights > 0).sum(axis=1), 1)
    shown = (take.weights > 0).any(axis=1)
    if not shown.any():
        return ~shown
    far: NDArray[np.bool_] = mean > max(_FAR[0], _FAR[1] * float(np.median(mean[shown])))
    return far


def _misfit(poses: PoseSequence, take: MarkerObservations, person: Body, offsets: Floats) -> float:
    seen = compare(poses, replace(take, bones=person.offsets, offsets=offsets))
    apart = np.linalg.norm(seen.residuals, axis=-1)[take.weights > 0]
    return float(np.median(apart) / np.sqrt(3.0)) if apart.size else 0.0


def _shares(
    steps: Generator[float, None, Prediction], turn: int, passes: int
) -> Generator[float, None, Prediction]:
    return (yield from mapped(steps, lambda done: (turn + 0.8 * done) / passes))
