# SPDX-License-Identifier: GPL-3.0-or-later
"""Every step makes a new action from the one before, or an NLA layer, and keeps its settings on
it."""

import bpy

from ...lsmplify_core.runtime.errors import InputError
from ..bake import actions
from . import live
from . import properties as groups
from .reading import Take


def begin(take: Take, kind: str) -> bpy.types.Action:
    """A copy of the take's action for a step, not shown yet: all its other curves stay as they
    are."""
    action = take.action.copy()
    before = take.action.lsmplify_step
    name = before.take or _plain_name(take.action.name)
    action.name = f"{name} LSMPLify {groups.KINDS[kind]}"
    action.use_fake_user = True
    step = action.lsmplify_step
    for text in ("record", "record_id", "expected", "refined", "contacts"):
        setattr(step, text, "")
    step.pose_keys.clear()
    step.kind, step.take, step.source = kind, name, take.action
    if not before.take:
        before.take = name
    return action


def show(context: bpy.types.Context, take: Take, action: bpy.types.Action, into: str = "") -> None:
    """Let the armature show a step's action, as the scene's settings want it, or `into` where that
    was read when the step began."""
    armature = take.armature
    take.action.use_fake_user = True  # what is switched away from must survive saving
    armature.lsmplify_rig.other = take.action
    if (into or context.scene.lsmplify.cleanup.into) == "NLA":
        _push_down(armature, take.action)
        _push_down(armature, action)
        armature.animation_data.action = None
    else:
        _assign(armature, action)


def switch(armature: bpy.types.Object, shown: bpy.types.Action) -> bpy.types.Action:
    """Show the other of the last two actions; returns it. InputError where there is none."""
    rig = armature.lsmplify_rig
    other = rig.other
    if other is None or other == shown:
        raise InputError(f"armature {armature.name!r} has no other action to switch to")
    animation = armature.animation_data
    if animation.action is None:
        strips = _strips(armature)
        if shown.name in strips and other.name in strips:
            for name, track in strips.items():
                track.mute = name != other.name and (name == shown.name or track.mute)
            rig.other = shown
            return other
    _assign(armature, other)
    rig.other = shown
    return other


def _assign(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Assign an action in the slot that it has for the armature."""
    slot = actions.slot_for(action, armature)
    actions.assign(armature, action)
    if slot is not None and armature.animation_data.action_slot is None:
        armature.animation_data.action_slot = slot


def _push_down(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Put an action on an NLA track of its own above the others, unless it has one."""
    if action.name in _strips(armature):
        return
    animation = armature.animation_data
    track = animation.nla_tracks.new()
    track.name = action.name
    strip = track.strips.new(action.name, round(action.frame_range[0]), action)
    actions.set_strip_slot(strip, armature)
    strip.blend_type = "REPLACE"
    strip.extrapolation = "HOLD"


def _strips(armature: bpy.types.Object) -> dict[str, bpy.types.NlaTrack]:
    """NLA tracks by the name of the one action on them."""
    tracks = armature.animation_data.nla_tracks if armature.animation_data else ()
    return {
        track.strips[0].action.name: track
        for track in tracks if len(track.strips) == 1 and track.strips[0].action is not None
    }  # fmt: skip


def _plain_name(name: str) -> str:
    """The take's name in an action's."""
    return name.split(" LSMPLify")[0].strip() or "Take"


def copy_settings(source: bpy.types.PropertyGroup, target: bpy.types.PropertyGroup) -> None:
    """Settings of one group into another of its kind."""
    with live.silent():
        groups.fill(target, groups.values_of(source))
