# SPDX-License-Identifier: GPL-3.0-or-later
"""World rotations of a figure's bones from those of the source's joints.

Spines and necks of any number of bones take their share of the way between the source's joints;
limbs of several bones, and twist bones beside them, share the twist along the limb.
"""

from typing import Final

import numpy as np

from ...geometry.rotations import matrix_to_quaternion, quaternion_to_matrix, slerp, transpose
from ...runtime.array_types import Floats
from ..rig.roles import FINGER_ROLES, SIDES
from ..vectors import about, apply, shortest_turn, unit
from .figure import Figure
from .performance import World

_SPINE: Final = ("Pelvis", "Spine1", "Spine2", "Spine3")
_LIMB_ABOVE: Final = {"Shoulder": "Collar", "Hip": "Pelvis"}
"""Limbs whose own twist is taken back towards their beginning, and what they twist against."""
_LIMB_BELOW: Final = {"Elbow": "Wrist", "Knee": "Ankle"}
"""Limbs that take up the twist of what follows towards their end."""
RELAXED: Final = np.radians([18.0, 26.0, 16.0])
"""Bends of a relaxed finger's three joints."""


def role_turns(figure: Figure, world: World, exact: bool = False) -> dict[str, list[Floats]]:
    """Role -> the joints' world rotations (T, 3, 3), one a bone of the role's chain.

    exact: a spine's or neck's bones follow one of the source's joints each, so that the figure's
    chest is where a body of its own proportions has it; else the way is shared evenly.
    """
    turns: dict[str, list[Floats]] = {}
    still = np.broadcast_to(np.eye(3), world.turns[:, 0].shape)
    for role in dict.fromkeys(figure.roles):
        chain = figure.of(role)
        if role == "Root":
            turns[role] = [np.broadcast_to(figure.frames[role], still.shape)]
        elif role in ("Torso", "Pelvis"):
            turns[role] = [world.turn("Pelvis")]
        elif role == "Spine":
            turns[role] = _shared(_stack(world, _SPINE), len(chain), exact)
        elif role == "Neck":
            turns[role] = _shared(_stack(world, ("Spine3", "Neck")), len(chain), exact)
        elif role in FINGER_ROLES:
            turns[role] = [_finger(figure, world, role)]
        elif not role.endswith("Twist"):
            turns[role] = [world.turn(role)] * len(chain)
    return turns


def _stack(world: World, joints: tuple[str, ...]) -> Floats:
    """(T, J, 4) quaternions."""
    return matrix_to_quaternion(np.stack([world.turn(j) for j in joints], axis=1))


def _shared(q: Floats, bones: int, exact: bool) -> list[Floats]:
    """Rotations of a chain's bones on the way through joints (T, J, 4), the first one not
    included."""
    last = q.shape[1] - 1
    result: list[Floats] = []
    for bone in range(1, bones + 1):
        at = bone * last / bones
        if exact:
            at = float(np.ceil(at - 1e-9))
        low = min(int(at), last - 1)
        t = np.full(len(q), at - low)
        result.append(quaternion_to_matrix(slerp(q[:, low], q[:, low + 1], t)))
    return result


def _finger(figure: Figure, world: World, role: str) -> Floats:
    """A finger joint's world rotation: the source's, else a relaxed bend."""
    if world.fingers is not None:
        return world.fingers[:, FINGER_ROLES.index(role)]
    wrist = world.turn(f"{role[0]}_Wrist")
    number = int(role[-1])
    bend = float(RELAXED[:number].sum()) * (0.5 if "Thumb" in role else 1.0)
    side = -1.0 if role[0] == "L" else 1.0
    return wrist @ about(np.array([0.0, 0.0, 1.0]), np.array(side * bend))


def bone_axes(figure: Figure, turns: dict[str, list[Floats]]) -> Floats:
    """(T, n, 3, 3) world axes of the driven bones: G · Aᵀ · B, with twist shared along limbs."""
    first = next(iter(turns.values()))[0]
    axes = np.empty((len(first), len(figure.bones), 3, 3))
    for i, role in enumerate(figure.roles):
        if not role.endswith("Twist"):
            axes[:, i] = turns[role][figure.place[i]] @ figure.rest[i]
    for side in SIDES:
        for name in ("Shoulder", "Elbow", "Hip", "Knee"):
            _share_twist(figure, turns, axes, f"{side}_{name}")
    return axes


def _share_twist(figure: Figure, turns: dict[str, list[Floats]], axes: Floats, role: str) -> None:
    """Turn a limb's later bones and its twist bones about it, each by its place along the limb."""
    chain, beside = figure.of(role), figure.of(f"{role}Twist")
    if not chain or (len(chain) == 1 and not beside):
        return
    start, end = figure.points.joints[role], figure.points.ends[role]
    length = float(np.sum((end - start) ** 2))
    own = turns[role][0]
    along = unit(figure.segment(role))
    twist, fixed_end = _limb_twist(figure, turns, role, own, along)
    for i in (*chain, *beside):
        bone = figure.bones[i]
        middle = 0.5 * (figure.rig.heads[bone] + figure.rig.tails[bone])
        if i in chain:
            middle = figure.rig.heads[bone]
        share = float(np.clip((middle - start) @ (end - start) / length, 0.0, 1.0))
        angle = twist * (share - 1.0 if fixed_end else share)
        if i in chain and len(chain) == 1:
            angle = 0.0 * angle
        axes[:, i] = own @ about(np.broadcast_to(along, (len(own), 3)), angle) @ figure.rest[i]
    if len(chain) > 1:
        _straighten(figure, axes, chain, end, apply(own, figure.segment(role)))


def _straighten(
    figure: Figure, axes: Floats, chain: list[int], end: Floats, wanted: Floats
) -> None:
    """Turn a limb's bones, in place, so that the limb points where it did before they were twisted:
    bones that do not lie quite in line swing its end when they twist apart."""
    bones = figure.bones[chain]
    points = np.concatenate((figure.rig.heads[bones], end[None]))
    way = np.zeros_like(wanted)
    for i, bone, step in zip(chain, bones, np.diff(points, axis=0), strict=True):
        way = way + axes[:, i] @ (figure.rig.axes[bone].T @ step)
    axes[:, chain] = shortest_turn(way, wanted)[:, None] @ axes[:, chain]


def _limb_twist(
    figure: Figure, turns: dict[str, list[Floats]], role: str, own: Floats, along: Floats
) -> tuple[Floats, bool]:
    """Radians (T,) by which a limb is twisted against what it hangs on, or what follows it against
    it; and whether its end is what keeps the limb's own rotation."""
    side, name = role[0], role[2:]
    if name in _LIMB_ABOVE:
        above = _LIMB_ABOVE[name]
        above = above if above == "Pelvis" else f"{side}_{above}"
        before = turns[above][-1] if above in turns else turns["Spine"][-1]
        return _twist(before, own, along), True
    after = f"{side}_{_LIMB_BELOW[name]}"
    if after not in turns:
        return np.zeros(len(own)), False
    return _twist(own, turns[after][0], along), False


def _twist(before: Floats, after: Floats, along: Floats) -> Floats:
    """Radians (T,) of `after`'s twist about `along`, as seen from `before` (T, 3, 3),
    continuous."""
    local = transpose(before) @ after
    q = matrix_to_quaternion(local)
    angle = 2.0 * np.arctan2(q[:, 1:] @ along, q[:, 0])
    return np.unwrap(angle)
