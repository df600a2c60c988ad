# SPDX-License-Identifier: GPL-3.0-or-later
"""A mapped character, ready to be posed: its driven bones as a tree, with their rest beside
SMPL's."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...geometry.skeleton import JOINT_INDEX
from ...runtime.array_types import Floats
from ..rest.frames import corrected, rest_frames
from ..rest.points import REST, RestPoints, rest_points
from ..rig.rig import Rig
from ..rig.rig_map import RigMap, check_map
from ..rig.roles import FINGER_ROLES, ROLES, SIDES

_ABOVE: Final = {
    "Torso": "Root", "Pelvis": "Torso", "Spine": "Pelvis", "Neck": "Spine", "Head": "Neck",
    "Collar": "Spine", "Shoulder": "Collar", "Elbow": "Shoulder", "Wrist": "Elbow",
    "Hip": "Pelvis", "Knee": "Hip", "Ankle": "Knee", "Foot": "Ankle", "ShoulderTwist": "Shoulder",
    "ElbowTwist": "Elbow", "HipTwist": "Hip", "KneeTwist": "Knee",
}  # fmt: skip
"""The role that a role hangs on, apart from fingers."""

_FLOATS: Final = frozenset(("Hip", "Knee", "Ankle", "Foot", "Shoulder", "Elbow", "Wrist", "Collar"))
"""Roles whose bones are placed in the world where they hang on nothing of their own limb."""
_LOW: Final = (-0.02, 0.09)
"""Heights of the lowest joint over the armature's ground, in shares of the character's height,
within which that ground is taken for the floor."""
_SOLE: Final = 0.012
"""Share of the height between the lowest joint and the floor where nothing else says it."""


@dataclass(frozen=True)
class Figure:
    """A character's driven bones, parents first, n of them.

    bones: (n,) indices in the rig. roles: the role of each; place: its number in the role's chain.
    parents: (n,) the driven bone that each hangs on, -1 for none. floats: (n,) bones that nothing
    carries to where they belong, so that they need a location. carrier: the bone, of n, that takes
    the translation. offsets: (n, 3) metres, each head in its parent's rest axes.
    rest: (n, 3, 3) Aᵀ·B, what a joint's world rotation is multiplied with for the bone's axes.
    frames: role -> A. points: joints at rest. floor: metres, the ground at rest.
    """

    rig: Rig
    rig_map: RigMap
    bones: NDArray[np.intp]
    roles: tuple[str, ...]
    place: tuple[int, ...]
    parents: NDArray[np.intp]
    floats: NDArray[np.bool_]
    carrier: int
    offsets: Floats
    rest: Floats
    frames: dict[str, Floats]
    points: RestPoints
    floor: float

    def of(self, role: str) -> list[int]:
        """Driven bones (0 to n - 1) of a role, parents first."""
        return [i for i, r in enumerate(self.roles) if r == role]

    def has(self, role: str) -> bool:
        """Whether a bone plays the role."""
        return role in self.frames

    def segment(self, role: str) -> Floats:
        """(3,) metres: from the role's joint to its segment's end, in the joint's own frame."""
        own = self.points.ends[role] - self.points.joints[role]
        return self.frames[role].T @ own

    @property
    def leg(self) -> float:
        """Metres: thigh and shin, the mean of both sides."""
        return float(np.mean([
            np.linalg.norm(self.segment(f"{s}_Hip")) + np.linalg.norm(self.segment(f"{s}_Knee"))
            for s in SIDES
        ]))  # fmt: skip


def figure_of(rig: Rig, rig_map: RigMap, fingers: bool = True) -> Figure:
    """Prepare a character. fingers: whether finger bones are driven. InputError as `check_map`."""
    check_map(rig_map, rig)
    points = rest_points(rig, rig_map)
    frames = corrected(rest_frames(points), rig_map.rest)
    order = {bone: i for i, bone in enumerate(rig.parents_first())}
    driven = [
        (rig.index(bone), role, place)
        for role in ROLES
        if fingers or role not in FINGER_ROLES
        for place, bone in enumerate(rig_map.bones.get(role, ()))
    ]
    driven.sort(key=lambda d: (ROLES.index(d[1]), d[2]))
    driven = _parents_first(driven, order)
    bones = np.array([d[0] for d in driven], dtype=np.intp)
    roles = tuple(d[1] for d in driven)
    places = tuple(d[2] for d in driven)
    parents, floats = _tree(rig, bones, roles, places)
    above = bones[np.maximum(parents, 0)]
    offsets = np.einsum("nji,nj->ni", rig.axes[above], rig.heads[bones] - rig.heads[above])
    rest = np.stack([frames[r].T @ rig.axes[b] for b, r in zip(bones, roles, strict=True)])
    carrier = _carrier(roles, parents)
    floats[carrier] = True
    return Figure(
        rig, rig_map, bones, roles, places, parents, floats, carrier, offsets, rest, frames,
        points, _floor(rig, points),
    )  # fmt: skip


def _parents_first(
    driven: list[tuple[int, str, int]], order: dict[int, int]
) -> list[tuple[int, str, int]]:
    """By the rig's own tree; bones of limbs that hang on something else come after their role's
    parent, since roles are listed parents first."""
    ranks: dict[str, int] = {}
    result: list[tuple[tuple[int, int, int], tuple[int, str, int]]] = []
    for bone, role, place in driven:
        above = _ABOVE.get(_bare(role), "")
        above = f"{role[0]}_{above}" if above and f"{role[0]}_{above}" in ROLES else above
        rank = max(order[bone], ranks.get(above, -1) + (place == 0))
        ranks[role] = max(ranks.get(role, -1), rank)
        result.append(((rank, ROLES.index(role), place), (bone, role, place)))
    return [d for _, d in sorted(result, key=lambda r: r[0])]


def _bare(role: str) -> str:
    return role[2:] if role[1:2] == "_" else role


def _role_above(role: str) -> str:
    """The role that a role hangs on; "" at the top."""
    if role in FINGER_ROLES:
        return f"{role[:-1]}{int(role[-1]) - 1}" if role[-1] != "1" else f"{role[0]}_Wrist"
    above = _ABOVE.get(_bare(role), "")
    return f"{role[0]}_{above}" if above and f"{role[0]}_{above}" in ROLES else above


def _roles_above(role: str) -> list[str]:
    """All roles that a role hangs on, the nearest first."""
    found: list[str] = []
    while role := _role_above(role):
        found.append(role)
    return found


def _tree(
    rig: Rig, bones: NDArray[np.intp], roles: tuple[str, ...], places: tuple[int, ...]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Each driven bone's driven parent, and whether it floats.

    The parent is the nearest driven bone above it in the rig. A limb's bone that so hangs past its
    own limb (a foot under the root, a thigh under the spine) is carried by its role's parent
    instead.
    """
    at = {int(b): i for i, b in enumerate(bones)}
    parents = np.full(len(bones), -1, dtype=np.intp)
    floats = np.zeros(len(bones), dtype=bool)
    present = set(roles)
    for i, bone in enumerate(bones):
        near = next((at[a] for a in rig.ancestors(int(bone)) if a in at), -1)
        parents[i] = near
        if places[i] or _bare(roles[i]) not in _FLOATS:
            continue
        wanted = next((r for r in _roles_above(roles[i]) if r in present), "")
        trunk = ("Pelvis", "Torso", "Spine", "Neck")
        same = near >= 0 and (roles[near] == wanted or (wanted in trunk and roles[near] in trunk))
        if _bare(roles[i]) == "Hip" and near >= 0 and roles[near] in ("Spine", "Neck"):
            same = False
        if wanted and not same:
            parents[i] = max(k for k, r in enumerate(roles) if r == wanted)
            floats[i] = True
    return parents, floats


def _carrier(roles: tuple[str, ...], parents: NDArray[np.intp]) -> int:
    """The bone that takes the translation: the torso's control where there is one, else the
    pelvis."""
    return roles.index("Torso") if "Torso" in roles else roles.index("Pelvis")


def _floor(rig: Rig, points: RestPoints) -> float:
    """The ground at rest: told, else the armature's own where the feet are near it, else a sole's
    height under the lowest joint."""
    if rig.floor is not None:
        return rig.floor
    feet = [p[2] for r, p in points.joints.items() if r[2:] in ("Ankle", "Foot")]
    lowest = min(feet, default=float(points.joints["L_Knee"][2]))
    size = max(rig.height, 1e-6)
    if _LOW[0] * size <= lowest - rig.ground <= _LOW[1] * size:
        return min(rig.ground, lowest)
    return lowest - _SOLE * size


assert REST.shape == (len(JOINT_INDEX), 3)
