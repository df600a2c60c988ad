# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands of one person on another: found on the sources, kept on their figures.

Everybody's figure is of another size, and each one's way is scaled about where it starts; so where
two shook hands, their figures stand too far from each other or too near. Each is moved over the
ground by one shift for the whole take, so that no foot slides. With x_i the shifts, d_k the way
from hand to goal at touch k of person i on person j, and w_k how much it touches, they minimise

    Σ_k w_k |d_k + x_j - x_i|² + λ Σ_i |x_i|²

which is linear; λ only shares the way between the two. Then the arms do the rest. Where an arm of
length L is too short, d_k is what the shoulder still has to go: with h over the ground and v up
from it to the goal, h' = √(L² - v²) may be left, so that d_k = (|h| - h') h / |h|.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...cleanup.feet.floor import Floor
from ...runtime.array_types import Floats
from ..posing.channels import place_bones
from ..posing.joint_turns import bone_axes
from ..steps import Posed
from ..transfer import sizes
from .body_parts import PARTS, Posture, figure_posture, source_posture
from .limbs import limb_of
from .touches import Touch, beside, bring_hands, correction, kept_of, touch_goal

_ROUNDS: Final = 4
"""Times that people are shifted; each one after the first only for arms that are too short."""
_PASSES: Final = 6
"""Times that hands are brought to goals: what they touch moves too."""
_STRETCHED: Final = 0.97
"""Share of its length that an arm is stretched to at most; more is stiffer and nearer to alone."""
_SHARED: Final = 1e-3
"""λ beside the sum of all weights: larger leaves people nearer to where they would be alone."""
_ENOUGH: Final = 0.002
"""Metres of shift that are worth another round."""
_TOLD: Final = 0.02
"""Metres of shift from which on the report speaks of it."""


@dataclass(frozen=True)
class Between:
    """A hand of person `mover` beside a part of person `touched`; indices. touch: on the frames
    that both have, which are from `first` (mover's, touched's) on."""

    mover: int
    touched: int
    touch: Touch
    first: tuple[int, int]

    @property
    def frames(self) -> int:
        """How many frames both have."""
        return len(self.touch.near)

    def cut(self, posture: Posture, whose: int) -> Posture:
        """A posture of the mover (whose 0) or of the touched one (1) on the frames of both."""
        at = slice(self.first[whose], self.first[whose] + self.frames)
        return Posture(
            {k: v[at] for k, v in posture.points.items()},
            {k: v[at] for k, v in posture.turns.items()},
        )


def find_between(people: Sequence[Posed], starts: Sequence[int]) -> list[Between]:
    """Every hand beside every part of everybody else that it ever comes near to.

    Args:
        people: posed figures, with the sources that they came from.
        starts: the frame of each one's first, counted alike for all.

    Returns:
        Touches that ever pull, of the frames that both people have; `mover` and `touched` count
        `people`.
    """
    sources = source_postures(people)
    found: list[Between] = []
    for i, mover in enumerate(people):
        for j, touched in enumerate(people):
            low = max(starts[i], starts[j])
            high = min(s + len(p.heads) for s, p in ((starts[i], mover), (starts[j], touched)))
            if i == j or high <= low:
                continue
            first = (low - starts[i], low - starts[j])
            theirs = Posture(
                {k: v[first[1] :][: high - low] for k, v in sources[j].points.items()},
                {k: v[first[1] :][: high - low] for k, v in sources[j].turns.items()},
            )
            size, rate = sizes(touched.transfer)[1], mover.transfer.rate
            for side in "LR":
                hand = sources[i].points[f"{side}_hand"][first[0] :][: high - low]
                made = [beside(hand, side, theirs, part, size, rate) for part in PARTS]
                found += [Between(i, j, t, first) for t in made if t.pull.max() > 0]
    return found


def source_postures(people: Sequence[Posed]) -> list[Posture]:
    """Where everybody's source is."""
    return [source_posture(p.transfer.world, sizes(p.transfer)[1]) for p in people]


def keep_between(people: Sequence[Posed], touches: Sequence[Between]) -> None:
    """Shift people and bring their hands, so that they touch as their sources do.

    Args:
        people: changed in place: hips, goals and turns (metres, Z up), notes, and the touches that
            are found and kept, which are counted with their own ones.
        touches: of `find_between`.
    """
    if not touches:
        return
    sources = source_postures(people)
    before = [{role: list(chain) for role, chain in p.transfer.turns.items()} for p in people]
    moved = np.zeros((len(people), 3))
    for number in range(_ROUNDS):
        shift = _shifts(people, touches, sources, number == 0)
        if number and np.abs(shift).max() < _ENOUGH:
            break
        moved += shift
        for person, own, way in zip(people, before, shift, strict=True):
            person.transfer.hips = person.transfer.hips + way
            person.transfer.goal = person.transfer.goal + way
            person.transfer.turns = {role: list(chain) for role, chain in own.items()}
            _pose(person)
        for _ in range(_PASSES):
            _bring(people, touches, sources)
    _count(people, touches, sources)
    for person, way in zip(people, moved, strict=True):
        if np.linalg.norm(way) > _TOLD:
            person.notes.append(
                f"stands {1000 * np.linalg.norm(way):.0f} mm from where it would alone, so that "
                "it touches the others as its source does"
            )


def touch_distances(
    people: Sequence[Posed], touches: Sequence[Between]
) -> list[tuple[Floats, Floats]]:
    """How far hands are from where they are to touch, in the frames in which the sources touch.

    Args:
        people: posed figures, metres, world Z up.
        touches: of `find_between`.

    Returns:
        For each touch (n,) metres, and (n,) metres by which the goal is higher or lower than the
        arm is long: more than 0 is out of reach wherever one stands.
    """
    own, sources = [_own(p) for p in people], source_postures(people)
    found: list[tuple[Floats, Floats]] = []
    for t, hand, goal in _goals(people, touches, sources, own):
        arm = limb_of(people[t.mover].figure, t.touch.side, "Shoulder")
        if arm is None:
            continue
        points = t.cut(own[t.mover], 0).points
        way = points[arm.end] + goal - hand - points[arm.upper]
        at = t.touch.touching
        off = np.linalg.norm(goal - hand, axis=-1)
        found.append((off[at], np.abs(way[at, 2]) - arm.length))
    return found


def _pose(person: Posed) -> None:
    """Its bones' axes and heads from its turns and hips."""
    person.axes = bone_axes(person.figure, person.transfer.turns)
    person.heads = place_bones(person.figure, person.axes, person.transfer.hips)


def _own(person: Posed) -> Posture:
    transfer = person.transfer
    size = sizes(transfer)[0]
    return figure_posture(person.figure, transfer.world, transfer.turns, person.heads, size)


def _goals(
    people: Sequence[Posed], touches: Sequence[Between], sources: Sequence[Posture],
    own: Sequence[Posture],
) -> list[tuple[Between, Floats, Floats]]:  # fmt: skip
    """Each touch with the mover's hand and its goal, (frames of both, 3) metres."""
    found: list[tuple[Between, Floats, Floats]] = []
    for t in touches:
        hand = t.cut(own[t.mover], 0).points.get(f"{t.touch.side}_hand")
        if hand is None:
            continue
        size = people[t.touched].transfer.size
        theirs = (t.cut(sources[t.touched], 1), t.cut(own[t.touched], 1))
        goal = touch_goal(t.touch, *theirs, size, hand)
        if goal is not None:
            found.append((t, hand, goal))
    return found


def _shifts(
    people: Sequence[Posed], touches: Sequence[Between], sources: Sequence[Posture], first: bool
) -> Floats:
    """(n, 3) metres over the ground that everybody is to be shifted by: hands onto goals at first,
    then shoulders as near as arms are long."""
    own = [_own(p) for p in people]
    matrix, right = np.zeros((len(people), len(people))), np.zeros((len(people), 3))
    for t, hand, goal in _goals(people, touches, sources, own):
        person = people[t.mover]
        weight = t.touch.pull * t.touch.touching
        away = goal - hand if first else _too_far(person, t, own[t.mover], goal - hand)
        if not first:
            weight = weight * (np.linalg.norm(away, axis=-1) > 0.0)
        way = _level(weight @ away, person.transfer.stance.floor)
        i, j = t.mover, t.touched
        matrix[[i, j], [i, j]] += weight.sum()
        matrix[[i, j], [j, i]] -= weight.sum()
        right[i] += way
        right[j] -= way
    total = max(float(np.trace(matrix)), 1e-9)
    return np.linalg.solve(matrix + _SHARED * total * np.eye(len(people)), right)


def _too_far(person: Posed, t: Between, own: Posture, away: Floats) -> Floats:
    """(T, 3) metres over the ground that a shoulder is too far for its hand to go `away` (T, 3)."""
    arm = limb_of(person.figure, t.touch.side, "Shoulder")
    if arm is None:
        return np.zeros_like(away)
    points = t.cut(own, 0).points
    way = points[arm.end] + away - points[arm.upper]
    level = np.linalg.norm(way[:, :2], axis=-1)
    left = np.sqrt(np.maximum((_STRETCHED * arm.length) ** 2 - way[:, 2] ** 2, 0.0))
    share = np.maximum(level - left, 0.0) / np.maximum(level, 1e-9)
    return way * share[:, None] * np.array([1.0, 1.0, 0.0])


def _level(way: Floats, floor: Floor) -> Floats:
    """(3,) along the floor, by as much in x and y."""
    return np.array([way[0], way[1], way[:2] @ np.array(floor.slope)])


def _bring(people: Sequence[Posed], touches: Sequence[Between], sources: Sequence[Posture]) -> None:
    """One pass: everybody's hands towards what they touch, in place."""
    own = [_own(p) for p in people]
    seen = _goals(people, touches, sources, own)
    for i, person in enumerate(people):
        away: dict[str, Floats] = {}
        for side in "LR":
            mine = [g for g in seen if g[0].mover == i and g[0].touch.side == side]
            for j in {t.touched for t, _, _ in mine}:
                theirs = [g for g in mine if g[0].touched == j]
                t, hand, _ = theirs[0]
                whole = away.setdefault(side, np.zeros((len(person.heads), 3)))
                whole[t.first[0] : t.first[0] + t.frames] += correction(
                    [(b.touch, goal) for b, _, goal in theirs], hand
                )
        bring_hands(person.figure, person.transfer.turns, own[i], away, person.transfer.rate)
        _pose(person)


def _count(people: Sequence[Posed], touches: Sequence[Between], sources: Sequence[Posture]) -> None:
    seen = _goals(people, touches, sources, [_own(p) for p in people])
    for i, person in enumerate(people):
        for side in "LR":
            mine = [g for g in seen if g[0].mover == i and g[0].touch.side == side]
            for j in {t.touched for t, _, _ in mine}:
                theirs = [(b.touch, goal) for b, _, goal in mine if b.touched == j]
                hand = next(h for b, h, _ in mine if b.touched == j)
                found, kept = kept_of(theirs, hand, person.transfer.rate)
                before = person.transfer.touched
                person.transfer.touched = (before[0] + found, before[1] + kept)
