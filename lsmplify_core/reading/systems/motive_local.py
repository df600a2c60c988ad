# SPDX-License-Identifier: GPL-3.0-or-later
"""Motive's bones in local coordinates: composed along the hierarchy where the file says parents.

A bone's local place p and rotation R are in its parent's frame (Motive's *Coordinate Space*), so
that in the world

    R_bone = R_parent R,   p_bone = p_parent + R_parent p .
"""

import numpy as np
from numpy.typing import NDArray

from ...geometry.rotations import quaternion_to_matrix

Floats = NDArray[np.float64]
Columns = dict[str, list[int]]


def parents_of(titles: list[list[str]], bones: Columns) -> dict[str, str] | None:
    """For each bone the one that it hangs on, "" for a skeleton's first; None where the header does
    not say them, or names bones that are not there.

    Args:
        titles: the header's rows, of which one begins with "Parent".
        bones: the columns of each bone's place, by "Skeleton:Bone"; first bones end in ":Hip".
    """
    said = next((row for row in titles if any(_is_parent(c) for c in row[:2])), None)
    if said is None:
        return None
    found: dict[str, str] = {}
    for name, columns in bones.items():
        parent = said[columns[0]].strip() if columns[0] < len(said) else ""
        skeleton = name.rpartition(":")[0]
        if not parent or (parent == skeleton and name.endswith(":Hip")):
            found[name] = ""
            continue
        full = parent if parent in bones else f"{skeleton}:{parent}"
        if full not in bones and parent == skeleton:
            full = f"{skeleton}:Hip"
        if full not in bones or full == name:
            return None
        found[name] = full
    return found


def global_places(
    data: Floats, bones: Columns, parents: dict[str, str], rotations: Columns
) -> Floats | None:
    """The bones' places in the world, or None where a rotation is missing or parents go in circles.

    Args:
        data: (T, C) the numbers of the table.
        bones: the columns (x, y, z) of each bone's place.
        parents: as `parents_of` gives them.
        rotations: the columns (x, y, z, w) of each bone's quaternion.

    Returns:
        (T, B, 3) in the file's unit and axes, in the order of `bones`.
    """
    if not set(parents.values()) - {""} <= set(rotations):
        return None
    turned: dict[str, Floats] = {}
    placed: dict[str, Floats] = {}
    waiting = list(bones)
    while waiting:
        left: list[str] = []
        for name in waiting:
            parent = parents[name]
            if parent and parent not in placed:
                left.append(name)
                continue
            own = data[:, bones[name]]
            quaternion = data[:, rotations[name]] if name in rotations else None
            turn = np.broadcast_to(np.eye(3), (len(data), 3, 3)) if quaternion is None else (
                quaternion_to_matrix(quaternion[:, [3, 0, 1, 2]])
            )  # fmt: skip
            if parent:
                own = placed[parent] + np.einsum("tij,tj->ti", turned[parent], own)
                turn = turned[parent] @ turn
            placed[name], turned[name] = own, np.asarray(turn)
        if len(left) == len(waiting):
            return None
        waiting = left
    return np.stack([placed[name] for name in bones], axis=1)


def _is_parent(cell: str) -> bool:
    return cell.strip().lower() == "parent"
