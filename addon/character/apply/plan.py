# SPDX-License-Identifier: GPL-3.0-or-later
"""Which motions go on which characters: one on one, several on several, or the same ones again."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import bpy

from ....lsmplify_core.retarget import Retargeted
from ....lsmplify_core.runtime.errors import InputError
from ....lsmplify_core.runtime.progress import with_progress
from ....lsmplify_core.runtime.stages import Progress
from ...bake import actions
from ...takes.baked_on import baked_on
from ..bone_map.choice import chosen_map
from ..properties import options_of
from ..rig.armature import check_character
from ..rig.character import Character, read_character
from ..rig.smpl_names import is_character
from . import job, memory
from .source import Source, from_armature


@dataclass(frozen=True)
class Item:
    """One motion on one character.

    Attributes:
        job: the work.
        moved_by: the armature that the motion is of.
        settings: what the options were read from: the panel's, or what a character remembers.
        action: the one that gets the keys; None for a new one.
        anew: whether all that it held of these bones goes, since it is made again.
    """

    job: job.CharacterJob
    moved_by: bpy.types.Object
    settings: Any
    action: bpy.types.Action | None = None
    anew: bool = False

    @property
    def name(self) -> str:
        """Of a new action."""
        return f"{self.job.source.name} on {self.job.armature.name}"


def of_panel(context: bpy.types.Context) -> list[Item]:
    """What *Apply to Character* is to do now. InputError says what is missing."""
    settings: Any = context.scene.lsmplify.character
    moved_by = source_of(context)
    targets = chosen_targets(context)
    sources = [
        from_armature(context, moved_by, None, None, take) for take in _takes(settings, moved_by)
    ]
    options, items = options_of(settings), list[Item]()
    for target in targets:
        character = _read(context, settings, target)
        action = _action(settings, moved_by, target, len(sources))
        items += [
            Item(job.CharacterJob(s, target, character, options), moved_by, settings, action)
            for s in sources
        ]
    return items


def again(context: bpy.types.Context) -> list[Item]:
    """What *Re-apply* is to do: on every character what was done on it, with its motion as it is
    now."""
    items: list[Item] = []
    read: dict[str, Source] = {}
    for target in chosen_targets(context, remembered=True):
        kept: Any = target.lsmplify_applied
        source = check_character(kept.source, "motion")
        if source.name not in read:
            read[source.name] = from_armature(context, source, None, None)
        character = _read(context, kept, target)
        work = job.CharacterJob(read[source.name], target, character, options_of(kept))
        action = None if kept.action is None or kept.action.library else kept.action
        items.append(Item(work, source, kept, action, anew=True))
    return items


def source_of(context: bpy.types.Context) -> bpy.types.Object:
    """The armature that moves: the chosen one, else the one that was solved."""
    settings: Any = context.scene.lsmplify
    moved_by = settings.character.source or settings.armature
    if moved_by is None:
        moved_by = baked_on(context.scene)
    return check_character(moved_by, "motion")


def target_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """The chosen character. Where none is chosen: the active armature that is no SMPL body and not
    what moves, else the only such one that is selected, else the only one in the scene."""
    settings: Any = context.scene.lsmplify
    if settings.character.target is not None:
        return settings.character.target
    view, moving = context.view_layer, settings.character.source
    for some in ([view.objects.active], getattr(context, "selected_objects", ()), view.objects):
        found = [o for o in some if o != moving and is_character(o)]
        if len(found) == 1:
            return found[0]
    return None


def chosen_targets(context: bpy.types.Context, remembered: bool = False) -> list[bpy.types.Object]:
    """The characters that are to move: the chosen one, or all that are selected.

    remembered: only those that remember what moved them; the motion itself is never one.
    """
    settings: Any = context.scene.lsmplify.character
    if not settings.several:
        target = check_character(target_of(context))
        if remembered and target.lsmplify_applied.source is None:
            raise InputError(
                f"nothing was applied to {target.name!r} yet; press Apply to Character"
            )
        if not remembered and target == source_of(context):
            raise InputError("motion and character are the same armature; choose another")
        return [target]
    selected = [o for o in context.selected_objects if o.type == "ARMATURE"]
    if remembered:
        selected = [o for o in selected if o.lsmplify_applied.source is not None]
    else:
        selected = [o for o in selected if o != source_of(context)]
    if not selected:
        raise InputError(
            "no character is selected; select the armatures, or switch All Selected off"
        )
    return [check_character(o) for o in selected]


def steps(items: Sequence[Item]) -> Generator[Progress, None, list[Retargeted]]:
    """All of them, one after another, or as people of one scene; touches no scene."""
    if are_people(items):
        return (yield from job.people_steps([item.job for item in items]))
    results: list[Retargeted] = []
    for number, item in enumerate(items):

        def told(p: Progress, number: int = number) -> Progress:
            return Progress(p.step, (number + p.done) / len(items))

        results.append((yield from with_progress(job.steps(item.job), told)))
    return results


def are_people(items: Sequence[Item]) -> bool:
    """Whether these are several characters each of which somebody else moves: they may touch."""
    movers, moved = ({i.moved_by for i in items}, {i.job.armature for i in items})
    return len(items) > 1 and len(movers) == len(moved) == len(items)


def write(items: Sequence[Item], results: Sequence[Retargeted]) -> None:
    """Key all characters, and let each remember how. Each is left with the first of its motions."""
    shown: dict[str, bpy.types.Action] = {}
    for item, result in zip(items, results, strict=True):
        armature = item.job.armature
        action = job.write(item.job, result, item.name, item.action, item.anew)
        memory.keep(armature, item.settings, item.moved_by, action)
        shown.setdefault(armature.name, action)
        if shown[armature.name] != action:
            action.use_fake_user = True
    for name, action in shown.items():
        armature = bpy.data.objects[name]
        if armature.animation_data.action != action:
            actions.assign(armature, action)
            memory.keep_action(armature, action)


def _read(context: bpy.types.Context, settings: Any, target: bpy.types.Object) -> Character:
    return read_character(context, target, chosen_map(settings, target), settings.controls)


def _action(
    settings: Any, moved_by: bpy.types.Object, target: bpy.types.Object, takes: int
) -> bpy.types.Action | None:
    """The action that gets the keys, None for a new one."""
    if settings.into == "NEW":
        return None
    owner = target if settings.into == "CURRENT" else moved_by
    action = owner.animation_data.action if owner.animation_data is not None else None
    if action is not None and action.library:
        raise InputError(f"action {action.name!r} is linked from another file; take New Action")
    if action is not None and takes > 1:
        raise InputError(f"{takes} takes don't go into one action; choose Into: New Action")
    return action


def _takes(settings: Any, moved_by: bpy.types.Object) -> list[bpy.types.Action | None]:
    return [None] if settings.takes == "SHOWN" else list(takes_of(moved_by))


def takes_of(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """Actions with keys of an armature's bones that nobody else uses: the last steps of each of its
    takes. The one that it shows comes first. InputError where there is none."""
    shown = armature.animation_data.action if armature.animation_data is not None else None
    bones = set(armature.data.bones.keys())
    others = {a for o in bpy.data.objects if o != armature for a in _used_by(o)}
    fits = [
        a for a in bpy.data.actions
        if a == shown or (a not in others and _moves(a, armature, bones))
    ]  # fmt: skip
    before = {a.lsmplify_step.source for a in fits} - {shown, None}
    found = sorted((a for a in fits if a not in before), key=lambda a: a != shown)
    if not found:
        raise InputError(f"armature {armature.name!r} has no action to take the motion from")
    return found


def _moves(action: bpy.types.Action, armature: bpy.types.Object, bones: set[str]) -> bool:
    names = {actions.bone_of(c.data_path) for c in actions.curves_in(action, armature)} - {None}
    return bool(names) and names <= bones


def _used_by(item: bpy.types.Object) -> set[bpy.types.Action]:
    animation = item.animation_data
    found = {animation.action} if animation is not None and animation.action else set()
    kept = item.lsmplify_applied.action
    return found | ({kept} if kept is not None else set())
