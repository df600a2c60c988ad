# SPDX-License-Identifier: GPL-3.0-or-later
"""The characters that `retarget.py` is measured on: MakeHuman's, SMPL's, and others made of
them."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.skeleton import JOINT_NAMES, PARENTS
from lsmplify_core.motion.bone_axes import rest_bones
from lsmplify_core.retarget import Rig, checked_rig
from lsmplify_core.retarget.vectors import about, shortest_turn, unit
from lsmplify_core.runtime.array_types import Floats

_Y = np.array([0.0, 1.0, 0.0])
_LEFT, _RIGHT = "mixamorig:Left", "mixamorig:Right"


def all_rigs(folder: Path) -> Iterator[Rig]:
    """Every character of the benchmark. folder: that of ../shared/rigs."""
    for path in sorted(folder.glob("*.json")):
        yield read_rig(path)
    heads, tails = rest_bones(default_body())
    yield made(list(JOINT_NAMES), list(PARENTS), heads, tails, "smpl")
    mixamo = read_rig(folder / "makehuman_mixamo.json")
    yield in_object(mixamo, "mixamo at 0.01, turned", 0.01, 37.0)
    yield child(mixamo)
    yield without(mixamo, {_LEFT + "Shoulder", _RIGHT + "Shoulder"}, "mixamo without clavicles")
    yield without(mixamo, {"mixamorig:Spine1", "mixamorig:Spine2"}, "mixamo with one spine bone")
    yield ik_legs(mixamo)
    yield giant_arms(mixamo)


def made(names: list[str], parents: list[int], heads: Floats, tails: Floats, title: str) -> Rig:
    """A rig of bones from heads to tails (B, 3) metres."""
    matrices = np.tile(np.eye(4), (len(names), 1, 1))
    matrices[:, :3, :3] = shortest_turn(_Y, unit(tails - heads))
    matrices[:, :3, 3] = heads
    return checked_rig(names, parents, matrices, np.linalg.norm(tails - heads, axis=1), title=title)


def read_rig(path: Path) -> Rig:
    """A rig of ../shared/rigs, with its bones' roll."""
    bones = json.loads(path.read_text())["bones"]
    names = [b["name"] for b in bones]
    heads, tails = (np.array([b[k] for b in bones]) for k in ("head", "tail"))
    matrices = np.tile(np.eye(4), (len(names), 1, 1))
    roll = about(np.broadcast_to(_Y, heads.shape), np.array([b["roll"] for b in bones]))
    matrices[:, :3, :3] = shortest_turn(_Y, unit(tails - heads)) @ roll
    matrices[:, :3, 3] = heads
    parents = [names.index(b["parent"]) if b["parent"] else -1 for b in bones]
    lengths = np.linalg.norm(tails - heads, axis=1)
    return checked_rig(names, parents, matrices, lengths, title=path.stem)


def in_object(rig: Rig, title: str, scale: float, degrees: float) -> Rig:
    """The rig as an armature object of this scale, turned about Z."""
    world = np.eye(4)
    world[:3, :3] = scale * about(np.array([0.0, 0.0, 1.0]), np.array(np.radians(degrees)))
    matrices = np.tile(np.eye(4), (rig.count, 1, 1))
    matrices[:, :3, :3], matrices[:, :3, 3] = rig.axes, rig.heads / scale
    lengths = np.linalg.norm(rig.tails - rig.heads, axis=1) / scale
    return checked_rig(rig.names, list(rig.parents), matrices, lengths, world, title=title)


def child(rig: Rig) -> Rig:
    """0.6 times as large with a head twice as big."""
    heads, tails = 0.6 * rig.heads, 0.6 * rig.tails
    head = rig.index("mixamorig:Head")
    tails[head] += tails[head] - heads[head]
    return made(list(rig.names), list(rig.parents), heads, tails, "child")


def without(rig: Rig, names: set[str], title: str) -> Rig:
    """The rig without some bones."""
    kept = [i for i, n in enumerate(rig.names) if n not in names]
    place = {old: new for new, old in enumerate(kept)}
    parents = [next((place[a] for a in rig.ancestors(i) if a in place), -1) for i in kept]
    return made([rig.names[i] for i in kept], parents, rig.heads[kept], rig.tails[kept], title)


def ik_legs(rig: Rig) -> Rig:
    """Feet that hang on IK controls under a root of their own, not on the shins."""
    names, parents = [*rig.names, "IK"], [*map(int, rig.parents), -1]
    heads = [*rig.heads, np.zeros(3)]
    tails = [*rig.tails, np.array([0.0, 0.3, 0.0])]
    for side in (_LEFT, _RIGHT):
        foot = rig.index(side + "Foot")
        names.append(side + "IK")
        parents.append(rig.count)
        parents[foot] = len(parents) - 1
        heads.append(rig.heads[foot])
        tails.append(rig.heads[foot] + np.array([0.0, 0.1, 0.0]))
    return made(names, parents, np.array(heads), np.array(tails), "ik legs")


def giant_arms(rig: Rig) -> Rig:
    """Arms and hands 1.5 times as long."""
    heads, tails = rig.heads.copy(), rig.tails.copy()
    for side in (_LEFT, _RIGHT):
        arm = rig.index(side + "Arm")
        below = [i for i in range(rig.count) if arm in (i, *rig.ancestors(i))]
        start = rig.heads[arm]
        heads[below] = start + 1.5 * (heads[below] - start)
        tails[below] = start + 1.5 * (tails[below] - start)
    return made(list(rig.names), list(rig.parents), heads, tails, "giant arms")
