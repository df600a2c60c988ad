# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes an armature show something else than the keys that are baked on it."""

from collections.abc import Sequence

import bpy

from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ..bake import actions
from ..tracks.sources.still import acting, has_strips, world_of

_TURNED = ("location", "rotation", "scale")


def notes_on(armature: bpy.types.Object) -> tuple[str, ...]:
    """Sentences for the user, none for a plain armature."""
    bones = [b.name for b in armature.pose.bones if acting(b.constraints)]
    driven = _driven(armature)
    notes: list[str] = []
    if bones:
        notes.append(f"{_some(bones)} of {armature.name} have constraints, which change the pose")
    if driven:
        notes.append(f"{_some(driven)} of {armature.name} have drivers, which change the pose")
    if has_strips(armature):
        notes.append(f"{armature.name} has NLA strips, which play together with the baked action")
    elif world_of(armature) is None:
        notes.append(f"{armature.name} is itself moved; the keys are right for where it stands now")
    if armature.data.pose_position == "REST":
        notes.append(f"{armature.name} is shown in its rest position; set it to Pose Position")
    return tuple(notes)


def _driven(armature: bpy.types.Object) -> list[str]:
    animation = armature.animation_data
    paths = [d.data_path for d in animation.drivers if not d.mute] if animation else []
    names = [actions.bone_of(p) for p in paths if p.rpartition(".")[2].startswith(_TURNED)]
    return sorted({n for n in names if n is not None and n in JOINT_NAMES})


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
