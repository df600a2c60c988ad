# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what: by names, by structure, from a file, or from VRM's own assignment."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from ...runtime.errors import InputError
from ..rig.rig import Rig
from ..rig.rig_map import RigMap, check_map, load_map
from .by_name import match_kind, match_names, rig_kinds, shipped_maps
from .by_structure import map_by_structure

_VRM_BODY: Final = {
    "hips": "Pelvis", "neck": "Neck", "head": "Head", "Shoulder": "Collar", "UpperArm": "Shoulder",
    "LowerArm": "Elbow", "Hand": "Wrist", "UpperLeg": "Hip", "LowerLeg": "Knee", "Foot": "Ankle",
    "Toes": "Foot",
}  # fmt: skip
_VRM_SPINE: Final = ("spine", "chest", "upperChest")
_VRM_FINGERS: Final = {
    "Index": "Index", "Middle": "Middle", "Ring": "Ring", "Little": "Pinky", "Thumb": "Thumb",
}  # fmt: skip

_LOW: Final = 0.15
"""Share of the height under which a bone above the pelvis counts as standing on the ground."""
_TRUNK_WORDS: Final = re.compile(
    r"^(?!(?:MCH|ORG|DEF|WGT|VIS)[-_]).*(?:spine|back|chest|waist|abdomen|torso|neck)",
    re.IGNORECASE,
)
"""What bones of a trunk are called that a kind has not as many of; Rigify's helpers are none."""


def find_map(rig: Rig, choice: str = "auto") -> RigMap:
    """The map for a rig, checked.

    Args:
        rig: the character at rest.
        choice: "auto" (by names, else by structure), "structure", the name of a shipped map
            (`shipped_maps()`), or the path of a map file.

    Raises:
        InputError: nothing fits, or the map that was asked for does not.
    """
    if choice == "auto":
        fits = match_names(rig)
        rig_map = completed(fits[0].rig_map, rig) if fits else map_by_structure(rig)
    elif choice == "structure":
        rig_map = map_by_structure(rig)
    else:
        rig_map = _chosen(rig, choice)
    check_map(rig_map, rig)
    return rig_map


def _chosen(rig: Rig, choice: str) -> RigMap:
    stem = choice.casefold().replace(" ", "_").replace("-", "_")
    kinds = rig_kinds()
    for name, kind in kinds.items():
        if stem in (name, kind.name.casefold().replace(" ", "_").replace("-", "_")):
            fit = match_kind(name, kind, rig)
            if fit is None:
                raise InputError(
                    f"armature {rig.title!r} doesn't bear {kind.name}'s names; choose auto"
                )
            return completed(fit.rig_map, rig)
    if not Path(choice).is_file():
        raise InputError(
            f"map {choice!r} is neither a file nor one of auto, structure, "
            f"{', '.join(shipped_maps())}"
        )
    return load_map(Path(choice))


def completed(rig_map: RigMap, rig: Rig) -> RigMap:
    """A map with what its names don't say: the spine up to the bone that the arms hang on, a root
    bone on the ground, and the bone that pelvis and spine both hang on."""
    rig_map = _spine_to_arms(_between(rig_map, rig), rig)
    pelvis, spine = rig_map.first("Pelvis"), rig_map.first("Spine") or rig_map.first("Head")
    if pelvis is None or spine is None:
        return rig_map
    bones = dict(rig_map.bones)
    mapped = set(rig_map.mapped)
    above = rig.ancestors(rig.index(pelvis))
    if pelvis not in {rig.names[a] for a in rig.ancestors(rig.index(spine))}:
        shared = set(rig.ancestors(rig.index(spine)))
        join = next((a for a in above if a in shared), -1)
        if join >= 0 and "Torso" not in bones and rig.names[join] not in mapped:
            bones["Torso"] = (rig.names[join],)
            above = rig.ancestors(join)
    low = float(np.min(rig.heads[:, 2])) + _LOW * rig.height
    ground = [a for a in above if rig.heads[a, 2] < low and rig.names[a] not in mapped]
    if "Root" not in bones and ground:
        bones["Root"] = (rig.names[ground[-1]],)
    return replace(rig_map, bones=bones)


def _between(rig_map: RigMap, rig: Rig) -> RigMap:
    """Bones between pelvis and head that no name of the map stands for, but that are called a spine
    or a neck too (a fourth "Spine3", a "lowerback"), belong to them; where anything else stands
    there, as in rigs of controls, nothing is added."""
    head, pelvis = rig_map.first("Head"), rig_map.first("Pelvis")
    if head is None or pelvis is None or not rig_map.bones.get("Spine"):
        return rig_map
    way = [rig.names[a] for a in rig.ancestors(rig.index(head))]
    if pelvis not in way:
        return rig_map
    way, mapped = way[: way.index(pelvis)][::-1], set(rig_map.mapped)
    more = [name for name in way if name not in mapped]
    if not more or not all(_TRUNK_WORDS.search(name) for name in more):
        return rig_map
    necks = set(rig_map.bones.get("Neck", ()))
    if not {*rig_map.bones["Spine"], *necks} <= set(way):
        return rig_map
    low = next((i for i, name in enumerate(way) if name in necks), len(way))
    neck = [n for i, n in enumerate(way) if i >= low or (n in more and "neck" in n.lower())]
    bones = dict(rig_map.bones)
    bones["Spine"] = tuple(n for n in way if n not in neck)
    if neck:
        bones["Neck"] = tuple(neck)
    return replace(rig_map, bones=bones)


def _spine_to_arms(rig_map: RigMap, rig: Rig) -> RigMap:
    """Bones called a neck that carry the arms, from no higher than these, belong to the spine."""
    arms = [rig_map.first(f"{s}_Collar") or rig_map.first(f"{s}_Shoulder") for s in "LR"]
    if None in arms or not rig_map.bones.get("Spine"):
        return rig_map
    over = [set(rig.ancestors(rig.index(a))) for a in arms if a is not None]
    high = max(rig.heads[rig.index(a), 2] for a in arms if a is not None)
    neck = rig_map.bones.get("Neck", ())
    own = [
        b for b in neck
        if all(rig.index(b) in o for o in over) and rig.heads[rig.index(b), 2] < high
    ]  # fmt: skip
    if not own:
        return rig_map
    bones = {**rig_map.bones, "Spine": (*rig_map.bones["Spine"], *own)}
    bones["Neck"] = tuple(b for b in neck if b not in own)
    return replace(rig_map, bones={r: c for r, c in bones.items() if c})


def map_from_vrm(human_bones: Mapping[str, str], rig: Rig) -> RigMap:
    """The map that a VRM file carries.

    Args:
        human_bones: VRM's human bone ("leftUpperArm", 0 or 1) -> bone's name, "" for none.
        rig: the armature that the bones belong to.

    Raises:
        InputError: a bone that isn't in the rig, or twice, or what a person needs is missing.
    """
    given = {k: v for k, v in human_bones.items() if v}
    bones: dict[str, tuple[str, ...]] = {}
    spine = tuple(given[n] for n in _VRM_SPINE if n in given)
    if spine:
        bones["Spine"] = spine
    for name, bone in given.items():
        role = _vrm_role(name, "leftThumbMetacarpal" in given or "rightThumbMetacarpal" in given)
        if role is not None:
            bones[role] = (bone,)
    rig_map = completed(RigMap("VRM", bones, "assigned in the VRM file"), rig)
    check_map(rig_map, rig)
    return rig_map


def _vrm_role(name: str, first_version: bool) -> str | None:
    """The role of a VRM human bone other than the spine's; None for eyes and jaw."""
    if name in _VRM_BODY:
        return _VRM_BODY[name]
    side, rest = ("L", name[4:]) if name.startswith("left") else ("R", name[5:])
    if not name.startswith(("left", "right")):
        return None
    if rest in _VRM_BODY:
        return f"{side}_{_VRM_BODY[rest]}"
    for finger, ours in _VRM_FINGERS.items():
        if rest.startswith(finger):
            part = rest[len(finger) :]
            order = ("Proximal", "Intermediate", "Distal")
            if finger == "Thumb" and first_version:
                order = ("Metacarpal", "Proximal", "Distal")
            return f"{side}_{ours}{order.index(part) + 1}" if part in order else None
    return None
