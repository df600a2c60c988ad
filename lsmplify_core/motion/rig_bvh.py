# SPDX-License-Identifier: GPL-3.0-or-later
"""BVH of any rig: metres, Y up as is the custom of the format, joints' frames parallel to the world
at rest, whatever the bones' own axes are.

With D a bone's turn in the world since rest, a joint's rotation is R = D(parent)ᵀ · D, and its
place in the parent's frame D(parent)ᵀ · (h - h(parent)).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..geometry.rotations import transpose
from ..runtime.array_types import Floats
from .bvh import euler_zxy

_Z_TO_Y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
_STILL: Final = 2e-5
"""Metres: a joint that moves less in its parent's frame gets no position channels."""


@dataclass(frozen=True)
class SampledRig:
    """A rig at rest and in T frames, in the world (Z up, metres).

    names: B bones. parents: (B,) indices, -1 for none. heads, tails: (B, 3) at rest.
    turns: (T, B, 3, 3) turns since rest. places: (T, B, 3) heads. rate: frames per second.
    """

    names: Sequence[str]
    parents: Sequence[int]
    heads: Floats
    tails: Floats
    turns: Floats
    places: Floats
    rate: float


def rig_bvh_text(poses: SampledRig) -> str:
    """The whole file. Several bones without a parent hang on a joint "Root" at the origin."""
    poses = _under_one_root(poses)
    parents = list(poses.parents)
    root = parents.index(-1)
    heads, tails = poses.heads @ _Z_TO_Y.T, poses.tails @ _Z_TO_Y.T
    turns = _Z_TO_Y @ poses.turns @ _Z_TO_Y.T
    places = poses.places @ _Z_TO_Y.T
    above = [max(p, 0) for p in parents]
    offsets = heads - heads[above]
    local = transpose(turns[:, above]) @ turns
    moved = (transpose(turns[:, above]) @ (places - places[:, above])[..., None])[..., 0]
    offsets[root], local[:, root], moved[:, root] = heads[root], turns[:, root], places[:, root]
    moving = np.abs(moved - offsets).max(axis=(0, 2)) > _STILL
    moving[root] = True
    angles = euler_zxy(local)
    lines, order = ["HIERARCHY"], list[int]()
    _write_joint(root, 0, poses, offsets, tails - heads, moving, lines, order)
    columns = [
        np.concatenate((moved[:, j], angles[:, j]), axis=1) if moving[j] else angles[:, j]
        for j in order
    ]
    rows = np.concatenate(columns, axis=1)
    lines += ["MOTION", f"Frames: {len(rows)}", f"Frame Time: {1.0 / poses.rate:.8f}"]
    lines += [" ".join(f"{x:.6f}" for x in row) for row in rows]
    return "\n".join(lines) + "\n"


def _under_one_root(poses: SampledRig) -> SampledRig:
    if list(poses.parents).count(-1) == 1:
        return poses
    frames = len(poses.turns)
    name = "Root"
    while name in poses.names:
        name += "_"
    return SampledRig(
        [name, *poses.names], [-1, *(p + 1 for p in poses.parents)],
        np.concatenate((np.zeros((1, 3)), poses.heads)),
        np.concatenate((np.array([[0.0, 0.0, 0.1]]), poses.tails)),
        np.concatenate((np.broadcast_to(np.eye(3), (frames, 1, 3, 3)), poses.turns), axis=1),
        np.concatenate((np.zeros((frames, 1, 3)), poses.places), axis=1), poses.rate,
    )  # fmt: skip


def _write_joint(
    joint: int, depth: int, poses: SampledRig, offsets: Floats, ends: Floats,
    moving: Sequence[bool], lines: list[str], order: list[int],
) -> None:  # fmt: skip
    """A joint and all under it, onto `lines`; joints onto `order` as their channels come."""
    pad = "  " * depth
    order.append(joint)
    name = "_".join(poses.names[joint].split())  # readers end a name at a space
    channels = "Zrotation Xrotation Yrotation"
    places = "6 Xposition Yposition Zposition" if moving[joint] else "3"
    lines += [
        f"{pad}{'JOINT' if depth else 'ROOT'} {name}", f"{pad}{{",
        f"{pad}  OFFSET {_numbers(offsets[joint])}", f"{pad}  CHANNELS {places} {channels}",
    ]  # fmt: skip
    children = [c for c, p in enumerate(poses.parents) if p == joint]
    for child in children:
        _write_joint(child, depth + 1, poses, offsets, ends, moving, lines, order)
    if not children:
        lines += [f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET {_numbers(ends[joint])}",
                  f"{pad}  }}"]  # fmt: skip
    lines.append(f"{pad}}}")


def _numbers(values: Floats) -> str:
    return " ".join(f"{x:.6f}" for x in values)
