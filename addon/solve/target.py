# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the result of a solve goes, as the settings were when it began.

A solve lasts; meanwhile an artist may switch *Into*, delete, rename and undo, and change the scene
or its rate. What was asked for when the button was pressed is what is done, or nothing, with the
reason.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ...lsmplify_core.body.body import Body
from ...lsmplify_core.motion.bone_axes import body_of
from ...lsmplify_core.runtime.errors import InputError
from ..bake import actions
from ..body.armature import check_action, check_target, rig_of
from ..character.apply.solved import SolvedCharacter, chosen_character
from ..character.rig.armature import check_character
from ..character.rig.character import same_at_rest
from ..common.handles import Handle, handle_of, within
from ..common.units import scene_unit
from ..tracks.scene_tracks import scene_rate

_SAME: float = 1e-4
"""Metres by which joints at rest may have moved and still be the same body: single precision's."""


@dataclass(frozen=True)
class Target:
    """What the settings said when the solve began.

    Attributes:
        scene: the scene whose settings they are.
        rate: its frames per second.
        metres: in one unit of it.
        armature: the one to bake on, None where one is made.
        body: what that armature is; None where it is a character that is no SMPL body.
        character: that character.
        action: the action that gets the keys, None where one is made.
        whole: keys on whole frames, else on every sample.
        made_with: settings that are kept on the action.
    """

    scene: Handle
    rate: float
    metres: float
    armature: Handle | None
    body: Body | None
    action: Handle | None
    whole: bool
    made_with: dict[str, Any]
    character: SolvedCharacter | None = None


@dataclass(frozen=True)
class Found:
    """A target's data-blocks as they are now, and sentences about what changed."""

    scene: bpy.types.Scene
    armature: bpy.types.Object | None
    action: bpy.types.Action | None
    notes: tuple[str, ...]


def captured(context: bpy.types.Context) -> Target:
    """The target that the scene's settings say now. InputError where nothing can be baked there."""
    scene = context.scene
    settings: Any = scene.lsmplify
    armature = settings.armature if settings.target == "EXISTING" else None
    body = action = character = None
    if settings.target == "EXISTING":
        character = chosen_character(context, armature)
    if armature is not None:
        if character is None:
            body = body_of(rig_of(check_target(armature)), armature.name)
        if settings.into == "CURRENT":
            check_action(armature)
            action = armature.animation_data.action if armature.animation_data else None
    made_with = {
        "source": settings.source, "layout": settings.layout, "keys": settings.keys,
        "method": settings.method, "refine": settings.refine,
        "smooth": -1.0 if settings.auto_smooth else settings.smooth,
    }  # fmt: skip
    return Target(
        handle_of(scene, "scenes"), scene_rate(scene), scene_unit(scene),
        None if armature is None else handle_of(armature, "objects"), body,
        None if action is None else handle_of(action, "actions"),
        settings.keys == "SCENE", made_with, character,
    )  # fmt: skip


def found_again(target: Target) -> Found:
    """The target's data-blocks, after a check that they are still what they were.

    Raises:
        InputError: one is gone, or is another body now. Nothing was written then.
    """
    scene = target.scene.find()
    if scene is None:
        raise InputError(f"scene {target.scene.name!r} was removed while solving; solve again")
    armature = action = None
    notes: list[str] = []
    if target.armature is not None:
        with within(bpy.context, scene):
            armature = _armature(target, target.armature)
        if target.action is not None:
            action = _action(target.action, armature, notes)
    rate = scene_rate(scene)
    if abs(rate - target.rate) > 1e-6 * rate:
        notes.append(
            f"the scene's rate was changed from {target.rate:g} to {rate:g} while solving; the "
            f"keys lie where they are right at {target.rate:g}"
        )
    return Found(scene, armature, action, tuple(notes))


def _armature(target: Target, handle: Handle) -> bpy.types.Object:
    armature = handle.find()
    if armature is None or armature.type != "ARMATURE":
        raise InputError(f"armature {handle.name!r} was removed while solving; solve again")
    if target.character is not None:
        check_character(armature)
        same = same_at_rest(target.character.character, armature)
    else:
        check_target(armature)
        same = target.body is None or _same(target.body, armature)
    if not same:
        raise InputError(
            f"armature {armature.name!r} was changed while solving, its bones are others at rest; "
            "solve again"
        )
    return armature


def _same(body: Body, armature: bpy.types.Object) -> bool:
    now = body_of(rig_of(armature), armature.name).rest_joints
    return bool(np.abs(now - body.rest_joints).max() < _SAME)


def _action(handle: Handle, armature: bpy.types.Object, notes: list[str]) -> bpy.types.Action:
    action = handle.find()
    if action is None:
        raise InputError(f"action {handle.name!r} was removed while solving; solve again")
    check_action(armature)
    shown = armature.animation_data.action if armature.animation_data else None
    if shown != action:
        notes.append(
            f"armature {armature.name!r} shows another action now; the keys went into "
            f"{action.name!r}, as was chosen"
        )
    return action


def moved_to(armature: bpy.types.Object, shown: bpy.types.Scene, wanted: bpy.types.Scene) -> None:
    """Bring an armature that was made in a scene, with what hangs on it, to another."""
    if shown == wanted:
        return
    for item in (armature, *armature.children):
        shown.collection.objects.unlink(item)
        wanted.collection.objects.link(item)


@contextmanager
def using(
    armature: bpy.types.Object, action: bpy.types.Action | None
) -> Generator[None, None, None]:
    """Within it the armature uses that action; afterwards the one that it used before. None: no
    change."""
    shown = armature.animation_data.action if armature.animation_data else None
    if action is None or shown == action:
        yield
        return
    actions.assign(armature, action)
    try:
        yield
    finally:
        if shown is None:
            armature.animation_data.action = None
        else:
            actions.assign(armature, shown)
