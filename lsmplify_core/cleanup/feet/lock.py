# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet that stand where they stand: legs bent so that heels and toes in contact don't slide.

Each contact holds its point; into and out of it the correction is eased. Legs and pelvis follow by
damped least squares in which the legs keep their pose more firmly than the pelvis its place: a leg
that is too short draws the body down instead of snapping its knee straight.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.intervals import intervals_of
from ...geometry.skeleton import JOINT_INDEX
from ...ik.learned.predictor import (
    concatenate_poses,
    frame_chunks,
    select_observations,
    select_poses,
)
from ...ik.refinement.gauss_newton import gauss_newton
from ...ik.smoothing import gaussian_filter
from ...motion.motion import Motion
from ...runtime.array_types import Floats
from ...runtime.progress import run_steps
from ...runtime.threads import parallel_map
from .contacts import Contact, contact_table, find_contacts
from .floor import SOLE_JOINTS, Floor, find_floor, sole_offsets, sole_points

_LEGS: Final = sorted(
    JOINT_INDEX[f"{s}_{n}"] for s in "LR" for n in ("Hip", "Knee", "Ankle", "Foot")
)
_SOLE: Final = 3.0
"""How much a sole point weighs against each of the three points that hold the pelvis."""
_LEVERS: Final = 0.2 * np.eye(3)
"""Metres: where the held points lie about the pelvis."""
_DRIFT: Final = 0.2
"""Seconds of the average whose path a point follows that drifts in its contact."""
_CALM_ROOT: Final = 0.1
_TREMBLE: Final = 0.008
_EDGE: Final = 0.055
"""Above standing feet the pelvis is averaged over so many seconds, where that moves it by less than
so many metres; what says so is averaged over so many seconds."""
_LIFTS: Final = 8
"""Passes, at most, that bring up what is under the floor after all else."""
_TOUCHES: Final = 0.003
"""Metres under the floor that count as on it."""


@dataclass
class FeetMemory:
    """Frames that were bent last, by pass: rotations, root and corrections that went in, and what
    came out. A frame for which the same goes in again comes out as it did: a slider that is dragged
    mostly changes some frames near the contacts' ends."""

    passes: dict[int, tuple[Floats, Floats, Floats, Motion]] = field(
        default_factory=dict[int, tuple[Floats, Floats, Floats, Motion]]
    )
    settings: tuple[float, int] | None = None
    body: Floats | None = None

    def start(self, motion: Motion, settings: "FeetSettings") -> None:
        """Forget all where body, number of frames or the weights of the solve differ."""
        now = (settings.stiffness, settings.passes)
        known = next(iter(self.passes.values()), None)
        same = self.body is not None and np.array_equal(self.body, motion.body.offsets)
        if now != self.settings or not same or (known and len(known[1]) != motion.frames):
            self.passes.clear()
        self.settings, self.body = now, motion.body.offsets

    def drop_after(self, last: int) -> None:
        """Forget passes beyond the last one that was needed."""
        for number in [n for n in self.passes if n > last]:
            del self.passes[number]

    def unchanged(self, number: int, motion: Motion, away: Floats) -> NDArray[np.bool_]:
        """(T,) the frames for which the same goes into a pass as last time."""
        if number not in self.passes:
            return np.zeros(motion.frames, bool)
        rotations, root, corrections, _ = self.passes[number]
        same = (rotations == motion.rotations).all(axis=(1, 2, 3))
        return same & (root == motion.root).all(axis=1) & (corrections == away).all(axis=(1, 2))


@dataclass(frozen=True)
class FeetSettings:
    """ease: seconds over which a correction comes and goes. stiffness: m² per rad², how firmly the
    legs keep their pose. passes: of damped least
    squares, each near the pose that the last one left. slack: metres that a standing point may
    drift before the lock follows it, less that much. calm: seconds that corrections are averaged
    over. above: whether soles under the floor are brought up to it."""

    ease: float = 0.08
    stiffness: float = 0.1
    passes: int = 2
    slack: float = 0.0025
    calm: float = 0.015
    above: bool = True


def find_and_lock_feet(motion: Motion, settings: FeetSettings | None = None) -> Motion:
    """The motion with floor and contacts found and the feet held: all in one."""
    floor = find_floor(motion)
    return lock_feet(motion, find_contacts(motion, floor), floor, settings)


def lock_feet(
    motion: Motion,
    contacts: Sequence[Contact],
    floor: Floor | None,
    settings: FeetSettings | None = None,
    memory: FeetMemory | None = None,
) -> Motion:
    """The motion with its feet held through the contacts.

    Args:
        motion: T frames, metres, world Z up.
        contacts: when which part of which foot stands.
        floor: soles are brought up to it where they are under it; None leaves heights alone.
        settings: None for the usual ones.
        memory: of the last call, for settings that are dragged; kept up to date. None to keep
            nothing.

    Returns:
        The motion; frames without a correction, and all but legs and root, are bit-identical.
    """
    settings, lifts = settings or FeetSettings(), 0
    if memory is not None:
        memory.start(motion, settings)
    stands = contact_table(contacts, motion.frames)
    motion = _calm_above(motion, np.asarray(stands.any(axis=1)))
    away = _corrections(sole_points(motion), stands, floor, settings, motion.rate)
    held = _bent(motion, away, settings.stiffness, settings.passes, memory, 0)
    for lift in range(1, 1 + _LIFTS if floor is not None and settings.above else 0):
        assert floor is not None
        under = np.maximum(-floor.above(sole_points(held)) - _TOUCHES, 0.0)
        if under.max() < 0.2 * _TOUCHES:
            break
        up = under[..., None] * np.array([0.0, 0.0, 1.0])
        held, lifts = _bent(held, up, settings.stiffness, 1, memory, lift), lift
    if memory is not None:
        memory.drop_after(lifts)
    return held


def _calm_above(motion: Motion, stands: NDArray[np.bool_]) -> Motion:
    """The pelvis above standing feet (T,) without its small trembling, which the legs would have to
    take up; where it moves in earnest it is left alone."""
    if motion.frames < 3 or not stands.any():
        return motion
    near = 2.0 * gaussian_filter(stands[:, None].astype(np.float64), _EDGE * motion.rate) - 1.0
    near[~stands] = 0.0
    away = gaussian_filter(motion.root, _CALM_ROOT * motion.rate) - motion.root
    size = gaussian_filter(np.square(away).sum(axis=1, keepdims=True), _EDGE * motion.rate)
    share = np.clip(near, 0.0, 1.0) / np.square(1.0 + np.maximum(size, 0.0) / _TREMBLE**2)
    return replace(motion, root=motion.root + share * away)


def _bent(
    motion: Motion, away: Floats, stiffness: float, passes: int, memory: FeetMemory | None,
    number: int,
) -> Motion:  # fmt: skip
    """The motion with its soles moved by (T, 4, 3) metres, as far as legs and root give way; what
    `memory` has of the pass of this number is not computed again."""
    wanted = np.abs(away).max(axis=(1, 2)) > 1e-6
    if not wanted.any():
        return motion
    if memory is None:
        return _solved(motion, away, stiffness, passes, np.flatnonzero(wanted))
    again = wanted & memory.unchanged(number, motion, away)
    bent = _solved(motion, away, stiffness, passes, np.flatnonzero(wanted & ~again))
    if again.any():
        before = memory.passes[number][3]
        bent.rotations[again], bent.root[again] = before.rotations[again], before.root[again]
    memory.passes[number] = (motion.rotations, motion.root, away, bent)
    return bent


def _solved(
    motion: Motion, away: Floats, stiffness: float, passes: int, changed: NDArray[np.intp]
) -> Motion:
    """A copy of the motion in which some frames (M,) are bent."""
    rotations, root = motion.rotations.copy(), motion.root.copy()
    bent = replace(motion, rotations=rotations, root=root, track_error=None)
    if not len(changed):
        return bent
    own = PoseSequence(motion.rotations[changed], motion.root[changed])
    target = _target(motion, sole_points(motion) + away, changed)
    firm = np.full(len(_LEGS), stiffness)

    def bend(part: slice) -> PoseSequence:
        state, wanted = select_poses(own, part), select_observations(target, part)
        for _ in range(passes):
            state = gauss_newton(state, wanted, state, firm, steps=2, free_joints=_LEGS)
        return state

    posed = concatenate_poses(run_steps(parallel_map(bend, frame_chunks(len(changed)))))
    rotations[changed[:, None], _LEGS] = posed.rotations[:, _LEGS]
    root[changed] = posed.root
    return bent


def _target(motion: Motion, wanted: Floats, frames: NDArray[np.intp]) -> MarkerObservations:
    """The soles where they should be, and the pelvis where it is, in some frames."""
    joints = np.concatenate((SOLE_JOINTS, np.zeros(3, np.intp)))
    offsets = np.concatenate((sole_offsets(motion), _LEVERS))
    held = motion.root[:, None] + np.swapaxes(motion.rotations[:, 0] @ _LEVERS.T, 1, 2)
    weights = np.concatenate((np.full(4, _SOLE), np.ones(3)))
    return MarkerObservations(
        motion.body.offsets, joints, offsets, np.concatenate((wanted, held), axis=1)[frames],
        np.broadcast_to(weights, (len(frames), 7)),
    )  # fmt: skip


def _corrections(
    points: Floats, stands: NDArray[np.bool_], floor: Floor | None, settings: FeetSettings,
    rate: float,
) -> Floats:  # fmt: skip
    """(T, 4, 3) metres from where the soles are to where contacts and floor want them."""
    away = np.zeros_like(points)
    frames = len(points)
    for part in range(4):
        for first, end in intervals_of(stands[:, part]):
            inside = points[first:end, part]
            away[first:end, part] = _place(inside, _DRIFT * rate, settings.slack) - inside
        _ease(away[:, part], ~stands[:, part], round(settings.ease * rate))
    if floor is not None and settings.above:
        away[..., 2] += np.maximum(-floor.above(points + away), 0.0)
    width = settings.calm * rate
    if frames < 3 or width < 0.1:
        return away
    return gaussian_filter(away.reshape(frames, -1), width).reshape(away.shape)


def _place(inside: Floats, width: float, slack: float) -> Floats:
    """(T, 3) where a standing point is held: its median; what it drifts over the ground
    beyond the slack is followed on a slow path, for a shoe may slide and a lock must not fight
    it."""
    middle = np.median(inside, axis=0)
    if len(inside) < 4:
        return np.broadcast_to(middle, inside.shape)
    time = np.arange(len(inside)) - 0.5 * (len(inside) - 1)
    line = time[:, None] * (time @ inside / (time @ time))
    path = line + gaussian_filter(inside - line - middle, width)
    path[:, 2] = 0.0
    apart = np.linalg.norm(path, axis=1, keepdims=True)
    return middle + path * np.maximum(0.0, 1.0 - slack / np.maximum(apart, 1e-9))


def _ease(away: Floats, free: NDArray[np.bool_], reach: int) -> None:
    """Let corrections (T, 3) fade out into the frames without one, in place; between two contacts
    that are near each other both fade across."""
    known = np.flatnonzero(~free)
    at = np.flatnonzero(free)
    if not len(known) or not len(at) or not reach:
        return
    after = np.searchsorted(known, at)
    total = np.zeros((len(at), 3))
    for near, there in (
        (known[np.maximum(after - 1, 0)], after > 0),
        (known[np.minimum(after, len(known) - 1)], after < len(known)),
    ):
        apart = np.minimum(np.abs(at - near) / (reach + 1), 1.0)
        share = np.where(there, 0.5 + 0.5 * np.cos(np.pi * apart), 0.0)
        total += share[:, None] * away[near]
    away[at] = total
