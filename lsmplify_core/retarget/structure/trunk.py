# SPDX-License-Identifier: GPL-3.0-or-later
"""The trunk by structure: what joins the legs, what joins the arms, and what lies between and
above."""

from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from .skeleton import Skeleton

_HEAD: Final = 0.15
"""What begins higher over the shoulders, of a person's height, is the end of the head."""
_NECK: Final = 0.02
"""A bone that carries the arms from as much above them, of a person's height, is the neck."""
_SAME_PLACE: Final = 0.0125
"""Share of the height within which a bone of the face lies on the head's own."""
_HIPS: Final = 0.53
"""Hips over the ground, of a person's height."""


def find_trunk(
    body: Skeleton, leg: dict[str, list[int]], arm: dict[str, list[int]] | None
) -> dict[str, list[int]]:
    """Root, torso, pelvis, spine, neck and head.

    Args:
        body: the rig.
        leg, arm: those of one side; arm None without arms.

    Raises:
        InputError: the legs hang on nothing, or nothing is over them.
    """
    tree, rig = body.tree, body.rig
    thighs = [leg["Hip"][0], int(body.mirror.partner[leg["Hip"][0]])]
    hips = rig.heads[thighs].mean(axis=0)
    person = max(float(hips[2] - body.floor), 1e-6) / _HIPS
    pelvis = tree.common(*thighs)
    if pelvis < 0:
        raise InputError(f"armature {rig.title!r}: its legs hang on no common bone; map it by hand")
    chest, shoulders = -1, float("nan")
    if arm is not None:
        first = arm.get("Collar", arm["Shoulder"])[0]
        chest = tree.common(first, int(body.mirror.partner[first]))
        shoulders = float(rig.heads[arm["Shoulder"][0], 2])
    top = _highest(body, chest if chest >= 0 else pelvis)
    if chest < 0 or chest == pelvis:
        chest = _chest_without_arms(body, pelvis, top)
    join = tree.common(pelvis, chest)
    if join == pelvis:
        pelvis = join = _under_spine(body, pelvis, hips, person)
    bones: dict[str, list[int]] = {"Pelvis": [pelvis]}
    if join != pelvis and join >= 0:
        bones["Torso"] = [join]
    base = join if join >= 0 else pelvis
    spine = tree.path(base, chest)[1:] if chest != base else []
    above = tree.path(chest, top)[1:] if chest in (top, *rig.ancestors(top)) else []
    while len(spine) > 1 and rig.heads[spine[-1], 2] > shoulders + _NECK * person:
        above = [spine.pop(), *above]
    bones["Spine"] = spine
    if above:
        head = _head(body, above, shoulders, person, arm or {})
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


def _under_spine(body: Skeleton, pelvis: int, hips: Floats, person: float) -> int:
    """The pelvis where the legs hang on the first bone of the spine (3ds Max's Biped): the bone
    under that, if it lies nearer to the hips."""
    rig = body.rig
    above = int(rig.parents[pelvis])
    if above < 0 or body.sided(above):
        return pelvis
    own, other = (float(np.linalg.norm(rig.heads[b] - hips)) for b in (pelvis, above))
    return above if other < own - 0.01 * person and other < 0.1 * person else pelvis


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


def _head(
    body: Skeleton, above: list[int], shoulders: float, person: float, arm: dict[str, list[int]]
) -> int:
    """Which bone of the way up from the chest is the head: the first that carries a face, else the
    last that isn't an end on top of the skull.

    Args:
        body: the rig.
        above: the way up.
        shoulders: metres, their height; not a number without arms.
        person: metres, the height of a person with such legs.
        arm: that of one side, which is no part of a face.
    """
    tree, rig = body.tree, body.rig
    arms = {b for chain in arm.values() for b in (*chain, *body.other(chain))}
    base = rig.heads[above[0], 2] - 0.04 * person if np.isnan(shoulders) else shoulders
    ends = [i for i, b in enumerate(above) if i and rig.heads[b, 2] > base + _HEAD * person]
    last = (ends or [len(above)])[0] - 1
    for i, bone in enumerate(above[: last + 1]):
        children = [c for c in tree.children[bone] if c not in arms]
        if len(children) > 2 or any(body.sided(c) for c in children):
            near = i and np.linalg.norm(rig.heads[bone] - rig.heads[above[i - 1]]) < (
                _SAME_PLACE * body.height
            )
            return i - 1 if near else i
    return last
