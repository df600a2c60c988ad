# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's armature, read once: bones at rest, which bone is what, what carries its controls,
and what will stand in the way of keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import bpy
import numpy as np

from ....lsmplify_core.body.body import Body
from ....lsmplify_core.retarget import Rig, RigMap, body_of
from ....lsmplify_core.retarget.controls.carriers import Carriers, carried_rig
from ....lsmplify_core.runtime.errors import InputError
from ..bone_map.choice import map_for
from . import hindrances
from .armature import check_character, rig_from
from .controls import IkLimb, Switch, follow_switches, ik_limbs, set_number
from .probing import find_carriers, is_plain, plain_carriers

CONTROLS: Final = ("fk", "ik", "both")


@dataclass(frozen=True)
class Character:
    """All that a motion needs to know of a character.

    Attributes:
        rig: at rest, with the bones that carry each bone as parents.
        rig_map: which bone is what.
        carriers: what each bone follows.
        limbs: those with IK controls.
        controls: which controls get keys, one of `CONTROLS`.
        notes: sentences about what will not go as the keys say.
    """

    rig: Rig
    rig_map: RigMap
    carriers: Carriers
    limbs: tuple[IkLimb, ...]
    controls: str
    notes: tuple[str, ...]

    @property
    def keyed_limbs(self) -> tuple[IkLimb, ...]:
        """The limbs whose IK controls get keys."""
        return () if self.controls == "fk" else self.limbs

    @property
    def body(self) -> Body:
        """Its lengths, as a body to solve tracks on."""
        return body_of(self.rig, self.rig_map)


def read_character(
    context: bpy.types.Context,
    armature: bpy.types.Object | None,
    choice: str | RigMap,
    controls: str,
) -> Character:
    """Read a character and find out which bone is what.

    Args:
        context: whose view layer is updated while controls are tried out; nothing else changes.
        armature: the character's.
        choice: a map, or "auto", "structure", a shipped map's name, or a JSON file.
        controls: which controls get keys.

    Raises:
        InputError: says what is wrong with the armature or the map.
    """
    armature = check_character(armature)
    hindrances.check_scene(context, armature)
    if controls not in CONTROLS:
        raise InputError(f"controls {controls!r} is not one of {', '.join(CONTROLS)}")
    rig = rig_from(armature)
    rig_map = map_for(armature, rig, choice)
    limbs = tuple(ik_limbs(armature, rig_map))
    notes = list(hindrances.notes(armature, rig_map))
    if controls != "fk" and not limbs:
        notes.append("the character has no IK controls that are known; FK bones are keyed instead")
        controls = "fk"
    extra = [] if controls == "fk" else [n for limb in limbs for n in controls_of(limb)]
    carriers, stuck = _carriers(context, armature, rig, limbs, [*rig_map.mapped, *extra])
    notes += hindrances.fights(armature, [n for n in stuck if n not in extra])
    return Character(carried_rig(rig, carriers), rig_map, carriers, limbs, controls, tuple(notes))


def controls_of(limb: IkLimb) -> list[str]:
    """The IK controls of a limb that get keys."""
    return [n for n in (limb.target, limb.pole, limb.toe[1] if limb.toe else "") if n]


def _carriers(
    context: bpy.types.Context, armature: bpy.types.Object, rig: Rig,
    limbs: tuple[IkLimb, ...], names: Sequence[str],
) -> tuple[Carriers, list[str]]:  # fmt: skip
    """What the named bones follow, and those that don't go where their keys say."""
    names = list(dict.fromkeys(names))
    if is_plain(armature, names):
        return plain_carriers(rig), []
    with _switched(context, armature, limbs):
        return find_carriers(context, armature, rig, names)


class _switched:
    """Within it every limb follows its FK bones, which is how FK controls are tried out."""

    def __init__(
        self, context: bpy.types.Context, armature: bpy.types.Object, limbs: tuple[IkLimb, ...]
    ) -> None:
        self.context, self.armature = context, armature
        self.switches: list[Switch] = [s for limb in limbs for s in limb.switches if not s.always]
        self.switches += follow_switches(armature)

    def __enter__(self) -> None:
        self.before = [self.armature.path_resolve(s.path) for s in self.switches]
        self._set([s.fk for s in self.switches])

    def __exit__(self, *_: object) -> None:
        self._set(self.before)

    def _set(self, values: list[float]) -> None:
        for switch, value in zip(self.switches, values, strict=True):
            set_number(self.armature, switch.path, value)
        self.armature.update_tag()
        self.context.view_layer.update()


def same_at_rest(character: Character, armature: bpy.types.Object) -> bool:
    """Whether an armature's bones are still those that were read."""
    try:
        now = rig_from(armature)
    except InputError:
        return False
    was = character.rig
    return now.names == was.names and bool(np.abs(now.heads - was.heads).max() < 1e-4)
