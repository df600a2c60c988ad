# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a body that hands touch, as capsules, and where they are on source and figure."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ..posing.figure import Figure
from ..posing.performance import World
from ..rest.frames import HAND, mirror
from ..vectors import apply

_HAND: Final = 0.09
"""Metres from the wrist to the knuckles on the default body."""
_CROWN: Final = np.array([0.0, 0.10, 0.02])
"""Metres on the default body from the head's joint to the middle of the skull."""


@dataclass(frozen=True)
class Part:
    """A part of the body. start, end: joints of its axis, or midpoints "hips" and "shoulders".
    turn: the role whose rotation it has. radius: (3,) metres on the default body, in its frame."""

    start: str
    end: str
    turn: str
    radius: tuple[float, float, float]


PARTS: Final = (
    Part("hips", "shoulders", "Spine2", (0.155, 0.12, 0.115)),
    Part("Head", "crown", "Head", (0.085, 0.10, 0.10)),
    *(
        part
        for s in "LR"
        for part in (
            Part(f"{s}_Hip", f"{s}_Knee", f"{s}_Hip", (0.075, 0.075, 0.075)),
            Part(f"{s}_Knee", f"{s}_Ankle", f"{s}_Knee", (0.05, 0.05, 0.05)),
            Part(f"{s}_Shoulder", f"{s}_Elbow", f"{s}_Shoulder", (0.045, 0.045, 0.045)),
            Part(f"{s}_Elbow", f"{s}_Wrist", f"{s}_Elbow", (0.037, 0.037, 0.037)),
            Part(f"{s}_hand", f"{s}_hand", f"{s}_Wrist", (0.04, 0.03, 0.04)),
        )
    ),
)


@dataclass(frozen=True)
class Posture:
    """Somebody's places and turns: points name -> (T, 3) metres, turns role -> (T, 3, 3)."""

    points: dict[str, Floats]
    turns: dict[str, Floats]


def source_posture(world: World, size: float) -> Posture:
    """The source's, size: of its body beside the default one."""
    names = ("Head", *(f"{s}_{n}" for s in "LR" for n in
             ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist")))  # fmt: skip
    points = {n: world.place(n) for n in names}
    turns = {n: world.turn(n) for n in (*names, "Spine2")}
    for side in "LR":
        hand = _HAND * size * mirror(HAND, side)
        points[f"{side}_hand"] = points[f"{side}_Wrist"] + apply(turns[f"{side}_Wrist"], hand)
    points["crown"] = points["Head"] + apply(turns["Head"], size * _CROWN)
    return Posture(_with_middles(points), turns)


def _with_middles(points: dict[str, Floats]) -> dict[str, Floats]:
    for name, joint in (("hips", "Hip"), ("shoulders", "Shoulder")):
        if f"L_{joint}" in points and f"R_{joint}" in points:
            points[name] = 0.5 * (points[f"L_{joint}"] + points[f"R_{joint}"])
    return points


def figure_posture(
    figure: Figure, world: World, turns: dict[str, list[Floats]], heads: Floats, size: float
) -> Posture:
    """The figure's: from its posed bones' heads (T, n, 3)."""
    points = {
        r: heads[:, figure.of(r)[0]] for r in dict.fromkeys(figure.roles) if r[-1] not in "123"
    }
    own = {r: chain[0] for r, chain in turns.items() if r != "Spine"}
    own["Spine2"] = world.turn("Spine2")
    for side in "LR":
        wrist = f"{side}_Wrist"
        if wrist in points:
            points[f"{side}_hand"] = points[wrist] + apply(own[wrist], figure.segment(wrist))
    if "Head" in points:
        points["crown"] = points["Head"] + apply(own["Head"], size * _CROWN)
    return Posture(_with_middles(points), own)
