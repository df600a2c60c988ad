# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure's limbs as two bones that can be brought to goals."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ..posing.figure import Figure
from ..vectors import apply
from .two_bones import bend_to

_HINGE: Final = {"Hip": np.array([1.0, 0.0, 0.0]), "Shoulder": np.array([0.0, -1.0, 0.0])}
"""The axis that the lower bone bends about, in the frame of SMPL's left upper joint."""
_JOINTS: Final = {"Hip": ("Hip", "Knee", "Ankle"), "Shoulder": ("Shoulder", "Elbow", "Wrist")}


@dataclass(frozen=True)
class Limb:
    """upper, lower, end: roles of a leg or an arm. lengths of its bones as vectors (3,) metres in
    their joints' frames. hinge: (3,) in the upper joint's frame."""

    upper: str
    lower: str
    end: str
    first: Floats
    second: Floats
    hinge: Floats

    @property
    def length(self) -> float:
        """Metres, both bones."""
        return float(np.linalg.norm(self.first) + np.linalg.norm(self.second))


def limb_of(figure: Figure, side: str, name: str) -> Limb | None:
    """The leg (name "Hip") or arm ("Shoulder") of a side; None where a joint is missing."""
    upper, lower, end = (f"{side}_{n}" for n in _JOINTS[name])
    if not all(figure.has(r) for r in (upper, lower, end)):
        return None
    hinge = _HINGE[name] if side == "L" or name == "Hip" else -_HINGE[name]
    return Limb(upper, lower, end, figure.segment(upper), figure.segment(lower), hinge)


def reach(limb: Limb, turns: dict[str, list[Floats]]) -> Floats:
    """(T, 3) metres from the limb's first joint to its end, as it is turned."""
    return apply(turns[limb.upper][0], limb.first) + apply(turns[limb.lower][0], limb.second)


def bring(limb: Limb, turns: dict[str, list[Floats]], goal: Floats, rate: float) -> Floats:
    """Bend a limb, in place in `turns`, so that its end is at a goal; what hangs on it keeps its
    rotation in the world.

    Args:
        limb: which. turns: world rotations by role.
        goal: (T, 3) metres from the limb's first joint. rate: frames per second.

    Returns:
        (T,) metres that the goal is out of reach by.
    """
    above, below = turns[limb.upper][0], turns[limb.lower][0]
    first, second, over = bend_to(
        apply(above, limb.first), apply(below, limb.second), apply(above, limb.hinge), goal, rate
    )
    turns[limb.upper] = [first @ above] * len(turns[limb.upper])
    turns[limb.lower] = [second @ below] * len(turns[limb.lower])
    return over
