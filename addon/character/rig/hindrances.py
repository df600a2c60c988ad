# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the way of a character's keys: scenes, modes, locks, constraints, drivers."""

from collections.abc import Sequence

import bpy

from ....lsmplify_core.retarget import RigMap
from ....lsmplify_core.runtime.errors import InputError
from ...bake.actions import bone_of
from ...tracks.sources.still import acting, has_strips, world_of

_MOST = 6
"""Names that a sentence lists."""
_OWN = ("location", "rotation", "scale")


def check_scene(context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """InputError where Blender does not evaluate the armature here, or its bones are being
    edited."""
    name, scene = armature.name, context.scene
    if armature.mode == "EDIT":
        raise InputError(f"armature {name!r} is in Edit Mode; leave it (Tab), then run it again")
    if armature in set(context.view_layer.objects):
        return
    if armature in set(scene.objects):
        raise InputError(
            f"armature {name!r} lies in a collection that this view layer leaves out; switch it on "
            "in the Outliner"
        )
    others = [s.name for s in bpy.data.scenes if armature in set(s.objects)]
    where = f"scene {others[0]!r}" if others else "no scene"
    raise InputError(
        f"armature {name!r} is in {where}, not in {scene.name!r}; go to its scene, or link it here"
    )


def notes(armature: bpy.types.Object, rig_map: RigMap) -> list[str]:
    """Sentences about what makes the character show something else than its keys."""
    found = _locks(armature, rig_map)
    if has_strips(armature):
        found.append(
            f"{armature.name} has NLA strips, which play together with its new action; mute them"
        )
    elif world_of(armature) is None:
        found.append(f"{armature.name} is itself moved; the keys are right for where it stands now")
    if armature.data.pose_position == "REST":
        found.append(f"{armature.name} is shown in its rest position; set it to Pose Position")
    return found


def _locks(armature: bpy.types.Object, rig_map: RigMap) -> list[str]:
    """Channels that get no keys since an artist has locked them."""
    bones = armature.pose.bones
    turning = [n for n in rig_map.mapped if any(bones[n].lock_rotation) != all(
        bones[n].lock_rotation)]  # fmt: skip
    found: list[str] = []
    if turning:
        found.append(
            f"bones {_some(turning)} have single locked rotation channels, which get no keys: they "
            "turn less than they should; unlock them"
        )
    carrier = rig_map.first("Torso") or rig_map.first("Pelvis")
    if carrier is not None and any(bones[carrier].lock_location):
        found.append(
            f"the location of bone {carrier} is locked and gets no keys there; unlock it, or the "
            "character does not travel"
        )
    return found


def fights(armature: bpy.types.Object, stuck: Sequence[str]) -> list[str]:
    """A sentence about bones that don't go where their keys say, with what holds them.

    stuck: as `find_carriers` found them.
    """
    stuck = [n for n in stuck if not _only_limited(armature, n)]
    if not stuck:
        return []
    told = [f"{name} ({held})" if (held := held_by(armature, name)) else name for name in stuck]
    one = len(stuck) == 1
    return [
        f"{'bone' if one else 'bones'} {_some(told)} {'is' if one else 'are'} held and "
        f"{'does' if one else 'do'} not go where the keys say; mute what holds "
        f"{'it' if one else 'them'}, or choose other controls"
    ]


def _only_limited(armature: bpy.types.Object, name: str) -> bool:
    """Whether a bone is held by nothing but its own limits, which are kept."""
    bone = armature.pose.bones[name]
    limits = [c for c in bone.constraints if c.type == "LIMIT_ROTATION"]
    others = [c for c in acting(bone.constraints) if c not in limits]
    return bool(limits) and not others and not _drivers(armature, name)


def held_by(armature: bpy.types.Object, name: str) -> str:
    """Constraints and drivers on a bone or on those above it, the nearest first."""
    bone = armature.pose.bones[name]
    while bone is not None:
        held = [f"constraint {c.name}" for c in acting(bone.constraints)]
        held += [f"a driver on {path}" for path in _drivers(armature, bone.name)]
        if held:
            of = "" if bone.name == name else f" of {bone.name}"
            return f"{', '.join(held[:2])}{of}"
        bone = bone.parent
    return ""


def _drivers(armature: bpy.types.Object, bone: str) -> list[str]:
    animation = armature.animation_data
    paths = [d.data_path for d in animation.drivers if not d.mute] if animation else []
    last = [(bone_of(p), p.rpartition(".")[2]) for p in paths]
    return sorted({name for of, name in last if of == bone and name.startswith(_OWN)})


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST]) + (", …" if len(names) > _MOST else "")
