# SPDX-License-Identifier: GPL-3.0-or-later
"""From SMPL's joints to a rig's bones and back.

SMPL's rest frame is Y up, facing +Z, every joint's axes parallel to the body's. A rig stands Z up,
facing -Y, and every bone has axes of its own, B (3, 3) in the rig's space at rest. With A the turn
from the body's axes to the rig's, a joint's local rotation R is the bone's (Aᵀ B)⁻¹ · R · (Aᵀ B);
the pelvis's also takes the rig's own place in the world.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import Body, default_body
from ..geometry.rotations import (
    continuous_quaternions,
    matrix_to_quaternion,
    nearest_rotation,
    rotation_x,
)
from ..geometry.skeleton import JOINT_NAMES, N_JOINTS, PARENTS
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .motion import Motion

BODY_TO_RIG: Final = rotation_x(90.0)
"""The turn A of the rigs that are made here."""
_SOLE: Final = 0.025
"""Metres between the lowest joint and the floor that the rig stands on."""
_LAST_BONE: Final = 0.4
"""Length of the bones of feet and hands, a share of their parent's; from 0.55 on a foot's tip
stands out of the mannequin's toes."""


@dataclass(frozen=True)
class Rig:
    """A rig at rest: heads (24, 3) and axes (24, 3, 3) of its bones in its own space, world (4, 4)
    its place in the world."""

    heads: Floats
    axes: Floats
    world: Floats

    @property
    def scale(self) -> float:
        """The rig's size in the world."""
        return float(np.cbrt(abs(np.linalg.det(self.world[:3, :3]))))

    @property
    def turn(self) -> Floats:
        """(3, 3) the rig's rotation in the world."""
        return self.world[:3, :3] / self.scale

    @property
    def body_axes(self) -> Floats:
        """(3, 3) the turn A from SMPL's rest axes to the rig's, found from the heads; rigs are
        built along their axes, so the nearest turn by right angles is taken."""
        rest = default_body().rest_joints
        own = self.heads - self.heads.mean(axis=0)
        fit = nearest_rotation(own.T @ (rest - rest.mean(axis=0)))
        snapped = np.zeros((3, 3))
        for column in range(3):
            row = int(np.argmax(np.abs(fit[:, column])))
            snapped[row, column] = np.sign(fit[row, column])
        return snapped if abs(np.linalg.det(snapped) - 1.0) < 1e-6 else fit


def checked_rig(heads: Floats, axes: Floats, world: Floats, name: str) -> Rig:
    """A rig that the inside can trust. InputError for uneven scale, mirroring, bones of no length,
    and rest poses that are not SMPL's T-pose."""
    linear = world[:3, :3]
    lengths = np.linalg.norm(linear, axis=0)
    if lengths.min() <= 1e-9 or np.linalg.det(linear) <= 0:
        raise InputError(f"armature {name!r} is mirrored or has no size; apply its scale")
    if lengths.max() / lengths.min() > 1.001:
        raise InputError(f"armature {name!r} is scaled unevenly; apply its scale")
    offsets = np.linalg.norm(heads[1:] - heads[list(PARENTS[1:])], axis=1)
    if offsets.min() < 1e-6 * np.ptp(heads, axis=0).max():
        joint = int(np.argmin(offsets)) + 1
        raise InputError(f"armature {name!r}: bone {JOINT_NAMES[joint]} lies on its parent")
    rig = Rig(heads, axes, world)
    bent = _bend(rig)
    if bent[0] > 35.0:
        raise InputError(
            f"armature {name!r}: the bone to {bent[1]} is {bent[0]:.0f}° from SMPL's T-pose at "
            "rest; choose New, or give it a T-pose as its rest pose"
        )
    return rig


def _bend(rig: Rig) -> tuple[float, str]:
    """The largest angle between a limb of the rig and of SMPL's T-pose at rest, in degrees."""
    limbs = [j for j, n in enumerate(JOINT_NAMES) if n[2:] in ("Knee", "Ankle", "Elbow", "Wrist")]
    parents = [PARENTS[j] for j in limbs]
    rest = default_body().rest_joints
    own = (rig.heads[limbs] - rig.heads[parents]) @ rig.body_axes
    usual = rest[limbs] - rest[parents]
    cosine = np.sum(own * usual, axis=1) / (
        np.linalg.norm(own, axis=1) * np.linalg.norm(usual, axis=1)
    )
    worst = int(np.argmin(cosine))
    return float(np.degrees(np.arccos(np.clip(cosine[worst], -1, 1)))), JOINT_NAMES[limbs[worst]]


def rest_bones(body: Body) -> tuple[Floats, Floats]:
    """Heads and tails (24, 3) of a new rig's bones, standing on the floor of its own space.

    A bone points to its child; with several children to the middle one, without any along its
    parent's way.
    """
    joints = body.rest_joints
    on_floor = joints - np.array([joints[0, 0], joints[:, 1].min() - _SOLE, 0.0])
    heads = on_floor @ BODY_TO_RIG.T
    tails = np.empty_like(heads)
    for joint in range(N_JOINTS):
        children = [c for c in range(N_JOINTS) if PARENTS[c] == joint]
        middle = [c for c in children if JOINT_NAMES[c] in ("Spine1", "Neck")] or children
        if middle:
            tails[joint] = heads[middle[0]]
        elif JOINT_NAMES[joint] == "Head":
            tails[joint] = heads[joint] + np.array([0.0, 0.0, 0.16])
        else:
            along = heads[joint] - heads[PARENTS[joint]]
            tails[joint] = heads[joint] + _LAST_BONE * along
    return heads, tails


def body_of(rig: Rig, name: str) -> Body:
    """The body that a rig is, in metres of the world, in SMPL's rest frame."""
    joints = rig.scale * (rig.heads - rig.heads[0]) @ rig.body_axes
    return Body(joints + default_body().rest_joints[0], name)


def points_on_rig(rig: Rig, joints: NDArray[np.intp], offsets: Floats) -> Floats:
    """(K, 3) in the rig's own space at rest: points on joints (K,), at offsets (K, 3) in the
    joints' frames, in the rig's own unit."""
    return rig.heads[joints] + offsets @ rig.body_axes.T


def pose_bones(motion: Motion, rig: Rig) -> tuple[Floats, Floats]:
    """What the bones' rotation and the pelvis's location channels must hold.

    Returns quaternions (T, 24, 4), w first, with continuous signs, and locations (T, 3) in the
    pelvis bone's rest axes, such that the rig's joints in the world are the motion's.
    """
    own = np.swapaxes(rig.body_axes.T @ rig.axes, -1, -2)
    quaternions = _in_other_axes(matrix_to_quaternion(motion.rotations), own)
    pelvis = rig.axes[0].T @ rig.turn.T @ motion.rotations[:, 0] @ own[0].T
    quaternions[:, 0] = matrix_to_quaternion(pelvis)
    inverse = np.linalg.inv(rig.world)
    inside = motion.root @ inverse[:3, :3].T + inverse[:3, 3]
    return continuous_quaternions(quaternions), (inside - rig.heads[0]) @ rig.axes[0]


def _in_other_axes(quaternions: Floats, axes: Floats) -> Floats:
    """The rotations B R Bᵀ of R (T, 24, 4) and B (24, 3, 3): the same angles about the axes turned
    by B, so that only the vectors of the quaternions are turned."""
    turned = np.empty_like(quaternions)
    turned[..., 0] = quaternions[..., 0]
    x, y, z = (quaternions[..., i] for i in (1, 2, 3))
    for row in range(3):
        turned[..., 1 + row] = axes[:, row, 0] * x + axes[:, row, 1] * y + axes[:, row, 2] * z
    return turned


def continued_signs(quaternions: Floats, before: Floats, after: Floats) -> Floats:
    """Signs of (T, 24, 4) that go on from the keys (24, 4) before, or else lead to those after.

    A quaternion and its negative are the same rotation, but curves that pass from one to the other
    spin on the way. NaN stands for no key.
    """
    start = np.sum(quaternions[0] * before, axis=-1)
    end = np.sum(quaternions[-1] * after, axis=-1)
    dots = np.where(np.isnan(start), end, start)
    return quaternions * np.where(dots < 0, -1.0, 1.0)[:, None]


def joint_rotations(quaternions: Floats, locations: Floats, rig: Rig) -> tuple[Floats, Floats]:
    """The way back: SMPL rotations (T, 24, 3, 3) and the root (T, 3) in the world of a posed
    rig."""
    from ..geometry.rotations import quaternion_to_matrix

    own = rig.body_axes.T @ rig.axes
    rotations = quaternion_to_matrix(_in_other_axes(quaternions, own))
    pelvis = quaternion_to_matrix(quaternions[:, 0])
    rotations[:, 0] = rig.turn @ rig.axes[0] @ pelvis @ own[0].T
    inside = locations @ rig.axes[0].T + rig.heads[0]
    return rotations, inside @ rig.world[:3, :3].T + rig.world[:3, 3]
