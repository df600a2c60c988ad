# SPDX-License-Identifier: GPL-3.0-or-later
"""Named groups of joints, as an artist speaks of them."""

from collections.abc import Iterable
from typing import Final

from ..geometry.skeleton import JOINT_INDEX, JOINT_NAMES
from ..runtime.errors import InputError

REGIONS: Final[dict[str, tuple[str, ...]]] = {
    "root": ("Pelvis",),
    "spine": ("Spine1", "Spine2", "Spine3"),
    "head": ("Neck", "Head"),
    "left arm": ("L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist", "L_Hand"),
    "right arm": ("R_Collar", "R_Shoulder", "R_Elbow", "R_Wrist", "R_Hand"),
    "left leg": ("L_Hip", "L_Knee", "L_Ankle", "L_Foot"),
    "right leg": ("R_Hip", "R_Knee", "R_Ankle", "R_Foot"),
}
"""Every joint is in one region. The root's region also has the pelvis's place in the world."""

_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "arms": ("left arm", "right arm"),
    "legs": ("left leg", "right leg"),
    "all": tuple(REGIONS),
}


def region_names() -> tuple[str, ...]:
    """The regions in their order, without the groups "arms", "legs" and "all"."""
    return tuple(REGIONS)


def regions_of(name: str) -> tuple[str, ...]:
    """The regions that a name means: itself, or those of "arms", "legs" and "all".

    Case, "_" and "-" don't matter. Raises InputError for other names.
    """
    plain = name.strip().lower().replace("_", " ").replace("-", " ")
    if plain in REGIONS:
        return (plain,)
    if plain in _GROUPS:
        return _GROUPS[plain]
    raise InputError(f"there is no region {name!r}; choose from {', '.join((*REGIONS, *_GROUPS))}")


def joints_of(names: Iterable[str]) -> tuple[int, ...]:
    """Indices, sorted, of the joints that names of joints, regions and groups mean together."""
    found: set[int] = set()
    for name in names:
        if name in JOINT_INDEX:
            found.add(JOINT_INDEX[name])
        else:
            found |= {JOINT_INDEX[j] for region in regions_of(name) for j in REGIONS[region]}
    return tuple(sorted(found))


def region_of(joint: int) -> str:
    """The region that a joint is in."""
    return _REGION_OF[JOINT_NAMES[joint]]


_REGION_OF: Final = {joint: region for region, joints in REGIONS.items() for joint in joints}
assert set(_REGION_OF) == set(JOINT_NAMES)
