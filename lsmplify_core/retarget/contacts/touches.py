# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands that touch the own body, each other or the floor on the source do so on the figure.

The body is a set of capsules. Where a hand of the source lies on one (how far along it, and on
which side) is carried over to the figure's, which is as much larger as that part of its body is;
the hand is drawn there the more, the nearer the source's is to touching, so that nothing sets in at
once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...cleanup.feet.floor import Floor
from ...geometry.intervals import intervals_of
from ...geometry.rotations import transpose
from ...runtime.array_types import Floats
from ..posing.figure import Figure
from ..vectors import apply
from .body_parts import PARTS, Part, Posture
from .feet import ease, frames_away
from .limbs import Limb, bring, limb_of

_NEAR: Final = (0.02, 0.042)
"""Metres between a hand and the skin under which it touches, and over which it doesn't care."""
_SWING: Final = 0.5
"""Seconds before and after a touch from which on nothing draws the hand."""
_SLIP: Final = 0.1
"""Share of a part's length that a hand may touch farther up or down than the source's: longer arms
hang lower."""
_KEPT: Final = 0.02
"""Metres that a touching hand may be off."""
_MOST: Final = 0.9
"""Share of a touch's frames in which it must be kept to count as kept."""
_SHORTEST: Final = 0.1
"""Seconds of the shortest touch that is counted."""
_SHARP: Final = 0.0025
"""Metres that a part may be farther than the nearest one and still have a third of its say."""


_GROUND: Final = Part("", "", "", (1.0, 1.0, 1.0))
_THICK: Final = 0.02
"""Metres of half a hand's thickness on the default body."""


@dataclass(frozen=True)
class Touch:
    """One hand beside one part, all frames. near: (T,) metres to the skin on the source.
    pull: (T,) 0 to 1. along: (T,) on the part's axis. beside: (T, 3) metres in the part's frame.
    floor: for a hand beside the ground, whose `beside` is then the height over it along Z."""

    side: str
    part: Part
    near: Floats
    pull: Floats
    along: Floats
    beside: Floats
    floor: Floor | None = None

    @property
    def touching(self) -> NDArray[np.bool_]:
        """(T,) where the source touches."""
        return self.near < _NEAR[0]


def find_touches(
    source: Posture, floor: Floor, size: float, rate: float, floor_only: bool = False
) -> list[Touch]:
    """Every hand beside every part that it ever comes near to, the floor among them.

    Args:
        source: the source's points and turns.
        floor: its ground.
        size: of its body beside the default one.
        rate: frames per second.
        floor_only: whether hands beside the floor are all that is looked for.
    """
    found: list[Touch] = []
    for side in "LR":
        touch = _over(source, side, floor, size, rate)
        if touch.pull.max() > 0:
            found.append(touch)
        for part in () if floor_only else PARTS:
            own = part.start.startswith(f"{side}_") and part.start[2:] in (
                "Shoulder",
                "Elbow",
                "hand",
            )
            if own:
                continue
            touch = beside(source.points[f"{side}_hand"], side, source, part, size, rate)
            if touch.pull.max() > 0:
                found.append(touch)
    return found


def beside(hand: Floats, side: str, source: Posture, part: Part, size: float, rate: float) -> Touch:
    """A hand (T, 3) metres of a side beside a part of a source's body, its own or another's.

    size: of that body beside the default one. rate: frames per second.
    """
    start, end = source.points[part.start], source.points[part.end]
    along = _along(hand, start, end)
    off = hand - (start + along[:, None] * (end - start))
    away = apply(transpose(source.turns[part.turn]), off)
    radius = size * np.array(part.radius)
    near = (np.linalg.norm(away / radius, axis=-1) - 1.0) * radius.mean() / size - _THICK
    return Touch(side, part, near, _pull(near, rate), along, away)


def _along(point: Floats, start: Floats, end: Floats) -> Floats:
    """(T,) 0 to 1: where a point lies along an axis."""
    axis = end - start
    length = np.maximum(np.sum(axis * axis, axis=-1), 1e-9)
    return np.clip(np.sum((point - start) * axis, axis=-1) / length, 0.0, 1.0)


def _over(source: Posture, side: str, floor: Floor, size: float, rate: float) -> Touch:
    """A hand beside the ground."""
    hand = source.points[f"{side}_hand"]
    height = floor.above(hand)
    near = height / size - _THICK
    over = height[:, None] * np.array([0.0, 0.0, 1.0])
    return Touch(side, _GROUND, near, _pull(near, rate), np.zeros(len(hand)), over, floor)


def _pull(near: Floats, rate: float) -> Floats:
    """0 to 1: how much a hand is drawn to what it is so near to: about when it touches, for a hand
    that swings past is left alone."""
    t = np.clip((_NEAR[1] - near) / (_NEAR[1] - _NEAR[0]), 0.0, 1.0)
    return ease(1.0 - frames_away(near < _NEAR[0]) / (_SWING * rate)) * t * t * (3.0 - 2.0 * t)


def touch_goal(
    touch: Touch, source: Posture, own: Posture, size: float, hand: Floats | None = None
) -> Floats | None:
    """(T, 3) metres: where a hand touches the figure as it does the source; None without the part.

    Args:
        touch: of a hand and a part of the source. source, own: whose part it is.
        size: how much larger the figure is. hand: (T, 3) metres, another figure's; its own if None.
    """
    part = touch.part
    hand = own.points.get(f"{touch.side}_hand") if hand is None else hand
    if touch.floor is not None:
        if hand is None:
            return None
        lift = size * touch.beside[:, 2] - touch.floor.above(hand)
        return hand + lift[:, None] * np.array([0.0, 0.0, 1.0])
    if part.start not in own.points or part.end not in own.points or part.turn not in own.turns:
        return None
    start, end = own.points[part.start], own.points[part.end]
    ratio = _ratio(part, source, own, size)
    along = touch.along
    if hand is not None:
        along = along + np.clip(_along(hand, start, end) - along, -_SLIP, _SLIP)
    return (
        start + along[:, None] * (end - start) + apply(own.turns[part.turn], ratio * touch.beside)
    )


def _ratio(part: Part, source: Posture, own: Posture, size: float) -> float:
    """How much thicker the figure's part is taken to be: as it is longer, else as the figure is
    larger."""
    if part.start == part.end or part.start == "Head":
        return size
    lengths = [
        float(np.linalg.norm(p.points[part.end][0] - p.points[part.start][0]))
        for p in (source, own)
    ]
    return float(np.clip(lengths[1] / max(lengths[0], 1e-6), 0.6 * size, 1.6 * size))


def hand_corrections(
    touches: list[Touch], source: Posture, own: Posture, size: float
) -> dict[str, Floats]:
    """Side -> (T, 3) metres that each hand is to be moved by."""
    result: dict[str, Floats] = {}
    for side in "LR":
        seen = [(t, touch_goal(t, source, own, size)) for t in touches if t.side == side]
        goals = [(t, g) for t, g in seen if g is not None]
        if goals and f"{side}_hand" in own.points:
            result[side] = correction(goals, own.points[f"{side}_hand"])
    return result


def correction(goals: list[tuple[Touch, Floats]], hand: Floats) -> Floats:
    """(T, 3) metres that a hand (T, 3) is to be moved by towards all that it touches, the nearest
    most of all. goals: its touches with the place (T, 3) of each. Of two hands that touch each
    other both go half the way."""
    near = np.stack([t.near for t, _ in goals])
    pull = np.stack([t.pull for t, _ in goals])
    share = pull * np.exp((near.min(axis=0) - near) / _SHARP)
    share = share * pull.max(axis=0) / np.maximum(share.sum(axis=0), 1e-9)
    half = [0.5 if t.part.start.endswith("_hand") else 1.0 for t, _ in goals]
    away = np.stack([g - hand for _, g in goals])
    return np.einsum("k,kt,kti->ti", half, share, away)


def bring_hands(
    figure: Figure,
    turns: dict[str, list[Floats]],
    own: Posture,
    away: dict[str, Floats],
    rate: float,
) -> None:
    """Move the figure's hands by `away` (side -> (T, 3) metres), in place in `turns`."""
    for side, shift in away.items():
        arm: Limb | None = limb_of(figure, side, "Shoulder")
        if arm is None or np.abs(shift).max() < 1e-6:
            continue
        bring(arm, turns, own.points[arm.end] + shift - own.points[arm.upper], rate)


def count_touches(
    touches: list[Touch], source: Posture, own: Posture, size: float, rate: float
) -> tuple[int, int]:
    """Touches of the source that last, and those of them that the figure keeps within 20 mm."""
    found = kept = 0
    for side in "LR":
        goals = [(t, touch_goal(t, source, own, size)) for t in touches if t.side == side]
        seen = [(t, g) for t, g in goals if g is not None]
        if seen and f"{side}_hand" in own.points:
            more = kept_of(seen, own.points[f"{side}_hand"], rate)
            found, kept = found + more[0], kept + more[1]
    return found, kept


def kept_of(goals: list[tuple[Touch, Floats]], hand: Floats, rate: float) -> tuple[int, int]:
    """Touches of one hand (T, 3) that last, and those kept within 20 mm in nine of ten frames.
    goals: its touches with the place (T, 3) of each. rate: frames per second."""
    found = kept = 0
    nearest = np.min([t.near for t, _ in goals], axis=0)
    for touch, goal in goals:
        touching = touch.touching & (touch.near <= nearest)
        off = np.linalg.norm(hand - goal, axis=-1)
        for first, end in intervals_of(touching):
            if end - first >= max(1.0, _SHORTEST * rate):
                found += 1
                kept += bool((off[first:end] < _KEPT).mean() >= _MOST)
    return found, kept
