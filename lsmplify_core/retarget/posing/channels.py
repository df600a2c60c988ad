# SPDX-License-Identifier: GPL-3.0-or-later
"""From world rotations of a figure's bones to what their channels must hold."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.rotations import transpose
from ...runtime.array_types import Floats
from ..rig.rig_motion import RigMotion
from ..vectors import apply
from .figure import Figure


def place_bones(figure: Figure, axes: Floats, hips: Floats, root: Floats | None = None) -> Floats:
    """Where the driven bones' heads are.

    Args:
        figure: n driven bones.
        axes: (T, n, 3, 3) their axes in the world.
        hips: (T, 3) metres, where the middle of the hip joints is to be.
        root: (T, 3) metres, how far the root bone is from its rest; None: nowhere.

    Returns:
        (T, n, 3) metres.
    """
    heads = np.empty((*axes.shape[:2], 3))
    for i, bone in enumerate(figure.bones):
        if figure.roles[i] == "Root":
            heads[:, i] = figure.rig.heads[bone] + (0.0 if root is None else root)
        elif i == figure.carrier or figure.parents[i] < 0:
            heads[:, i] = figure.rig.heads[bone]
        else:
            heads[:, i] = (
                heads[:, figure.parents[i]] + axes[:, figure.parents[i]] @ figure.offsets[i]
            )
    moved = _below(figure, figure.carrier)
    heads[:, moved] += (hips - hip_centre(figure, axes, heads))[:, None]
    return heads


def hip_centre(figure: Figure, axes: Floats, heads: Floats) -> Floats:
    """(T, 3) metres: the middle of the hip joints of placed bones."""
    left, right = figure.of("L_Hip")[0], figure.of("R_Hip")[0]
    return 0.5 * (heads[:, left] + heads[:, right])


def _below(figure: Figure, bone: int) -> NDArray[np.bool_]:
    """(n,) the bone and all that hangs on it."""
    result = np.zeros(len(figure.bones), dtype=bool)
    result[bone] = True
    for i, above in enumerate(figure.parents):
        result[i] |= above >= 0 and bool(result[above])
    return result


def rig_motion(figure: Figure, axes: Floats, heads: Floats, rate: float) -> RigMotion:
    """Channels of the driven bones from their world axes (T, n, 3, 3) and heads (T, n, 3) metres.

    In the world's axes a bone with parent P is P's posed axes · rest of the bone in P · own
    rotation; a bone that does not inherit rotation has its rest axes in the world · own rotation.
    Locations are measured from where the parent carries the head, in the bone's own rest axes so
    carried.
    """
    rig = figure.rig
    at = {int(b): i for i, b in enumerate(figure.bones)}
    turns, shifts = np.empty_like(axes), np.zeros_like(heads)
    for i, bone in enumerate(figure.bones):
        carried, head = _carried(figure, int(bone), at, axes, heads)
        base = carried @ rig.axes[bone] if rig.inherits[bone] else rig.axes[bone]
        turns[:, i] = transpose(np.broadcast_to(base, axes[:, i].shape)) @ axes[:, i]
        if figure.floats[i] or figure.roles[i] == "Root":
            within = np.broadcast_to(carried @ rig.axes[bone], axes[:, i].shape)
            shifts[:, i] = apply(transpose(within), heads[:, i] - head) / rig.scale
    moving = figure.floats | np.array([r == "Root" for r in figure.roles])
    return RigMotion(
        rig, rate, figure.bones, turns, shifts, axes, heads, moving, ~rig.locked[figure.bones]
    )


def pose_channels(figure: Figure, turns: Floats, shifts: Floats, rate: float) -> RigMotion:
    """Where channels put the driven bones: `rig_motion` the other way round.

    Args:
        figure: n driven bones.
        turns: (T, n, 3, 3) their own rotations. shifts: (T, n, 3) their locations.
        rate: frames per second.
    """
    rig = figure.rig
    at = {int(b): i for i, b in enumerate(figure.bones)}
    axes, heads = np.empty_like(turns), np.empty_like(shifts)
    for i in _rig_order(figure):
        bone = int(figure.bones[i])
        carried, head = _carried(figure, bone, at, axes, heads)
        base = carried @ rig.axes[bone] if rig.inherits[bone] else rig.axes[bone]
        axes[:, i] = base @ turns[:, i]
        within = np.broadcast_to(carried @ rig.axes[bone], axes[:, i].shape)
        heads[:, i] = head + rig.scale * apply(within, shifts[:, i])
    moving = figure.floats | np.array([r == "Root" for r in figure.roles])
    return RigMotion(
        rig, rate, figure.bones, turns, shifts, axes, heads, moving, ~rig.locked[figure.bones]
    )


def _rig_order(figure: Figure) -> list[int]:
    """Driven bones in an order in which each comes after those above it in the rig."""
    rank = {bone: i for i, bone in enumerate(figure.rig.parents_first())}
    return sorted(range(len(figure.bones)), key=lambda i: rank[int(figure.bones[i])])


def _carried(
    figure: Figure, bone: int, at: dict[int, int], axes: Floats, heads: Floats
) -> tuple[Floats, Floats]:
    """How what is above a bone has turned in the world (T or 1, 3, 3), and where it has brought the
    bone's head (T or 1, 3). Bones in between that aren't driven follow as at rest."""
    rig = figure.rig
    for above in rig.ancestors(bone):
        if above in at:
            turn = axes[:, at[above]] @ rig.axes[above].T
            return turn, heads[:, at[above]] + turn @ (rig.heads[bone] - rig.heads[above])
        if not rig.inherits[above]:
            break
    return np.eye(3)[None], rig.heads[bone][None]
