# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a character's way over the ground is kept: on its hips, on its root bone, or nowhere."""

from dataclasses import replace
from typing import Final

import numpy as np

from ...ik.smoothing import gaussian_filter
from ...runtime.array_types import Floats
from ..rig.rig_motion import RigMotion
from .channels import hip_centre, rig_motion
from .figure import Figure

_SWAY: Final = 0.4
"""Seconds over which the hips' path is averaged: what is faster than that is sway and stays on
them."""


def travelled(figure: Figure, motion: RigMotion, root: str) -> RigMotion:
    """The motion with its way over the ground on the root bone ("root"), left out ("in-place"), or
    as it is ("hips", and "root" where the character has none)."""
    if root == "hips" or (root == "root" and not figure.has("Root")):
        return motion
    way = ground_path(figure, motion)
    heads = motion.heads.copy()
    if root == "in-place":
        heads[:, [r != "Root" for r in figure.roles]] -= way[:, None]
    else:
        heads[:, figure.of("Root")] += way[:, None]
    return replace(rig_motion(figure, motion.axes, heads, motion.rate), turning=motion.turning)


def ground_path(figure: Figure, motion: RigMotion) -> Floats:
    """(T, 3) metres, level: the slow path of the hips from where they are at rest."""
    hips = hip_centre(figure, motion.axes, motion.heads) - figure.points.hip_centre
    hips = hips * np.array([1.0, 1.0, 0.0])
    if len(hips) < 3:
        return hips
    return gaussian_filter(hips, _SWAY * motion.rate)
