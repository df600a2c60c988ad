# SPDX-License-Identifier: GPL-3.0-or-later
"""How far rotations are those of a body: figures that need no truth.

They are measured on rotations as they are, not after `to_convention`, which would bring most of
them to zero.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..runtime.array_types import Floats
from .arm import pronation
from .convention import DEFAULT
from .hinges import hinge_frame
from .limbs import Limb, arms, legs, unit_bones
from .ranges import past_ranges
from .toes import FEET, toe_bend
from .turns import twist_angle

_PUSHES: Final = np.radians(8.0)
"""A foot pushes off where toes on the floor would have to extend by more."""
_SETTING: Final = np.radians(30.0)
"""The arm's elevation up to which the shoulder girdle hardly moves (Inman, Saunders and Abbott,
"Observations on the function of the shoulder joint", J. Bone Joint Surg. 1944)."""
_RHYTHM: Final = 0.2
"""Degrees by which a collar rises for each degree of the arm beyond that, in SMPL's frames."""
_PAST: Final = 5.0
"""Degrees past its range from which on a rotation counts as a violation."""


@dataclass(frozen=True)
class Anatomy:
    """One motion of T frames, left and right side by side; degrees.

    elbow_sideways, knee_sideways: (T, 2) bend across the hinge. knee_twist: (T, 2) the shank's turn
    about itself. hyperextension: (T, 4) elbows and knees past straight. wrist_twist: (T, 2) the
    wrist's turn about the forearm beyond its share. collar: (T, 2) the collar's elevation against
    what the arm's says. toes: (N,) the toes' extension in frames that push off. violations: (T,)
    joints past their range.
    """

    elbow_sideways: Floats
    knee_sideways: Floats
    knee_twist: Floats
    hyperextension: Floats
    wrist_twist: Floats
    collar: Floats
    toes: Floats
    violations: Floats


def anatomy(rotations: Floats, offsets: Floats, root: Floats, rate: float) -> Anatomy:
    """Measure a motion.

    Args:
        rotations: (T, 24, 3, 3) local ones, the world Z up.
        offsets: (24, 3) metres, each joint from its parent at rest.
        root: (T, 3) metres, the pelvis.
        rate: frames per second.
    """
    bones = unit_bones(offsets)
    upper, lower = arms(bones), legs(bones)
    elbows, knees = _bends(rotations, upper), _bends(rotations, lower)
    bend = np.concatenate((elbows[0], knees[0]), axis=1)
    past = past_ranges(rotations)
    return Anatomy(
        elbow_sideways=np.abs(np.degrees(elbows[1])),
        knee_sideways=np.abs(np.degrees(knees[1])),
        knee_twist=np.abs(np.degrees(knees[2])),
        hyperextension=np.degrees(np.maximum(-bend, 0.0)),
        wrist_twist=_wrists(rotations, upper),
        collar=_collars(rotations, upper),
        toes=_toes(rotations, offsets, root, rate),
        violations=(past > _PAST).sum(axis=1).astype(float),
    )


def summary(parts: list[Anatomy]) -> dict[str, float | None]:
    """The figures over some motions, every frame counting once; None where there is no frame."""
    return {
        "elbow_sideways_p95_deg": _of(parts, "elbow_sideways", 95),
        "knee_sideways_p95_deg": _of(parts, "knee_sideways", 95),
        "knee_twist_p95_deg": _of(parts, "knee_twist", 95),
        "hyperextension_p95_deg": _of(parts, "hyperextension", 95),
        "wrist_twist_excess_deg": _of(parts, "wrist_twist", 50),
        "wrist_twist_excess_p95_deg": _of(parts, "wrist_twist", 95),
        "collar_elevation_off_deg": _of(parts, "collar", 50),
        "toe_bend_push_off_deg": _of(parts, "toes", 95),
        "range_violations_per_1000": _mean(parts, "violations"),
    }


def _of(parts: list[Anatomy], name: str, percentile: float) -> float | None:
    values = np.concatenate([np.ravel(getattr(part, name)) for part in parts])
    return float(np.percentile(values, percentile)) if len(values) else None


def _mean(parts: list[Anatomy], name: str) -> float | None:
    values = np.concatenate([getattr(part, name) for part in parts])
    return 1000.0 * float(values.mean()) if len(values) else None


def _bends(rotations: Floats, limbs: tuple[Limb, Limb]) -> tuple[Floats, Floats, Floats]:
    """(T, 2) each, radians: bend from straight, sideways bend, turn about the lower bone."""
    found: list[tuple[Floats, Floats, Floats]] = []
    for limb in limbs:
        middle = rotations[:, limb.middle]
        frame, bend, sideways = hinge_frame(limb.hinge, middle)
        turn = twist_angle(np.swapaxes(frame, -1, -2) @ middle, limb.hinge.lower)
        found.append((bend - _straight(limb), sideways, turn))
    bends, sides, turns = (np.stack(values, axis=1) for values in zip(*found, strict=True))
    return bends, sides, turns


def _straight(limb: Limb) -> float:
    """Radians of bend from rest at which the two bones lie in one plane with the hinge's axis."""
    h = limb.hinge
    ahead = h.lower - (h.lower @ h.axis) * h.axis
    ahead = ahead / np.linalg.norm(ahead)
    return float(np.arctan2(h.upper @ np.cross(h.axis, ahead), h.upper @ ahead))


def _wrists(rotations: Floats, upper: tuple[Limb, Limb]) -> Floats:
    """(T, 2) degrees: a wrist's turn about the forearm beyond its share of the forearm's."""
    excess: list[Floats] = []
    for arm in upper:
        elbow, wrist = rotations[:, arm.middle], rotations[:, arm.end]
        share = (1.0 - DEFAULT.forearm) * pronation(arm.hinge, elbow, wrist)
        own = twist_angle(wrist, arm.hinge.lower)
        excess.append(np.abs(np.degrees(own)) - np.abs(np.degrees(share)))
    return np.maximum(np.stack(excess, axis=1), 0.0)


def _collars(rotations: Floats, upper: tuple[Limb, Limb]) -> Floats:
    """(T, 2) degrees between a collar's elevation from rest and what the arm's elevation says."""
    off: list[Floats] = []
    for arm in upper:
        collar = rotations[:, arm.root]
        rest = _collar_rest(arm)
        raised = (collar @ rest)[..., 1]
        elevation = np.arcsin(np.clip(raised, -1, 1)) - np.arcsin(np.clip(rest[1], -1, 1))
        arm_up = (collar @ rotations[:, arm.upper] @ arm.hinge.upper)[..., 1]
        of_arm = np.arccos(np.clip(-arm_up, -1, 1))
        said = _RHYTHM * np.maximum(of_arm - _SETTING, 0.0)
        # at rest, in the T-pose, the arm is at 90 degrees already
        said = said - _RHYTHM * (np.pi / 2 - _SETTING)
        off.append(np.abs(np.degrees(elevation - said)))
    return np.stack(off, axis=1)


def _collar_rest(arm: Limb) -> Floats:
    side = np.sign(arm.hinge.upper[0])
    return np.array([side, 0.0, 0.0])


def _toes(rotations: Floats, offsets: Floats, root: Floats, rate: float) -> Floats:
    """(N,) degrees of extension in the frames in which a foot pushes off."""
    pushes = toe_bend(rotations, offsets, root, rate) > _PUSHES
    found = [
        np.degrees(-twist_angle(rotations[:, ball], np.array([1.0, 0.0, 0.0])))[pushes[:, side]]
        for side, (_, ball) in enumerate(FEET)
    ]
    return np.concatenate(found)
