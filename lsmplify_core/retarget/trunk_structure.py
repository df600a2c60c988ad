# SPDX-License-Identifier: GPL-3.0-or-later
"""The trunk by structure: what joins the legs, what joins the arms, and what lies between and
above."""

from itertools import pairwise
from typing import Final

import numpy as np

from ..runtime.errors import InputError
from .skeleton import Skeleton

_END: Final = 0.965
"""Share of the height over which a bone on top of the head is its end, not the head."""


def find_trunk(
    body: Skeleton, pelvis: int, arm: dict[str, list[int]] | None
) -> dict[str, list[int]]:
    """Root, torso, pelvis, spine, neck and head."""
    tree, rig = body.tree, body.rig
    if pelvis < 0:
        raise InputError(f"armature {rig.title!r}: its legs hang on no common bone; map it by hand")
    bones: dict[str, list[int]] = {"Pelvis": [pelvis]}
    chest = -1
    if arm is not None:
        first = arm.get("Collar", arm["Shoulder"])[0]
        chest = tree.common(first, int(body.mirror.partner[first]))
    top = _highest(body, chest if chest >= 0 else pelvis)
    if chest < 0 or chest == pelvis:
        chest = _chest_without_arms(body, pelvis, top)
    join = tree.common(pelvis, chest)
    if join != pelvis and join >= 0:
        bones["Torso"] = [join]
    base = join if join >= 0 else pelvis
    bones["Spine"] = tree.path(base, chest)[1:] if chest != base else []
    above = tree.path(chest, top)[1:] if chest in (top, *rig.ancestors(top)) else []
    if above:
        head = _head(body, above)
        bones["Neck"], bones["Head"] = above[:head], [above[head]]
    if not bones["Spine"] and "Head" not in bones:
        raise InputError(
            f"armature {rig.title!r}: no trunk was found over its legs; map it by hand"
        )
    root = [a for a in rig.ancestors(bones.get("Torso", [pelvis])[0])]
    low = [a for a in root if rig.heads[a, 2] - body.floor < 0.3 * body.height]
    if root:
        bones["Root"] = [(low or root)[-1]]
    return bones


def _highest(body: Skeleton, below: int) -> int:
    """The highest bone in the middle under another bone of the tree."""
    middle = [b for b in body.tree.subtree(below) if not body.sided(b)]
    off = np.abs(body.mirror.lateral(body.rig.heads[middle]))
    heads = body.rig.heads[middle, 2] - 10.0 * np.maximum(off - 0.02 * body.height, 0.0)
    return middle[int(np.argmax(heads))]


def _chest_without_arms(body: Skeleton, pelvis: int, top: int) -> int:
    """The last bone but two of the way up, where no arms say where the chest is."""
    way = body.tree.path(pelvis, top)
    return way[max(len(way) - 3, 0)]


def _head(body: Skeleton, above: list[int]) -> int:
    """Which bone of the way up from the chest is the head: the first that carries a face, else the
    last that isn't an end on top of the skull."""
    tree, rig = body.tree, body.rig
    for i, bone in enumerate(above):
        children = tree.children[bone]
        face = [c for c in children if body.sided(c)]
        if len(children) > 2 or face:
            near = i and np.linalg.norm(rig.heads[bone] - rig.heads[above[i - 1]]) < (
                0.015 * body.height
            )
            whole = i and rig.tails[above[i - 1], 2] - body.floor > _END * body.height
            return i - 1 if near or whole else i
    for i, (bone, following) in enumerate(pairwise(above)):
        if rig.heads[following, 2] - body.floor > _END * body.height and i >= 0:
            return above.index(bone)
    return len(above) - 1
