# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist says of a rest pose by posing: how joints turn that joints' places don't show.

A character brought by hand into SMPL's T-pose tells how each of its bones stands there. Of a limb
only the twist about itself is taken from it, for its direction is known from the joints.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import numpy as np

from ...geometry.rotations import matrix_to_axis_angle, matrix_to_quaternion
from ...runtime.array_types import Floats
from ..posing.figure import figure_of
from ..rig.rig import Rig
from ..rig.rig_map import RigMap
from .frames import canonical

_LIMBS: Final = ("Shoulder", "Elbow", "Hip", "Knee")
"""Roles whose direction at rest is known, so that only their twist can be wrong."""
_LEAST: Final = np.radians(0.5)
"""Corrections under this are left out."""

Vector = tuple[float, float, float]


def corrections_of_pose(
    rig: Rig, rig_map: RigMap, axes: Floats, posed: Collection[str]
) -> dict[str, Vector]:
    """How the frames at rest must turn for a pose to be SMPL's T-pose.

    Since a bone stands at G · Aᵀ · B, with A its joint's frame and B its axes at rest, a bone that
    stands at P where the T-pose is meant, G the body's axes, has A = B · Pᵀ · G.

    Args:
        rig: the character at rest.
        rig_map: which bone is what; corrections that it has already are replaced.
        axes: (B, 3, 3) the bones' axes in the world, as posed.
        posed: names of the bones that were turned by hand; all others say nothing.

    Returns:
        Role -> rotation vector, for roles whose first bone was posed.

    Raises:
        InputError: the map doesn't fit the rig.
    """
    figure = figure_of(rig, replace(rig_map, rest={}))
    found: dict[str, Vector] = {}
    for role, frame in figure.frames.items():
        name = rig_map.first(role)
        if name is None or name not in posed:
            continue
        bone = rig.index(name)
        wanted = rig.axes[bone] @ axes[bone].T @ figure.points.body
        turn = np.asarray(matrix_to_axis_angle(frame.T @ wanted), dtype=np.float64)
        if role[2:] in _LIMBS:
            turn = twist_of(frame.T @ wanted, canonical(role)) * canonical(role)
        if np.linalg.norm(turn) > _LEAST:
            x, y, z = (float(v) for v in turn)
            found[role] = (x, y, z)
    return found


def twist_of(rotation: Floats, axis: Floats) -> float:
    """Radians of a rotation's (3, 3) twist about a unit axis (3,)."""
    w, *v = matrix_to_quaternion(rotation[None])[0]
    angle = 2.0 * float(np.arctan2(np.array(v) @ axis, w))
    return float((angle + np.pi) % (2.0 * np.pi) - np.pi)
