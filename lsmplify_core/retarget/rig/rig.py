# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's rig at rest, as numbers: nothing in it knows of Blender."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...geometry.rotations import nearest_rotation
from ...runtime.array_types import Floats
from ...runtime.errors import InputError

_UNEVEN: Final = 1.001
"""The largest ratio of an armature's scales along its axes that counts as one scale."""
_SHEAR: Final = 1e-3
"""How far from orthogonal an armature's axes may be."""


@dataclass(frozen=True)
class Rig:
    """Bones at rest, in the world (Z up, metres), with the armature object's scale taken out.

    names: B bones. parents: (B,) indices, -1 without a parent.
    heads, tails: (B, 3) metres. axes: (B, 3, 3) the bones' axes as columns; Blender's lie along Y.
    scale: metres of the world per unit of the armature's own space.
    inherits: (B,) bones that turn with their parent. locked: (B,) rotation channels not to be
    keyed. limits: (B, 3, 2) radians, least and most Euler angle about the bone's X, Y and Z in the
    order XYZ; infinite where there is none. floor: height in metres of the ground that the
    character stands on at rest; None to find it. title: what messages call the rig. ground: metres,
    the height of the armature's own origin.
    """

    names: tuple[str, ...]
    parents: NDArray[np.intp]
    heads: Floats
    tails: Floats
    axes: Floats
    scale: float
    inherits: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    limits: Floats
    floor: float | None = None
    title: str = "rig"
    ground: float = 0.0

    @property
    def count(self) -> int:
        """Number of bones, B."""
        return len(self.names)

    @property
    def height(self) -> float:
        """Metres between the lowest and the highest head or tail of a bone."""
        z = np.concatenate((self.heads[:, 2], self.tails[:, 2]))
        return float(np.ptp(z)) if len(z) else 0.0

    def index(self, name: str) -> int:
        """The bone of this name; InputError where there is none."""
        try:
            return self.names.index(name)
        except ValueError:
            raise InputError(f"armature {self.title!r} has no bone {name!r}") from None

    def parents_first(self) -> list[int]:
        """All bones in an order in which every bone comes after its parent."""
        depth = np.zeros(self.count, dtype=np.intp)
        above = self.parents.copy()
        while (above >= 0).any():
            depth += above >= 0
            above = np.where(above >= 0, self.parents[above], -1)
        return [int(i) for i in np.argsort(depth, kind="stable")]

    def ancestors(self, bone: int) -> list[int]:
        """The bone's parent, grandparent and so on, nearest first."""
        found: list[int] = []
        while (bone := int(self.parents[bone])) >= 0:
            found.append(bone)
        return found


def checked_rig(
    names: Sequence[str],
    parents: Sequence[int],
    matrices: Floats,
    lengths: Floats,
    world: Floats | None = None,
    *,
    inherits: Sequence[bool] | None = None,
    locked: Sequence[bool] | None = None,
    limits: Floats | None = None,
    floor: float | None = None,
    title: str = "rig",
) -> Rig:
    """A rig from what Blender knows of an armature; what is wrong with it is found here.

    Args:
        names: of B bones, all different.
        parents: index of each bone's parent, -1 without one.
        matrices: (B, 4, 4) `bone.matrix_local`: rest matrices in the armature's own space.
        lengths: (B,) `bone.length` in the armature's own unit; the tail lies so far along Y.
        world: (4, 4) `object.matrix_world`, with all parents' transforms in it; None: identity.
        inherits, locked, limits, floor, title: as in `Rig`. floor is in metres of the world.

    Returns:
        The rig in metres of the world.

    Raises:
        InputError: no bones, names twice, a circle of parents, values that are not numbers, a
            world that is mirrored, flat, or scaled unevenly.
    """
    count = len(names)
    where = f"armature {title!r}"
    if not count:
        raise InputError(f"{where} has no bones")
    if len(set(names)) != count:
        twice = next(n for n in names if list(names).count(n) > 1)
        raise InputError(f"{where}: bone {twice!r} is there twice")
    above = np.asarray(parents, dtype=np.intp)
    _check_tree(above, names, where)
    matrices = np.asarray(matrices, dtype=np.float64)
    if not (np.isfinite(matrices).all() and np.isfinite(lengths).all()):
        raise InputError(f"{where}: its rest pose holds values that are not numbers")
    turn, scale, place = _world(world, where)
    axes = turn @ nearest_rotation(matrices[:, :3, :3])
    heads = scale * matrices[:, :3, 3] @ turn.T + place
    tails = heads + scale * np.asarray(lengths, dtype=np.float64)[:, None] * axes[:, :, 1]
    none = np.zeros(count, dtype=bool)
    free = np.broadcast_to(np.array([-np.inf, np.inf]), (count, 3, 2))
    return Rig(
        tuple(names), above, heads, tails, axes, scale,
        ~none if inherits is None else np.asarray(inherits, dtype=bool),
        none if locked is None else np.asarray(locked, dtype=bool),
        free if limits is None else np.asarray(limits, dtype=np.float64), floor, title,
        float(place[2]),
    )  # fmt: skip


def _world(world: Floats | None, where: str) -> tuple[Floats, float, Floats]:
    """Rotation, scale and place of an armature object."""
    matrix = np.eye(4) if world is None else np.asarray(world, dtype=np.float64)
    if not np.isfinite(matrix).all():
        raise InputError(f"{where}: its transform holds values that are not numbers")
    linear = matrix[:3, :3]
    sizes = np.linalg.norm(linear, axis=0)
    if sizes.min() <= 1e-9 or np.linalg.det(linear) <= 0.0:
        raise InputError(
            f"{where} has a negative scale or none; apply its scale (Object > Apply > Scale)"
        )
    square = linear.T @ linear / np.outer(sizes, sizes)
    if sizes.max() / sizes.min() > _UNEVEN or np.abs(square - np.eye(3)).max() > _SHEAR:
        raise InputError(
            f"{where} is scaled unevenly ({sizes[0]:.3g}, {sizes[1]:.3g}, {sizes[2]:.3g}); "
            "apply its scale (Object > Apply > Scale)"
        )
    return nearest_rotation(linear), float(sizes.mean()), matrix[:3, 3]


def _check_tree(parents: NDArray[np.intp], names: Sequence[str], where: str) -> None:
    """InputError for parents that are not bones, or that go round in a circle."""
    if len(parents) != len(names) or (parents >= len(names)).any() or (parents < -1).any():
        raise InputError(f"{where}: some bones' parents are not among its bones")
    above = parents.copy()
    for _ in range(len(names)):
        if (above < 0).all():
            return
        above = np.where(above >= 0, parents[above], -1)
    bone = names[int(np.argmax(above >= 0))]
    raise InputError(f"{where}: bone {bone!r} is its own ancestor")
