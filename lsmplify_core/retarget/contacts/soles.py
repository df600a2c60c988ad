# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure's soles: heels and toes, where they are, and at which pitch of the foot."""

from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ..posing.figure import Figure
from ..vectors import about, apply, unit

_PITCH: Final = np.radians(8.0)
"""The farthest that a standing foot is pitched to have heel and toe at their heights."""


def sole_offsets(figure: Figure) -> dict[str, Floats]:
    """Side -> (2, 3) metres: heel and toe in the foot's frame, both on the ground at rest.

    The heel lies under and a little behind the ankle, the toe under and a little before the ball,
    in proportions of SMPL's foot.
    """
    result: dict[str, Floats] = {}
    for side in "LR":
        foot, toe = f"{side}_Ankle", f"{side}_Foot"
        if not figure.has(foot):
            continue
        ankle = figure.points.joints[foot]
        ball = figure.points.joints.get(toe, figure.points.ends[foot])
        ahead = ball - ankle
        ahead = ahead * np.array([1.0, 1.0, 0.0])
        points = np.stack((ankle - 0.33 * ahead, ball + 0.33 * ahead))
        points[:, 2] = figure.floor
        result[side] = (points - ankle) @ figure.frames[foot]
    return result


def soles(figure: Figure, turns: dict[str, list[Floats]], ankles: dict[str, Floats]) -> Floats:
    """(T, 4, 3) metres: the figure's heels and toes. ankles: side -> (T, 3) metres.

    The toe's point turns with the foot, not with the toes: it stays where the ball rolls on.
    """
    offsets = sole_offsets(figure)
    parts: list[Floats] = []
    for side in "LR":
        foot = turns[f"{side}_Ankle"][0]
        parts += [ankles[side] + apply(foot, offset) for offset in offsets[side]]
    return np.stack(parts, axis=1)


def levelled(own: Floats, goal: Floats, tied: Floats) -> Floats:
    """(T, 2, 3, 3) rotations to put before those of the feet, that bring a standing foot's toe as
    much over its heel as its source's: a longer foot, pitched as far, has its toe elsewhere.

    With v from heel to toe and its height v_z = |v| · sin θ, it turns about the level axis v x z by
    asin(goal / |v|) - θ.

    Args:
        own: (T, 4, 3) metres, heels and toes as they are.
        goal: (T, 4, 3) metres, the source's at the figure's size.
        tied: (T, 2) 0 to 1, how much each foot is to be turned.
    """
    own, goal = (p[:, 1::2] - p[:, 0::2] for p in (own, goal))
    length = np.maximum(np.linalg.norm(own, axis=-1), 1e-9)
    now, wanted = (np.arcsin(np.clip(p[..., 2] / length, -1.0, 1.0)) for p in (own, goal))
    axis = np.stack((own[..., 1], -own[..., 0], np.zeros_like(length)), axis=-1)
    level = np.clip(2.0 * np.linalg.norm(axis, axis=-1) / length, 0.0, 1.0)  # none for upright ones
    angle = tied * level * np.clip(wanted - now, -_PITCH, _PITCH)
    return about(unit(axis), angle)
