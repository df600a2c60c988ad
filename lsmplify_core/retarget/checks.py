# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a map can be used on a rig, and what an artist should be told of it."""

from dataclasses import replace
from typing import Final

from ..runtime.errors import InputError
from .posing.figure import Figure
from .rig.rig import Rig
from .rig.rig_map import RigMap, check_map
from .rig.roles import NEEDED, SIDES

_BACKWARD: Final = -0.3
"""Cosine of feet and body's front under which left and right are taken to be exchanged."""


def usable_map(rig: Rig, rig_map: RigMap) -> tuple[RigMap, list[str]]:
    """The map without bones whose rotation is locked, and sentences about them.

    Raises:
        InputError: the map doesn't fit, or a bone that nothing goes without is locked.
    """
    check_map(rig_map, rig)
    locked = {n for n, is_locked in zip(rig.names, rig.locked, strict=True) if is_locked}
    left_out = [b for b in rig_map.mapped if b in locked]
    if not left_out:
        return rig_map, []
    for role in NEEDED:
        if set(rig_map.bones[role]) & locked:
            raise InputError(
                f"armature {rig.title!r}: the rotation of bone {rig_map.bones[role][0]!r} ({role}) "
                "is locked; unlock it"
            )
    bones = {r: tuple(b for b in c if b not in locked) for r, c in rig_map.bones.items()}
    named = ", ".join(left_out[:4]) + (" …" if len(left_out) > 4 else "")
    return (
        replace(rig_map, bones={r: c for r, c in bones.items() if c}),
        [f"bones with a locked rotation are left as they are: {named}"],
    )


def check_sides(figure: Figure) -> None:
    """InputError where the map's left and right are exchanged: the feet then point backwards."""
    forward = figure.points.body[:, 2]
    total = 0.0
    for side in SIDES:
        if figure.has(f"{side}_Foot") and figure.has(f"{side}_Ankle"):
            total += float(figure.points.direction(f"{side}_Ankle") @ forward) / 2.0
    if total < _BACKWARD:
        raise InputError(
            f"map {figure.rig_map.name!r} for armature {figure.rig.title!r}: left and right are "
            "exchanged, for the feet point backwards; exchange them in the map"
        )


def missing_notes(figure: Figure, root: str, fingers: bool) -> list[str]:
    """Sentences about what the character lacks of what was asked for."""
    notes: list[str] = []
    if root == "root" and not figure.has("Root"):
        notes.append(
            f"armature {figure.rig.title!r} has no root bone, so the way over the ground stays on "
            f"{figure.rig.names[figure.bones[figure.carrier]]!r}"
        )
    lacking = [
        name
        for name, role in (("arms", "Elbow"), ("hands", "Wrist"), ("feet", "Ankle"))
        if not all(figure.has(f"{s}_{role}") for s in SIDES)
    ]
    if lacking:
        notes.append(f"armature {figure.rig.title!r} has no {' and no '.join(lacking)} in its map")
    if fingers and not any(figure.has(f"{s}_Index1") for s in SIDES):
        notes.append(f"armature {figure.rig.title!r} has no fingers in its map")
    return notes
