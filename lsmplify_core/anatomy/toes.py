# SPDX-License-Identifier: GPL-3.0-or-later
"""Toes bent by rule, where a rig has none or no point shows them: the heel rises, the ball stays.

Toes on the floor stay level while the foot rolls over the ball, so that they bend by as much as the
foot is pitched; in shoes, which roll themselves, by a share of it (`FOLLOWS`). How far a foot rests
on its ball is told by how low and how slow the ball is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..geometry.kinematics import forward
from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array, Floats
from .turns import like, turn_about, twist_angle

FEET: Final = (
    (JOINT_INDEX["L_Ankle"], JOINT_INDEX["L_Foot"]),
    (JOINT_INDEX["R_Ankle"], JOINT_INDEX["R_Foot"]),
)
_LOW: Final = (0.03, 0.10)
"""Metres of the ball above its own lowest about that time: on the floor below, in the air above."""
_SLOW: Final = (0.5, 1.6)
"""Metres a second of the ball: at rest below, swinging above."""
_ABOUT: Final = 1.0
"""Seconds to each side in which the ball's lowest place is the floor: slopes and stairs change
it."""
_MOST: Final = np.radians(60.0)
"""Toes extend so far at most: 60 to 70 degrees at the first joint (Buell et al., "Range of motion
of the first metatarsophalangeal joint", Foot & Ankle 1988)."""
_FLAT: Final = (40.0, np.radians(30.0))
"""A foot stands flat at this percentile of its pitch on the floor, and no rig's foot at rest is
pitched by more. With a smaller one the toes of whoever walks are bent all the time."""
FOLLOWS: Final = 0.6
"""How far toes follow the roll of the foot: level ones would by 1, those of CMU's walks and runs
are nearest to it at 0.4 to 0.6."""
_EASE: Final = 0.03
"""Seconds, the standard deviation of the filter over the bend."""
_TOLD: Final = 2.0
"""Seconds of a clip that are enough to say how a rig holds its toes at rest."""
RIGID: Final = np.radians(1.0)
"""A rig whose toes never turn by more has none."""


@dataclass(frozen=True)
class FootSteps:
    """pitch, stands: (T, 2), left and right: the foot's pitch in radians, and how far its ball
    stands on the floor, 0 to 1."""

    pitch: Floats
    stands: Floats

    @property
    def flat(self) -> Floats:
        """(2,) radians: how a rig's feet are pitched where they stand flat."""
        pairs = zip(self.pitch.T, self.stands.T, strict=True)
        return np.array([_flat_pitch(pitch, stands) for pitch, stands in pairs])

    def toe_bend(self, flat: Floats, rate: float) -> Floats:
        """(T, 2) radians that the toes extend by; flat: as the property, of the whole take."""
        bend = self.stands * np.clip(self.pitch - flat.astype(self.pitch.dtype), 0.0, _MOST)
        return np.stack([_eased(side, _EASE * rate) for side in bend.T], axis=1)


def foot_steps(turned: Floats, placed: Floats, rate: float) -> FootSteps:
    """How the feet stand in every frame: the joints' rotations (T, 24, 3, 3) and places (T, 24, 3)
    in the world, Z up, metres; frames per second."""
    pitches: list[Floats] = []
    stands: list[Floats] = []
    for ankle, ball in FEET:
        pitches.append(np.arcsin(np.clip(-turned[:, ankle, 2, 2], -1.0, 1.0)))
        upright = np.clip(2.0 * turned[:, ankle, 2, 1], 0.0, 1.0)
        stands.append(_on_floor(placed[:, ball], rate) * upright)
    return FootSteps(np.stack(pitches, axis=1), np.stack(stands, axis=1))


def toe_bend(rotations: Floats, offsets: Floats, root: Floats, rate: float) -> Floats:
    """How far the toes extend by rule.

    Args:
        rotations: (T, 24, 3, 3) local ones, the world Z up.
        offsets: (24, 3) metres, each joint from its parent at rest.
        root: (T, 3) metres, the pelvis.
        rate: frames per second.

    Returns:
        (T, 2) radians, left and right, zero or more.
    """
    steps = foot_steps(*forward(rotations, offsets, root), rate)
    return steps.toe_bend(steps.flat, rate)


def usual_toe_bend(rotations: Floats, offsets: Floats, root: Floats, rate: float) -> Floats:
    """How far toes of people extend where the rule speaks: the share of it that is usual.

    Training gives it to rigs without toes, and evaluation to truths whose toes no point shows; the
    arguments and what is returned are those of `toe_bend`.
    """
    return FOLLOWS * toe_bend(rotations, offsets, root, rate)


def with_toes(rotations: Array, bend: Array) -> Array:
    """Rotations (..., 24 or 22, 3, 3) with the toes extended by a further (..., 2) radians.

    NumPy arrays and torch tensors alike.
    """
    xp = array_namespace(rotations)
    axis = like(np.array([-1.0, 0.0, 0.0]), rotations)
    joints = [rotations[..., j, :, :] for j in range(rotations.shape[-3])]
    for side, (_, ball) in enumerate(FEET):
        joints[ball] = joints[ball] @ turn_about(axis, bend[..., side])
    return xp.stack(joints, axis=-3)


def rigid_toes(rotations: Floats, most: float = RIGID, side: int | None = None) -> bool:
    """Whether toes turn by no more than `most` radians in any frame: a rig without them.

    side: 0 for the left foot's, 1 for the right one's, None for both.
    """
    for _, ball in FEET if side is None else FEET[side : side + 1]:
        trace = np.trace(rotations[:, ball], axis1=-2, axis2=-1)
        if np.arccos(np.clip((trace.min() - 1.0) / 2.0, -1.0, 1.0)) > most:
            return False
    return True


def without_rest(rotations: Floats, rate: float) -> Floats:
    """Rotations (T, 24 or 22, 3, 3) with the extension that toes have most of the time taken off.

    Rigs differ in how they hold toes at rest, by up to 40 degrees, and nobody walks about with toes
    that are bent all the time. Clips too short to tell, and rigs without toes, stay as they are.
    """
    if len(rotations) < _TOLD * rate or rigid_toes(rotations):
        return rotations
    rest = [np.median(extension(rotations[:, ball])) for _, ball in FEET]
    return with_toes(rotations, np.broadcast_to(-np.array(rest), (len(rotations), 2)))


def extension(toes: Floats) -> Floats:
    """(T,) radians by which toes (T, 3, 3) extend."""
    return twist_angle(toes, np.array([-1.0, 0.0, 0.0]))


def _flat_pitch(pitch: Floats, stands: Floats) -> float:
    """Radians: how a rig's foot is pitched where it stands flat; 0 where it never stands."""
    standing = pitch[stands > 0.5]
    if len(standing) == 0:
        return 0.0
    share, most = _FLAT
    return float(np.clip(np.percentile(standing, share), 0.0, most))


def _on_floor(ball: Floats, rate: float) -> Floats:
    """(T,) 0 to 1: how far a ball (T, 3) rests on the floor below it."""
    if len(ball) < 2:
        return np.zeros(len(ball))
    speed = np.linalg.norm(np.gradient(ball, axis=0), axis=-1) * rate
    height = ball[:, 2] - _lowest(ball[:, 2], max(1, round(_ABOUT * rate)))
    return _falling(height, *_LOW) * _falling(speed, *_SLOW)


def _falling(values: Floats, low: float, high: float) -> Floats:
    """1 below `low`, 0 above `high`, smooth between."""
    share = np.clip((high - values) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def _lowest(values: Floats, reach: int) -> Floats:
    """The lowest of the values (T,) at most `reach` frames away, by doubling windows."""
    width = 2 * reach + 1
    least = np.pad(values, reach, mode="edge")
    done = 1
    while done < width:
        step = min(done, width - done)
        least = np.minimum(least[: len(least) - step], least[step:])
        done += step
    return least


def _eased(values: Floats, width: float) -> Floats:
    """A Gaussian filter of `width` frames over (T,), held at the ends."""
    reach = min(int(np.ceil(3.0 * width)), len(values) - 1)
    if reach < 1:
        return values
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(width, 0.3)) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), taps / taps.sum(), mode="valid")
