# SPDX-License-Identifier: GPL-3.0-or-later
"""What joints can do: ranges from the T-pose, in SMPL's joint frames (X left, Y up, Z forward).

Ranges are those of the American Academy of Orthopaedic Surgeons ("Joint Motion: Method of Measuring
and Recording", 1965); zero positions and axes follow the recommendations of the International
Society of Biomechanics (Wu et al., J. Biomech. 35, 2002, for spine, hip and ankle; 38, 2005, for
shoulder, elbow and wrist). They are wider where SMPL spreads one anatomical joint over several
(spine, neck, collar with shoulder), and where a rotation vector mixes axes (a bent elbow that is
turned too). docs/convention.md has the table.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..geometry.rotations import matrix_to_axis_angle
from ..geometry.skeleton import JOINT_INDEX, JOINT_NAMES, MIRROR, N_JOINTS
from ..runtime.array_types import Floats


@dataclass(frozen=True)
class Range:
    """Degrees a rotation vector may reach about x, y and z: (least, most) each, of a left joint;
    the right one is its mirror image."""

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]


RANGES: Final[dict[str, Range]] = {
    "Spine1": Range((-25, 45), (-30, 30), (-30, 30)),
    "Spine2": Range((-20, 35), (-30, 30), (-25, 25)),
    "Spine3": Range((-20, 35), (-30, 30), (-25, 25)),
    "Neck": Range((-40, 40), (-50, 50), (-35, 35)),
    "Head": Range((-40, 40), (-50, 50), (-35, 35)),
    "L_Hip": Range((-130, 40), (-60, 60), (-40, 80)),
    "L_Knee": Range((-10, 160), (-35, 35), (-20, 20)),
    "L_Ankle": Range((-35, 60), (-45, 45), (-45, 45)),
    "L_Foot": Range((-70, 50), (-20, 20), (-20, 20)),
    "L_Collar": Range((-30, 30), (-45, 30), (-25, 50)),
    "L_Shoulder": Range((-110, 110), (-140, 60), (-110, 110)),
    "L_Elbow": Range((-110, 110), (-160, 12), (-60, 60)),
    "L_Wrist": Range((-100, 100), (-45, 45), (-90, 90)),
}


def limits() -> tuple[Floats, Floats]:
    """(24, 3) radians: the least and the most a rotation vector may be; infinite for joints without
    a range."""
    low, high = np.full((N_JOINTS, 3), -np.inf), np.full((N_JOINTS, 3), np.inf)
    for name, spread in RANGES.items():
        joint = JOINT_INDEX[name]
        for axis, (least, most) in enumerate((spread.x, spread.y, spread.z)):
            low[joint, axis], high[joint, axis] = np.radians(least), np.radians(most)
        other = MIRROR[joint]
        if other != joint:
            low[other], high[other] = low[joint], high[joint]
            low[other, 1:], high[other, 1:] = -high[joint, 1:], -low[joint, 1:]
    return low, high


def past_ranges(rotations: Floats) -> Floats:
    """(T, 24) degrees: how far each of the rotations (T, 24, 3, 3) is past its range, 0 inside."""
    vectors = matrix_to_axis_angle(rotations)
    low, high = limits()
    over = np.maximum(vectors - high, 0.0) + np.maximum(low - vectors, 0.0)
    return np.degrees(np.linalg.norm(over, axis=-1))


assert set(RANGES) <= set(JOINT_NAMES)
