# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms and legs at rest: which joints, which hinge, and where their turns go."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_types import Array, Floats
from .hinges import Hinge

_AHEAD: Final = np.radians(45.0)
"""The upper arm amid its reach: so far forward of straight out to the side."""
_RAISED: Final = np.radians(50.0)
"""The thigh amid its reach: so far forward of straight down."""


@dataclass(frozen=True)
class Limb:
    """Joints of an arm (collar, shoulder, elbow, wrist, hand) or of a leg (pelvis, hip, knee,
    ankle, foot), and its hinge."""

    root: int
    upper: int
    middle: int
    end: int
    tip: int
    hinge: Hinge


def arms(bones: Floats) -> tuple[Limb, Limb]:
    """Left and right arm of a body. bones: (24, 3) unit vectors, each joint from its parent.

    The elbow bends forward in the T-pose: about -Y on the left, +Y on the right.
    """
    return _arms(np.ascontiguousarray(bones, dtype=np.float64).tobytes())


@lru_cache(maxsize=8)
def _arms(content: bytes) -> tuple[Limb, Limb]:
    """Left and right arm by the bones' bytes; kept, since a solve asks for those of one body dozens
    of times."""
    bones = np.frombuffer(content).reshape(-1, 3).copy()
    left, right = (
        _limb(bones, side, ("Collar", "Shoulder", "Elbow", "Wrist", "Hand"), axis, (0.0, turn, 0.0))
        for side, axis, turn in (
            ("L", (0.0, -1.0, 0.0), -_AHEAD),
            ("R", (0.0, 1.0, 0.0), _AHEAD),
        )
    )
    return left, right


def legs(bones: Floats) -> tuple[Limb, Limb]:
    """Left and right leg of a body; the knee bends backward, about +X on both sides."""
    return _legs(np.ascontiguousarray(bones, dtype=np.float64).tobytes())


@lru_cache(maxsize=8)
def _legs(content: bytes) -> tuple[Limb, Limb]:
    bones = np.frombuffer(content).reshape(-1, 3).copy()
    left, right = (
        _limb(bones, s, ("Hip", "Knee", "Ankle", "Foot"), (1.0, 0.0, 0.0), (-_RAISED, 0.0, 0.0))
        for s in "LR"
    )
    return left, right


def _limb(
    bones: Floats, side: str, parts: tuple[str, ...], axis: tuple[float, ...],
    amid: tuple[float, ...],
) -> Limb:  # fmt: skip
    joints = [JOINT_INDEX[f"{side}_{part}"] for part in parts]
    root, upper, middle, end, tip = joints if len(joints) == 5 else (0, *joints)
    bone = bones[middle]
    hinge = Hinge(bone, bones[end], np.asarray(axis), _turned_across(bone, np.asarray(amid)))
    return Limb(root, upper, middle, end, tip, hinge)


def _turned_across(bone: Floats, vector: Floats) -> Floats:
    """A unit vector turned by a rotation vector made perpendicular to it."""
    across = vector - (vector @ bone) * bone
    angle = float(np.linalg.norm(across))
    axis = across / angle
    return np.cos(angle) * bone + np.sin(angle) * np.cross(axis, bone)


def unit_bones(offsets: Array) -> Floats:
    """(24, 3) unit vectors from bone offsets (24, 3), zero at the pelvis."""
    plain = np.asarray(offsets, dtype=np.float64)
    length = np.linalg.norm(plain, axis=-1, keepdims=True)
    return plain / np.where(length > 0, length, 1.0)
