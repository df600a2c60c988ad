# SPDX-License-Identifier: GPL-3.0-or-later
"""Vertices as tracks: point caches (Alembic, shape keys, simulations) whose points are named by
vertex groups or by an attribute. Meshes and point clouds, as Blender evaluates them with all
modifiers."""

from dataclasses import dataclass
from typing import Final

import bpy
import numpy as np
from numpy.typing import NDArray

from ....lsmplify_core.runtime.errors import InputError
from ...bake import actions
from .points import Points, all_key_times
from .still import moving_curves

KINDS: Final = ("MESH", "POINTCLOUD")
"""Objects that have vertices."""
_MOST: Final = 500
"""Tracks that are taken of single vertices: more are a surface and not markers."""


@dataclass(frozen=True)
class Choice:
    """How vertices become tracks. by: "GROUPS", a track is the weighted middle of a vertex group;
    "ATTRIBUTE", of the vertices with one value; "VERTICES", every vertex by its number."""

    by: str
    attribute: str = ""


@dataclass(frozen=True)
class _Middles:
    """K weighted middles of V vertices: their rows and weights, one middle after another."""

    vertices: int
    rows: NDArray[np.intp]
    weights: NDArray[np.float64]
    starts: NDArray[np.intp]

    def of(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """(K, 3) from (V, 3)."""
        return np.add.reduceat(self.weights[:, None] * positions[self.rows], self.starts)


def vertex_points(context: bpy.types.Context, item: bpy.types.Object, choice: Choice) -> Points:
    """Groups of the object's vertices as points. InputError where there are none."""
    if item.type not in KINDS:
        raise InputError(f"{item.name!r} is a {item.type.lower()}; choose a mesh or a point cloud")
    shown = item.evaluated_get(context.evaluated_depsgraph_get())
    data = shown.data if shown.is_evaluated else item.data
    names, middles = _named(item, data, choice)
    times = all_key_times([*_shape_curves(item), *moving_curves(item)])
    # Keys of shapes begin before and end after what they show: the scene says how long the take is.
    times = times[(times >= context.scene.frame_start) & (times <= context.scene.frame_end)]
    count = len(names)

    def read(graph: bpy.types.Depsgraph, wanted: list[int]) -> NDArray[np.float64]:
        posed = item.evaluated_get(graph)
        here = _positions(posed.data)
        if len(here) != middles.vertices:
            raise InputError(
                f"{item.name!r} has {len(here)} vertices in frame {graph.scene.frame_current} and "
                f"{middles.vertices} before; tracks need the same vertices throughout"
            )
        world = np.array(posed.matrix_world, dtype=np.float64)
        return (middles.of(here) @ world[:3, :3].T + world[:3, 3])[wanted]

    return Points(names, [None] * count, [times] * count, [False] * count, [item] * count, read)


def _named(
    item: bpy.types.Object, data: bpy.types.ID, choice: Choice
) -> tuple[list[str], _Middles]:
    """Names of the tracks, and which vertices each is the middle of."""
    if choice.by == "GROUPS":
        members = _by_group(item, data)
    elif choice.by == "ATTRIBUTE":
        members = _by_attribute(item, data, choice.attribute)
    else:
        members = _each(item, data)
    names = list(members)
    rows = [np.array(r, dtype=np.intp) for r, _ in members.values()]
    weights = [np.array(w, dtype=np.float64) / np.sum(w) for _, w in members.values()]
    starts = np.concatenate(([0], np.cumsum([len(r) for r in rows])[:-1])).astype(np.intp)
    count = len(_positions(data))
    return names, _Middles(count, np.concatenate(rows), np.concatenate(weights), starts)


_Members = dict[str, tuple[list[int], list[float]]]


def _by_group(item: bpy.types.Object, data: bpy.types.ID) -> _Members:
    found: _Members = {g.name: ([], []) for g in item.vertex_groups}
    names = [g.name for g in item.vertex_groups]
    for vertex in data.vertices if item.type == "MESH" else ():
        for part in vertex.groups:
            if part.weight > 0.0 and part.group < len(names):
                rows, weights = found[names[part.group]]
                rows.append(vertex.index)
                weights.append(part.weight)
    found = {name: part for name, part in found.items() if part[0]}
    if not found:
        raise InputError(
            f"{item.name!r} has no vertex groups with vertices in them; make one for each track, "
            "or name the points by an attribute"
        )
    return found


def _by_attribute(item: bpy.types.Object, data: bpy.types.ID, name: str) -> _Members:
    attribute = data.attributes.get(name) if name else None
    if attribute is None or attribute.domain != "POINT":
        known = ", ".join(a.name for a in data.attributes if a.domain == "POINT") or "none"
        raise InputError(f"{item.name!r} has no point attribute {name!r}; it has {known}")
    if attribute.data_type not in ("INT", "INT8", "STRING"):
        raise InputError(
            f"attribute {name!r} of {item.name!r} is {attribute.data_type.lower()}; a track's name "
            "must be a string or a whole number"
        )
    found: _Members = {}
    for index, element in enumerate(attribute.data):
        value = element.value
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if value == "" or (isinstance(value, int) and value < 0):
            continue
        rows, weights = found.setdefault(
            value if isinstance(value, str) else f"{name}_{value}", ([], [])
        )
        rows.append(index)
        weights.append(1.0)
    if not found:
        raise InputError(f"attribute {name!r} of {item.name!r} names no vertex")
    return found


def _each(item: bpy.types.Object, data: bpy.types.ID) -> _Members:
    count = len(_positions(data))
    if not 0 < count <= _MOST:
        raise InputError(
            f"{item.name!r} has {count} vertices; single vertices can be tracks up to {_MOST}, "
            "else name them by vertex groups or an attribute"
        )
    return {f"{item.name}_{i:03d}": ([i], [1.0]) for i in range(count)}


def _positions(data: bpy.types.ID) -> NDArray[np.float64]:
    """(V, 3) in the object's own space."""
    attribute = data.attributes.get("position")
    if attribute is None or not len(attribute.data):
        return np.zeros((0, 3))
    flat = np.empty(3 * len(attribute.data), dtype=np.float32)
    attribute.data.foreach_get("vector", flat)
    return flat.reshape(-1, 3).astype(np.float64)


def _shape_curves(item: bpy.types.Object) -> list[bpy.types.FCurve]:
    """Curves of the mesh's shape keys."""
    keys = getattr(item.data, "shape_keys", None)
    return actions.curves_of(keys) if keys is not None else []
