# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a character's joints lie at rest, by role, and which way its body faces."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...body.body import default_body
from ...geometry.skeleton import JOINT_INDEX
from ...runtime.array_types import Floats
from ..rig.rig import Rig
from ..rig.rig_map import RigMap
from ..rig.roles import FINGERS, SIDES
from ..vectors import frame, unit

REST: Final = default_body().rest_joints
"""(24, 3) metres: SMPL's T-pose, the pose that every rest pose is compared with."""
_UPRIGHT: Final = 0.9
"""Cosine of the largest angle between a trunk and the vertical at rest that counts as upright."""
_NEXT: Final = {
    "Shoulder": "Elbow", "Elbow": "Wrist", "Hip": "Knee", "Knee": "Ankle", "Ankle": "Foot",
    "Collar": "Shoulder",
}  # fmt: skip

_HAND: Final = 0.35
"""From the wrist to the knuckles, of the forearm."""
_HANDS: Final = (0.3, 0.6)
"""The shortest and the longest hand, of the forearm; fingers may begin at the wrist."""


@dataclass(frozen=True)
class RestPoints:
    """Joints of a rig at rest, metres in the world.

    joints: role -> (3,) where it turns. ends: role -> (3,) where its segment ends.
    body: (3, 3) the rotation from SMPL's rest axes (left, up, forward) to the character's.
    """

    joints: dict[str, Floats]
    ends: dict[str, Floats]
    body: Floats

    def direction(self, role: str) -> Floats:
        """(3,) unit, along the role's segment."""
        return unit(self.ends[role] - self.joints[role])

    @property
    def hip_centre(self) -> Floats:
        """(3,) metres, between the hip joints."""
        return 0.5 * (self.joints["L_Hip"] + self.joints["R_Hip"])


def rest_points(rig: Rig, rig_map: RigMap) -> RestPoints:
    """Joints, segment ends and body axes of a mapped rig at rest."""
    bones = {r: [rig.index(b) for b in chain] for r, chain in rig_map.bones.items() if chain}
    joints = {role: _joint(rig, role, chain) for role, chain in bones.items()}
    ends = {role: _end(rig, role, chain, joints, bones) for role, chain in bones.items()}
    return RestPoints(joints, ends, _body_axes(joints, ends))


def _joint(rig: Rig, role: str, chain: list[int]) -> Floats:
    """The head of the first bone; toes may be several bones side by side."""
    return rig.heads[chain].mean(axis=0) if role.endswith("_Foot") else rig.heads[chain[0]]


def _end(
    rig: Rig, role: str, chain: list[int], joints: dict[str, Floats], bones: dict[str, list[int]]
) -> Floats:
    """The next joint's place where there is one, else a bone's tail."""
    following = _NEXT.get(role[2:]) if role[1:2] == "_" else None
    if following and f"{role[0]}_{following}" in joints:
        return joints[f"{role[0]}_{following}"]
    if role[2:] == "Wrist":
        return _knuckles(rig, role[0], joints, chain)
    if role[-1:] in "12" and f"{role[:-1]}{int(role[-1]) + 1}" in joints:
        return joints[f"{role[:-1]}{int(role[-1]) + 1}"]
    if role[-1:] in "23" and _points_back(rig, role, chain, joints):
        return 2.0 * joints[role] - joints[f"{role[:-1]}{int(role[-1]) - 1}"]
    if role.endswith("_Foot"):
        return rig.tails[chain].mean(axis=0)
    return rig.tails[chain[-1]]


def _knuckles(rig: Rig, side: str, joints: dict[str, Floats], chain: list[int]) -> Floats:
    """The middle of the fingers' first joints, without the thumb's; else the hand's tail, where
    that goes on from the forearm and isn't set anyhow, else a hand's length along the forearm."""
    found = [joints[f"{side}_{f}1"] for f in FINGERS[:4] if f"{side}_{f}1" in joints]
    wrist = rig.heads[chain[0]]
    tail = np.mean(found, axis=0) if found else rig.tails[chain[-1]]
    if f"{side}_Elbow" not in joints:
        return tail
    forearm = wrist - joints[f"{side}_Elbow"]
    hand, length = tail - wrist, float(np.linalg.norm(forearm))
    if not found and float(unit(hand) @ unit(forearm)) <= 0.5:
        return wrist + _HAND * forearm
    size = float(np.clip(np.linalg.norm(hand), _HANDS[0] * length, _HANDS[1] * length))
    return wrist + size * unit(hand)


def _points_back(rig: Rig, role: str, chain: list[int], joints: dict[str, Floats]) -> bool:
    """Whether a finger's last bone has a tail that does not go on from the one before it."""
    before = joints.get(f"{role[:-1]}{int(role[-1]) - 1}")
    if before is None:
        return False
    along = rig.tails[chain[-1]] - joints[role]
    return float(unit(along) @ unit(joints[role] - before)) < 0.3


def _body_axes(joints: dict[str, Floats], ends: dict[str, Floats]) -> Floats:
    """The rotation from SMPL's rest axes to the character's: across by its hips, up by its trunk,
    or by the world's vertical where it stands at rest."""
    across = joints["L_Hip"] - joints["R_Hip"]
    top = _top(joints, ends)
    own = frame(across, top - 0.5 * (joints["L_Hip"] + joints["R_Hip"]))
    hips = [REST[JOINT_INDEX[f"{s}_Hip"]] for s in SIDES]
    usual = frame(hips[0] - hips[1], REST[JOINT_INDEX["Neck"]] - 0.5 * (hips[0] + hips[1]))
    axes = own @ usual.T
    if axes[2, 1] < _UPRIGHT:
        return axes
    x = unit(np.array([axes[0, 0], axes[1, 0], 0.0]))
    up = np.array([0.0, 0.0, 1.0])
    return np.stack((x, up, np.cross(x, up)), axis=-1)


def _top(joints: dict[str, Floats], ends: dict[str, Floats]) -> Floats:
    """The top of the trunk: the neck's joint, the shoulders' middle, the head's, or the spine's
    end."""
    for role in ("Neck",):
        if role in joints:
            return joints[role]
    for name in ("Shoulder", "Collar"):
        if all(f"{s}_{name}" in joints for s in SIDES):
            return 0.5 * (joints[f"L_{name}"] + joints[f"R_{name}"])
    return joints["Head"] if "Head" in joints else ends["Spine"]
