# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions and their curves in every Blender from 4.2: the only place that asks for the version.

Until 4.3 an action owns its curves; from 4.4 they lie in the channelbag of a slot, and 5.0 has
nothing else.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager

import bpy
import numpy as np
from numpy.typing import NDArray

from .keys import add_straight

SLOTTED = bpy.app.version >= (4, 4, 0)


def curves_of(data: bpy.types.ID) -> list[bpy.types.FCurve]:
    """The curves that animate an object now, muted ones left out."""
    return [c for c in _all_curves(data) if not _is_muted(c)]


def muted_curves(data: bpy.types.ID, path: str) -> list[bpy.types.FCurve]:
    """The muted ones among the curves of a path."""
    return [c for c in _all_curves(data) if c.data_path == path and _is_muted(c)]


def bone_of(path: str) -> str | None:
    """The bone that a data path is about, or None."""
    found = _BONE.match(path)
    return bpy.utils.unescape_identifier(found.group(1)) if found else None


_BONE = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]')


def _all_curves(data: bpy.types.ID) -> list[bpy.types.FCurve]:
    animation = data.animation_data
    if animation is None or animation.action is None:
        return []
    bag = _bag(animation.action, getattr(animation, "action_slot", None), False)
    return list(bag.fcurves) if bag is not None else []


def _is_muted(curve: bpy.types.FCurve) -> bool:
    return curve.mute or (curve.group is not None and curve.group.mute)


def is_locked(curve: bpy.types.FCurve) -> bool:
    """Whether an artist has locked a curve, or its group, so that nothing changes its keys."""
    return curve.lock or (curve.group is not None and curve.group.lock)


_left: list[set[str]] = []


@contextmanager
def locked_noted() -> Generator[set[str], None, None]:
    """Within it the names of locked curves that were left as they are are gathered."""
    names: set[str] = set()
    _left.append(names)
    try:
        yield names
    finally:
        _left.pop()


def may_write(curve: bpy.types.FCurve) -> bool:
    """Whether a curve may get keys; a locked one is noted for `locked_noted`."""
    if not is_locked(curve):
        return True
    for names in _left:
        names.add(bone_of(curve.data_path) or curve.data_path)
    return False


def locked_note(names: set[str], action: bpy.types.Action) -> str:
    """A sentence about the locked curves that were left."""
    listed = ", ".join(sorted(names)[:6]) + (", …" if len(names) > 6 else "")
    return (
        f"action {action.name!r} has locked curves, which were left as they are: {listed}; unlock "
        "them in the Graph Editor to replace them"
    )


def new_action(owner: bpy.types.Object, name: str) -> bpy.types.Action:
    """A new, empty action assigned to `owner`, with its slot. The one before is kept: without a
    user it would not be saved."""
    before = owner.animation_data.action if owner.animation_data else None
    if before is not None and not before.library:
        before.use_fake_user = True
    action = bpy.data.actions.new(name)
    assign(owner, action)
    return action


def assign(owner: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let `owner` use the action, in a slot of its own where it has none there."""
    animation = owner.animation_data or owner.animation_data_create()
    animation.action = action
    if SLOTTED and animation.action_slot is None:
        suitable = list(animation.action_suitable_slots)
        animation.action_slot = suitable[0] if suitable else action.slots.new("OBJECT", owner.name)


@contextmanager
def showing(
    armature: bpy.types.Object, action: bpy.types.Action | None
) -> Generator[None, None, None]:
    """Within it the armature shows that action; None: no change."""
    animation = armature.animation_data
    before = animation.action if animation is not None else None
    if action is None or action == before:
        yield
        return
    slot = getattr(animation, "action_slot", None)
    assign(armature, action)
    try:
        yield
    finally:
        armature.animation_data.action = before
        if before is not None and slot is not None:
            armature.animation_data.action_slot = slot


def assign_own_slot(owner: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let `owner` use a slot of its own in an action that moves something else too. Before 4.4
    there are none, and it shares the curves."""
    animation = owner.animation_data or owner.animation_data_create()
    before = animation.action
    if before is not None and before != action and not before.library:
        before.use_fake_user = True
    animation.action = action
    if SLOTTED:
        own = next((s for s in action.slots if s.identifier == f"OB{owner.name}"), None)
        animation.action_slot = own or action.slots.new("OBJECT", owner.name)


def write_curve(
    owner: bpy.types.Object, path: str, index: int, group: str,
    frames: NDArray[np.floating], values: NDArray[np.floating],
) -> None:  # fmt: skip
    """Set a curve's keys within the frames' span; keys outside keep their values.

    frames, values: (N,) in order. All at once: thousands of times faster than key by key.
    """
    bag = _bag(
        owner.animation_data.action, getattr(owner.animation_data, "action_slot", None), True
    )
    curve = bag.fcurves.find(path, index=index) or _new_curve(bag, path, index, group)
    if not may_write(curve):
        return
    points = curve.keyframe_points
    if len(points):
        old = key_coordinates(curve)
        inside = (old[:, 0] >= frames[0] - 1e-4) & (old[:, 0] <= frames[-1] + 1e-4)
        for position in np.flatnonzero(inside)[::-1]:
            points.remove(points[int(position)], fast=True)
    add_straight(curve, frames, values)


def key_coordinates(curve: bpy.types.FCurve) -> NDArray[np.float64]:
    """(N, 2) frame and value of each key."""
    co = np.empty(2 * len(curve.keyframe_points), dtype=np.float32)
    curve.keyframe_points.foreach_get("co", co)
    return co.reshape(-1, 2).astype(np.float64)


def location_curves(
    curves: Iterable[bpy.types.FCurve], path: str
) -> dict[int, bpy.types.FCurve] | None:
    """The three curves of a location by axis, or None where one is missing."""
    found = {c.array_index: c for c in curves if c.data_path == path}
    return found if set(found) == {0, 1, 2} else None


def other_paths(curves: Iterable[bpy.types.FCurve], path: str) -> Iterator[str]:
    """Paths of the curves that animate something else."""
    return (c.data_path for c in curves if c.data_path != path)


def _bag(action: bpy.types.Action, slot: object, make: bool) -> object | None:
    """What holds the curves: the action, or from 4.4 its slot's channelbag."""
    if not SLOTTED:
        return action
    for layer in action.layers:
        for strip in layer.strips:
            bag = strip.channelbag(slot) if slot is not None else None
            if bag is not None:
                return bag
    if not make:
        return None
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def _new_curve(bag: object, path: str, index: int, group: str) -> bpy.types.FCurve:
    if not SLOTTED:
        return bag.fcurves.new(path, index=index, action_group=group)
    curve = bag.fcurves.new(path, index=index)
    curve.group = bag.groups.get(group) or bag.groups.new(group)
    return curve


def curves_in(action: bpy.types.Action, owner: bpy.types.Object) -> list[bpy.types.FCurve]:
    """The curves that an action has for `owner`, whether it is the one in use or not."""
    bag = _bag(action, slot_for(action, owner), False)
    return list(bag.fcurves) if bag is not None else []


def slot_for(action: bpy.types.Action, owner: bpy.types.Object) -> object | None:
    """The slot of an action that animates `owner`: the one in use, the one it had last, or the
    first that suits objects. None before 4.4."""
    if not SLOTTED:
        return None
    animation = owner.animation_data
    if animation is not None and animation.action == action and animation.action_slot is not None:
        return animation.action_slot
    fitting = [s for s in action.slots if s.target_id_type in ("OBJECT", "UNSPECIFIED")]
    last = getattr(animation, "last_slot_identifier", "") if animation is not None else ""
    return next((s for s in fitting if s.identifier == last), fitting[0] if fitting else None)


def curve_for(
    action: bpy.types.Action, owner: bpy.types.Object, path: str, index: int, group: str
) -> bpy.types.FCurve:
    """An action's curve for `owner`, made where there is none."""
    slot = slot_for(action, owner)
    if SLOTTED and slot is None:
        slot = action.slots.new("OBJECT", owner.name)
    bag = _bag(action, slot, True)
    return bag.fcurves.find(path, index=index) or _new_curve(bag, path, index, group)


def remove_curve(action: bpy.types.Action, owner: bpy.types.Object, path: str, index: int) -> None:
    """Take a curve out of an action, if it is there."""
    bag = _bag(action, slot_for(action, owner), False)
    curve = bag.fcurves.find(path, index=index) if bag is not None else None
    if curve is not None and may_write(curve):
        bag.fcurves.remove(curve)


def set_strip_slot(strip: bpy.types.NlaStrip, owner: bpy.types.Object) -> None:
    """Let an NLA strip use its action's slot for `owner`."""
    if SLOTTED:
        strip.action_slot = slot_for(strip.action, owner)
