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

from .arrays import Floats
from .attachments import Comparison, State, Target, compare
from .body import Body, default_body
from .joints import ANCESTORS, N_JOINTS, N_POSED, PARENTS
from .kinematics import attached_points, forward
from .learned import Learned, learned_steps
from .network import FRAME_RATE, Network
from .noise import track_noise
from .placing import place, torso_trust
from .rotations import axis_angle_to_matrix, matrix_to_axis_angle, skew
from .shapes import ShapeSpace
from .timing import mapped

_RUNS: Final = 20
_RUN: Final = 5
_SECONDS_A_RUN: Final = 2.0
"""Frames to calibrate on: so many runs of so many frames, spread over the take, and fewer runs in
takes that are shorter than so many seconds for each."""
_ROUNDS: Final = 3
_STEPS: Final = 3
"""Rounds of the network in the first pass (one in the later ones, which begin near), and
Gauss–Newton steps on poses and shape together, in each pass."""
_NOISE: Final = 0.005
"""Metres: the error that a track is thought to have, if it doesn't tremble by more; what the priors
are weighed against."""
_SKIN_SPREAD: Final = 0.015
_JOINT_SPREAD: Final = 0.006
"""Metres: the same for a skin marker and for a keypoint at a joint, with long tails (Cauchy):
most lie where the layout has them, but tools differ, and MidHip is SMPL's pelvis for some and
nine centimetres lower, between the hips, for others."""
_REPEATS: Final = 4.0
_REPEATS_AT_JOINTS: Final = (8.0, 0.7)
"""Frames of a take repeat each other's errors, so that so many of them count as one against the
priors. Points at joints are free in the first pass, so that those which a tool puts elsewhere can
leave, and held in the last, so that the others return to where they belong."""
_ANGLE_SPREAD: Final = 0.4
"""Radians: the same for the network's rotations; wide, since what draws them draws the body too."""
_LOST: Final = (0.02, 3.0)
"""A frame whose points are further from the body than so many metres and so many times what is usual
is left out of the next pass."""
_HELD: Final = 1e6
"""How strongly known offsets stay."""
_OUTLIER: Final = 0.03
"""Metres: residuals beyond this count less and less."""


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
    poses: State


@dataclass(frozen=True)
class Held:
    """Offsets known beforehand: offsets (K, 3) metres in the joints' frames, where known (K,)."""

    offsets: Floats
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class _Pull:
    """What offsets are pulled to: prior (K, 3) on the mean body, loose times the usual spread, and
    held (K,) those that stay."""

    prior: Floats
    loose: float
    held: NDArray[np.bool_]


def rough_size(body: Body, target: Target) -> float:
    """How many times larger than `body` the person is: the median over the frames of the ratio of
    the torso points' spread to that of the resting body's (all points' where the torso shows
    fewer than three)."""
    rest = np.broadcast_to(np.eye(3), (N_JOINTS, 3, 3))
    turned, placed = forward(rest, body.offsets, np.zeros(3))
    model = attached_points(turned, placed, target.joints, target.offsets)
    trust = torso_trust(target.joints, target.offsets)
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
    target: Target,
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
    frames = runs.T.reshape(-1)  # dealt out by the network's clock, each run is a sequence
    clock = FRAME_RATE * len(runs)
    offsets = target.offsets * size
    prior = target.offsets.copy()
    if held is not None:
        offsets = np.where(held.known[:, None], held.offsets, offsets)
        prior = np.where(held.known[:, None], held.offsets / size, prior)
    pull = _Pull(prior, loose, np.zeros(len(prior), bool) if held is None else held.known)
    take = replace(target, points=target.points[frames], weights=target.weights[frames])
    noise = max(_NOISE, track_noise(target.points, target.weights))
    poses = State(np.zeros(0), np.zeros(0))
    for turn in range(passes):
        person = space.body(shape)
        unit = person.height / default_body().height
        local = Target(
            (person.offsets / unit).astype(np.float32),
            target.joints,
            (offsets / unit).astype(np.float32),
            (target.points[frames] / unit).astype(np.float32),
            take.weights.astype(np.float32),
        )
        if turn == 0:
            rest = np.eye(3, dtype=np.float32) + np.zeros((1, N_JOINTS, 1, 1), np.float32)
            start, rounds = place(rest, local), _ROUNDS
        else:
            root = (poses.root / unit).astype(np.float32)
            start, rounds = State(poses.rotations.astype(np.float32), root), 1
        learned = yield from _shares(
            learned_steps(network, start, local, clock, rounds), turn, passes
        )
        poses = State(
            learned.fitted.rotations.astype(np.float64), learned.fitted.root * np.float64(unit)
        )
        repeats = _REPEATS_AT_JOINTS[0 if turn < passes - 1 else 1]
        for _ in range(_STEPS):
            poses, shape, offsets = _joint_step(
                space, take, poses, learned.guess, shape, offsets, pull, fixed, repeats, noise,
            )  # fmt: skip
        take = _without_lost(poses, take, space.body(shape), offsets)
        yield (turn + 1) / passes
    person = space.body(shape)
    misfit = _misfit(poses, take, person, offsets)
    return Calibration(person, offsets, misfit, shape, frames, poses)


def _without_lost(poses: State, take: Target, person: Body, offsets: Floats) -> Target:
    """Frames that stay far from the body, beside the others, count no more: a stretch of swapped or
    drifting points must not shape the person."""
    seen = compare(poses, replace(take, bones=person.offsets, offsets=offsets))
    apart = np.linalg.norm(seen.residuals, axis=-1) * (take.weights > 0)
    mean = apart.sum(axis=1) / np.maximum((take.weights > 0).sum(axis=1), 1)
    shown = (take.weights > 0).any(axis=1)
    lost = mean > max(_LOST[0], _LOST[1] * float(np.median(mean[shown]))) if shown.any() else ~shown
    return replace(take, weights=take.weights * ~lost[:, None])


def _misfit(poses: State, take: Target, person: Body, offsets: Floats) -> float:
    seen = compare(poses, replace(take, bones=person.offsets, offsets=offsets))
    apart = np.linalg.norm(seen.residuals, axis=-1)[take.weights > 0]
    return float(np.median(apart) / np.sqrt(3.0)) if apart.size else 0.0


def best_runs(target: Target, rate: float) -> NDArray[np.intp]:
    """(R, L) frames in short runs at the network's rate: spread over the take, where most is seen."""
    step = max(1, round(rate / FRAME_RATE))
    total = len(target.points)
    length = min(_RUN, -(-total // step))
    seen = target.weights.sum(axis=1)
    last = max(total - step * (length - 1), 1)
    share = np.convolve(seen, np.ones(step * (length - 1) + 1), "valid")
    firsts: list[int] = []
    count = int(np.clip(np.ceil(total / rate / _SECONDS_A_RUN), 4, _RUNS))
    for stretch in np.array_split(np.arange(last), min(count, last)):
        firsts.append(int(stretch[np.argmax(share[stretch])]))
    best = max(share[f] for f in firsts)
    kept = [f for f in firsts if share[f] >= 0.7 * best]
    runs = np.array([f + step * np.arange(length) for f in kept])
    return np.minimum(runs, total - 1)


def _shares(
    steps: Generator[float, None, Learned], turn: int, passes: int
) -> Generator[float, None, Learned]:
    return (yield from mapped(steps, lambda done: (turn + 0.8 * done) / passes))


def _joint_step(
    space: ShapeSpace, take: Target, poses: State, guess: State, shape: Floats, offsets: Floats,
    pull: "_Pull", fixed: bool, repeats: float, noise: float,
) -> tuple[State, Floats, Floats]:  # fmt: skip
    """One Gauss–Newton step on all poses and the shape they share. noise: metres, what the tracks
    tremble by; the more, the firmer all that is known beforehand."""
    target = replace(take, bones=space.body(shape).offsets, offsets=offsets)
    seen = compare(poses, target)
    apart = np.square(seen.residuals).sum(axis=-1)
    target = replace(target, weights=take.weights / (1.0 + apart / _OUTLIER**2))
    jacobian = np.concatenate(
        (_pose_jacobian(seen, target), _shape_jacobian(seen, target, space, shape)), axis=-1
    )
    root_weight = np.sqrt(target.weights)[..., None]
    n = len(jacobian)
    jacobian = (jacobian * root_weight[..., None]).reshape(n, -1, jacobian.shape[-1])
    residual = (seen.residuals * root_weight).reshape(n, -1, 1)
    matrix = jacobian.transpose(0, 2, 1) @ jacobian
    vector = (jacobian.transpose(0, 2, 1) @ residual)[..., 0]
    _pull_poses(matrix, vector, poses, guess, seen, (noise / _ANGLE_SPREAD) ** 2)
    own = _shape_pull(n, space, shape, fixed, noise)
    placed = _offset_pull(n, space.size(shape), offsets, pull, repeats, noise)
    strength, towards = (np.concatenate(pair) for pair in zip(own, placed, strict=True))
    step, change = _solved_together(matrix, vector, strength, towards)
    turn = step[:, : 3 * N_POSED].reshape(-1, N_POSED, 3, 1)
    local = (np.swapaxes(seen.turned[:, :N_POSED], -1, -2) @ turn)[..., 0]
    rotations = poses.rotations.copy()
    rotations[:, :N_POSED] = rotations[:, :N_POSED] @ axis_angle_to_matrix(
        np.clip(local, -0.5, 0.5)
    )
    offsets = offsets + change[len(shape) :].reshape(-1, 3)
    shape = space.limited(shape + change[: len(shape)])
    return State(rotations, poses.root + step[:, 3 * N_POSED :]), shape, offsets


def _solved_together(
    matrix: Floats, vector: Floats, pull: Floats, towards: Floats
) -> tuple[Floats, Floats]:
    """Steps of the poses (N, 69) and of the shape (S,): the poses eliminated from the sum over the
    frames (Schur complement)."""
    poses = 3 * N_POSED + 3
    coupling = matrix[:, :poses, poses:]
    right = np.concatenate((coupling, vector[:, :poses, None]), axis=-1)
    solved = np.linalg.solve(matrix[:, :poses, :poses], right)
    back = coupling.transpose(0, 2, 1) @ solved
    shape_matrix = (matrix[:, poses:, poses:] - back[..., :-1]).sum(axis=0) + np.diag(pull)
    shape_vector = (vector[:, poses:] - back[..., -1]).sum(axis=0) + pull * towards
    shape: Floats = np.linalg.solve(shape_matrix, shape_vector)
    step: Floats = solved[..., -1] - solved[..., :-1] @ shape
    return step, shape


def _pose_jacobian(seen: Comparison, target: Target) -> Floats:
    """(N, K, 3, 69): how the points move with world turns of the joints and the root's shift."""
    carries = ANCESTORS[np.asarray(target.joints)][:, :N_POSED]
    points = target.points - seen.residuals
    levers = (points[:, :, None] - seen.placed[:, None, :N_POSED]) * carries[..., None]
    turns = -skew(levers).transpose(0, 1, 3, 2, 4).reshape(*levers.shape[:2], 3, 3 * N_POSED)
    shifts = np.broadcast_to(np.eye(3), (*levers.shape[:2], 3, 3))
    return np.concatenate((turns, shifts), axis=-1)


def _shape_jacobian(seen: Comparison, target: Target, space: ShapeSpace, shape: Floats) -> Floats:
    """(N, K, 3, S + 3 K): how the points move with the body's shape and with their own offsets."""
    path = ANCESTORS[np.asarray(target.joints)].astype(float)
    path[:, 0] = 0.0
    moves = space.jacobian(shape, seen.turned[:, [0, *PARENTS[1:]]], path)
    n, k = seen.residuals.shape[:2]
    own = np.zeros((n, k, 3, k, 3))
    frames = seen.turned[:, np.asarray(target.joints)]
    index = np.arange(k)
    own[:, index, :, index] = frames.transpose(1, 0, 2, 3)
    return np.concatenate((moves, own.reshape(n, k, 3, 3 * k)), axis=-1)


def _pull_poses(
    matrix: Floats, vector: Floats, poses: State, guess: State, seen: Comparison,
    stiffness: float,
) -> None:  # fmt: skip
    """Add the pull towards the network's rotations, and a little damping, in place."""
    own = poses.rotations[:, :N_POSED]
    away = matrix_to_axis_angle(np.swapaxes(own, -1, -2) @ guess.rotations[:, :N_POSED])
    world = (seen.turned[:, :N_POSED] @ away[..., None])[..., 0]
    turns = 3 * N_POSED
    index = np.arange(turns)
    matrix[:, index, index] += stiffness
    vector[:, :turns] += stiffness * world.reshape(len(world), turns)
    index = np.arange(turns + 3)
    matrix[:, index, index] += 1e-7


def _shape_pull(
    frames: int, space: ShapeSpace, shape: Floats, fixed: bool, noise: float
) -> tuple[Floats, Floats]:
    """How strongly (S,) the shape is pulled, and how far (S,) it is from where it is pulled to."""
    if fixed:
        return np.full(len(shape), 1e9), np.zeros(len(shape))
    strength, away = space.pull(shape, noise)
    return frames / _REPEATS * strength, away


def _offset_pull(
    frames: int, size: float, offsets: Floats, pull: "_Pull", repeats: float, noise: float
) -> tuple[Floats, Floats]:
    """The same (3 K,) for the points' offsets, which are pulled to the layout's."""
    away = pull.prior * size - offsets
    at_joint = np.linalg.norm(pull.prior, axis=1) < 0.01
    spread = pull.loose * np.where(at_joint, _JOINT_SPREAD, _SKIN_SPREAD)
    apart = np.linalg.norm(away, axis=1) / spread
    trust = frames / np.where(at_joint, repeats, _REPEATS)
    hold = trust * (noise / spread) ** 2 / (1.0 + apart**2)
    hold[pull.held] = _HELD
    return np.repeat(hold, 3), away.reshape(-1)
