# SPDX-License-Identifier: GPL-3.0-or-later
"""The body: where 24 joints lie at rest, and how its proportions vary.

The default body is the project's own. Segment lengths follow published anthropometry: the
joint-centre distances of de Leva, "Adjustments to Zatsiorsky–Seluyanov's segment inertia
parameters" (J. Biomech. 1996), means of women and men, at a stature of 1.64 m. They are laid along
the limbs of SMPL's T-pose (Y up, facing +Z, left is +X, joint frames parallel to the body's), so
that a rotation means the same here and on SMPL.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from ..geometry.kinematics import bone_offsets
from ..geometry.skeleton import JOINT_INDEX, JOINT_NAMES, MIRROR, N_JOINTS, PARENTS
from ..runtime.array_types import Floats

_PELVIS: Final = (-0.0018, -0.2233, 0.0282)
"""Where SMPL's neutral body has its pelvis: AMASS's `trans` is measured from there."""

_MIDLINE_AND_LEFT: Final[dict[str, tuple[float, tuple[float, float, float]]]] = {
    # joint: (length from the parent in metres, direction at rest)
    "L_Hip": (0.115, (0.60, -0.79, -0.05)),
    "Spine1": (0.112, (0.0, 0.97, -0.24)),
    "L_Knee": (0.375, (0.095, -0.995, -0.018)),
    "Spine2": (0.135, (0.0, 1.0, 0.01)),
    "L_Ankle": (0.406, (-0.037, -0.993, -0.107)),
    "Spine3": (0.059, (0.0, 0.90, 0.43)),
    "L_Foot": (0.134, (0.195, -0.39, 0.90)),
    "Neck": (0.218, (0.0, 0.98, -0.20)),
    "L_Collar": (0.148, (0.54, 0.81, -0.24)),
    "Head": (0.083, (0.0, 0.785, 0.62)),
    "L_Shoulder": (0.100, (0.945, 0.32, -0.09)),
    "L_Elbow": (0.259, (0.994, -0.05, -0.095)),
    "L_Wrist": (0.252, (0.999, 0.033, -0.013)),
    "L_Hand": (0.086, (0.985, -0.083, -0.147)),
}

REGIONS: Final[dict[str, tuple[str, ...]]] = {
    "pelvis": ("L_Hip", "R_Hip"),
    "spine": ("Spine1", "Spine2", "Spine3"),
    "neck": ("Neck",),
    "head": ("Head",),
    "collars": ("L_Collar", "R_Collar"),
    "shoulders": ("L_Shoulder", "R_Shoulder"),
    "upper arms": ("L_Elbow", "R_Elbow"),
    "forearms": ("L_Wrist", "R_Wrist"),
    "hands": ("L_Hand", "R_Hand"),
    "thighs": ("L_Knee", "R_Knee"),
    "shanks": ("L_Ankle", "R_Ankle"),
    "feet": ("L_Foot", "R_Foot"),
}
"""What a proportion scales: the bones that end in these joints. Left and right stay equal."""

REGION_NAMES: Final = tuple(REGIONS)


@dataclass(frozen=True)
class Body:
    """A person's skeleton at rest.

    rest_joints: (24, 3) metres in SMPL's rest frame. name: what reports call it.
    """

    rest_joints: Floats
    name: str = "default"

    @property
    def offsets(self) -> Floats:
        """(24, 3) metres: each joint from its parent."""
        return bone_offsets(self.rest_joints)

    @property
    def height(self) -> float:
        """Metres from the toe joints to the head joint: a measure of size, not the stature."""
        y = self.rest_joints[:, 1]
        return float(y.max() - y.min())

    def scaled(self, scales: Floats) -> "Body":
        """The same body with other proportions.

        scales: (24,) a factor for the bone that ends in each joint (the pelvis's is not used).
        """
        offsets = self.offsets * np.asarray(scales)[:, None]
        return Body(_joint_positions(offsets, self.rest_joints[0]), self.name)


def region_scales(factors: Floats) -> Floats:
    """Spread one factor a region, in the order of REGION_NAMES, over the joints: (12,) -> (24,)."""
    scales = np.ones(N_JOINTS)
    for factor, name in zip(factors, REGION_NAMES, strict=True):
        for joint in REGIONS[name]:
            scales[JOINT_INDEX[joint]] = factor
    return scales


def default_body() -> Body:
    """The project's own adult body."""
    return Body(_default_joints().copy())


@lru_cache(maxsize=1)
def _default_joints() -> Floats:
    """(24, 3) metres, computed once: a solve asks for the body some thirty times."""
    offsets = np.zeros((N_JOINTS, 3))
    for name, (length, direction) in _MIDLINE_AND_LEFT.items():
        joint = JOINT_INDEX[name]
        unit = np.asarray(direction) / np.linalg.norm(direction)
        offsets[joint] = length * unit
        offsets[MIRROR[joint]] = offsets[joint] * (
            (-1.0, 1.0, 1.0) if MIRROR[joint] != joint else 1.0
        )
    return _joint_positions(offsets, np.asarray(_PELVIS))


def _joint_positions(offsets: Floats, pelvis: Floats) -> Floats:
    positions = np.zeros((N_JOINTS, 3))
    positions[0] = pelvis
    for joint in range(1, N_JOINTS):
        positions[joint] = positions[PARENTS[joint]] + offsets[joint]
    return positions


assert set(_MIDLINE_AND_LEFT) <= set(JOINT_NAMES)
