# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone carries each control of a rig with constraints and drivers: found by turning each a
little and looking at what goes along. The pose is afterwards as it was."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from ....lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from ....lsmplify_core.retarget import Rig
from ....lsmplify_core.retarget.controls.carriers import Carriers

_TURN: Final = axis_angle_to_matrix(np.array([[0.35, 0.25, 0.3]]))[0]
"""The turn that is tried, radians about all three axes."""
_SAME: Final = 0.01
"""Radians: nearer than this is the same."""
_STILL: Final = 1e-3
"""Share of the rig's size: a bone that would move less lies where the other one turns."""
_PART: Final = 0.2
"""Share of its way that a bone that is carried may be off."""


def is_plain(armature: bpy.types.Object, names: Sequence[str]) -> bool:
    """Whether every one of these bones follows its parent and nothing else."""
    driven = _driven_bones(armature)
    for name in names:
        bone = armature.pose.bones[name]
        while bone is not None:
            if bone.name in driven or any(not c.mute and c.influence for c in bone.constraints):
                return False
            bone = bone.parent
    return True


def plain_carriers(rig: Rig) -> Carriers:
    """Every bone follows its parent."""
    return Carriers(np.where(rig.inherits, rig.parents, -1), rig.parents.copy())


def find_carriers(
    context: bpy.types.Context, armature: bpy.types.Object, rig: Rig, names: Sequence[str]
) -> tuple[Carriers, list[str]]:
    """Try out which of the named bones carries which of them.

    Args:
        context: whose view layer is updated.
        armature: posed for a moment.
        rig: the armature at rest.
        names: the bones to be keyed.

    Returns:
        The carriers, and the names of bones that don't go where their own channels say.
    """
    found = plain_carriers(rig)
    index = [rig.index(name) for name in names]
    follows_turn = np.zeros((len(names), len(names)), dtype=bool)
    follows_place = np.zeros_like(follows_turn)
    stuck: list[str] = []
    with _unlimited(armature), at_rest(context, armature):
        resting = _matrices(armature, names)
        size = max(float(np.ptp(resting[:, :3, 3], axis=0).max()), 1e-9)
        for d, name in enumerate(names):
            bone = armature.pose.bones[name]
            bone.matrix_basis = Matrix(_TURN.tolist()).to_4x4()
            context.view_layer.update()
            posed = _matrices(armature, names)
            bone.matrix_basis = Matrix.Identity(4)
            change = posed[:, :3, :3] @ np.swapaxes(resting[:, :3, :3], -1, -2)
            wanted = resting[d, :3, :3] @ _TURN @ resting[d, :3, :3].T
            if angle_between(change[d][None], wanted[None])[0] > _SAME:
                stuck.append(name)
                continue
            follows_turn[:, d] = (
                angle_between(change, np.broadcast_to(wanted, change.shape)) < _SAME
            )
            carried = resting[d, :3, 3] + (resting[:, :3, 3] - resting[d, :3, 3]) @ wanted.T
            off = np.linalg.norm(posed[:, :3, 3] - carried, axis=-1)
            way = np.linalg.norm(carried - resting[:, :3, 3], axis=-1)
            near = way < _STILL * size
            follows_place[:, d] = off < np.where(near, _STILL * size, _PART * way)
        context.view_layer.update()
    held = {rig.index(n) for n in stuck}
    for follows, carriers in ((follows_turn, found.turn), (follows_place, found.place)):
        _nearest(follows, index, carriers, _under(rig, index, held))
    return found, stuck


def _under(rig: Rig, index: list[int], held: set[int]) -> set[int]:
    """Bones whose nearest bone above, of those tried, could not be turned: what it carries is not
    known but by the rig's tree."""
    tried = set(index)
    nearest = {b: next((a for a in rig.ancestors(b) if a in tried), -1) for b in index}
    return {b for b, above in nearest.items() if above in held}


@contextmanager
def _unlimited(armature: bpy.types.Object) -> Generator[None, None, None]:
    """Within it no bone has limits of its own rotation: poses keep them in another way."""
    limits = [
        c for bone in armature.pose.bones for c in bone.constraints
        if c.type == "LIMIT_ROTATION" and c.owner_space == "LOCAL" and not c.mute
    ]  # fmt: skip
    for limit in limits:
        limit.mute = True
    try:
        yield
    finally:
        for limit in limits:
            limit.mute = False


def _nearest(
    follows: NDArray[np.bool_], index: list[int], carriers: NDArray[np.intp], kept: set[int]
) -> None:
    """Of all that carry a bone, the one that is itself carried by most of them; kept: bones whose
    carriers stay."""
    np.fill_diagonal(follows, False)
    both = follows & follows.T  # two that lie on one another and carry each other: neither does
    follows &= ~both
    depth = follows.sum(axis=1)
    for c, bone in enumerate(index):
        if bone in kept:
            continue
        of = np.flatnonzero(follows[c])
        carriers[bone] = index[int(of[np.argmax(depth[of])])] if len(of) else -1


@contextmanager
def at_rest(context: bpy.types.Context, armature: bpy.types.Object) -> Generator[None, None, None]:
    """Within it no bone is posed; afterwards all channels are as they were."""
    before = [bone.matrix_basis.copy() for bone in armature.pose.bones]
    channels = [_channels(bone) for bone in armature.pose.bones]
    for bone in armature.pose.bones:
        bone.matrix_basis = Matrix.Identity(4)
    context.view_layer.update()
    try:
        yield
    finally:
        for bone, basis, values in zip(armature.pose.bones, before, channels, strict=True):
            bone.matrix_basis = basis
            for name, value in values.items():
                setattr(bone, name, value)
        context.view_layer.update()


def _channels(bone: bpy.types.PoseBone) -> dict[str, list[float]]:
    names = ("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle", "scale")
    return {name: list(getattr(bone, name)) for name in names}


def _matrices(armature: bpy.types.Object, names: Sequence[str]) -> NDArray[np.float64]:
    """(n, 4, 4) the bones as posed, in the armature's space, without scale."""
    found = np.array([armature.pose.bones[n].matrix for n in names], dtype=np.float64)
    found[:, :3, :3] /= np.linalg.norm(found[:, :3, :3], axis=1, keepdims=True)
    return found


def _driven_bones(armature: bpy.types.Object) -> set[str]:
    from ...bake.actions import bone_of

    animation = armature.animation_data
    drivers = animation.drivers if animation is not None else ()
    return {name for d in drivers if (name := bone_of(d.data_path)) and ".constraints" not in
            d.data_path}  # fmt: skip
