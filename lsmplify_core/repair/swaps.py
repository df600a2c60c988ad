# SPDX-License-Identifier: GPL-3.0-or-later
"""Two labels that change places: the vector between them turns round from one sample to the next."""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.intervals import intervals_of
from ..runtime.array_types import Floats
from .records import Repair
from .rigid_neighbours import Partners

_BETTER: Final = 0.4
"""Exchanged, the pair goes on so many times as smoothly, or it was no exchange."""
_LEAST: Final = 0.05
"""Metres that the vector between two points leaps by at least."""
_SMOOTH: Final = 0.10
"""Metres that it leaps by at most once they are exchanged."""
_LONGEST_GAP: Final = 0.35
"""Seconds over which a vector is held against itself where samples are missing."""
_PER_FRAME: Final = 0.02
_CHANGE: Final = 5.0
_FLIP: Final = 3.0
"""What it costs to call a frame exchanged, to change without a flip, and to pass a flip over; the
partners' word costs 2 a frame where both labels are at the edge of what is normal."""
_FINE: Final = 1.6
_REACH: Final = 60
"""Tracks that leap in one frame: with more it is the whole take that leaps, a cut."""


@dataclass(frozen=True)
class _Flip:
    """frame: the first sample on the other side. before, after: metres the vector leaps by as
    labelled, and exchanged."""

    frame: int
    before: float
    after: float


def find_swaps(
    positions: Floats,
    partners: Partners,
    leaps: NDArray[np.bool_],
    rate: float,
    names: tuple[str, ...],
) -> list[Repair]:
    """Spans (T, K, 3) in which two labels are exchanged.

    leaps: (T, K), where a track leaps; only tracks that leap in one frame, or come back from a gap,
    are held against each other and against those that they move with. Which side of a flip is the
    wrong one is told by the distances to the points that move with the two; where these don't tell,
    the shorter side.
    """
    pairs: dict[tuple[int, int], list[_Flip]] = {}
    seen = np.isfinite(positions[..., 0])
    back = seen & ~_shifted(seen)
    back[0] = False
    candidates = leaps | back
    for frame in np.flatnonzero(candidates.any(axis=1)):
        tracks = np.flatnonzero(candidates[frame])
        if len(tracks) > _REACH:
            continue
        for a, b in _pairs(tracks.tolist(), partners):
            flip = _flip(positions, seen, a, b, int(frame), rate)
            if flip is not None:
                pairs.setdefault((a, b), []).append(flip)
    found: list[Repair] = []
    for (a, b), flips in pairs.items():
        found += _spans(positions, partners, a, b, flips, names)
    return _without_rivals(found)


def _pairs(tracks: list[int], partners: Partners) -> set[tuple[int, int]]:
    """Leaping tracks with each other, and with those that they move with."""
    near = ((a, int(b)) for a in tracks for b in partners.of[a])
    return {(min(p), max(p)) for p in (*combinations(tracks, 2), *near)}


def _shifted(table: NDArray[np.bool_]) -> NDArray[np.bool_]:
    before = np.zeros_like(table)
    before[1:] = table[:-1]
    return before


def _flip(
    positions: Floats, seen: NDArray[np.bool_], a: int, b: int, frame: int, rate: float
) -> _Flip | None:
    """Whether the two change places between what was last seen of both and `frame`."""
    if not (seen[frame, a] and seen[frame, b]):
        return None
    both = seen[:, a] & seen[:, b]
    reach = max(2, round(_LONGEST_GAP * rate))
    earlier = np.flatnonzero(both[max(frame - reach, 0) : frame])
    if not len(earlier):
        return None
    last = int(earlier[-1]) + max(frame - reach, 0)

    def between(moment: int) -> Floats:
        return positions[moment, a] - positions[moment, b]

    old, new = between(last), between(frame)
    ahead, behind = old, new
    if frame - last == 1:
        if last > 0 and both[last - 1]:
            ahead = old + (old - between(last - 1))
        if frame + 1 < len(both) and both[frame + 1]:
            behind = new - (between(frame + 1) - new)
    # both directions, so that something that stops dead does not look like a flip
    as_is = _norm(new - ahead) + _norm(behind - old)
    exchanged = _norm(new + ahead) + _norm(behind + old)
    if as_is < 2 * _LEAST or exchanged > min(_BETTER * as_is, 2 * _SMOOTH):
        return None
    return _Flip(frame, 0.5 * as_is, 0.5 * exchanged)


def _spans(
    positions: Floats,
    partners: Partners,
    a: int,
    b: int,
    flips: list[_Flip],
    names: tuple[str, ...],
) -> list[Repair]:
    """The exchanged spans of a pair: the cheapest way through two states, as labelled and exchanged
    (Viterbi 1967). A frame costs what the partners say against the labels in that state; a change
    costs, but not at a flip; a flip without a change costs."""
    exchanged = positions.copy()
    exchanged[:, [a, b]] = positions[:, [b, a]]
    as_is, other = _off(positions, partners, a, b), _off(exchanged, partners, a, b)
    swapped = _cheapest(as_is, other + _PER_FRAME, {f.frame for f in flips})
    found: list[Repair] = []
    for first, last in intervals_of(swapped):
        part = slice(first, last)
        if as_is[part].mean() < _FINE and other[part].mean() > 1.3 * as_is[part].mean():
            continue  # their partners say that they are right
        flip = min(flips, key=lambda f: min(abs(f.frame - first), abs(f.frame - last)))
        found.append(
            Repair(
                "swap",
                (names[a], names[b]),
                first,
                last - 1,
                "exchanged",
                f"they leap apart by {1000 * flip.before:.0f} mm as labelled and "
                f"{1000 * flip.after:.0f} mm exchanged",
            )
        )
    return found


def _cheapest(as_is: Floats, exchanged: Floats, flips: set[int]) -> NDArray[np.bool_]:
    """(T,): where the pair is exchanged."""
    cost = [float(as_is[0]), float(exchanged[0])]
    came: list[tuple[int, int]] = []
    for frame in range(1, len(as_is)):
        stay, change = (_FLIP, 0.0) if frame in flips else (0.0, _CHANGE)
        came.append(
            (int(cost[1] + change < cost[0] + stay), int(cost[1] + stay <= cost[0] + change))
        )
        cost = [
            min(cost[0] + stay, cost[1] + change) + float(as_is[frame]),
            min(cost[1] + stay, cost[0] + change) + float(exchanged[frame]),
        ]
    state = int(cost[1] < cost[0])
    states = [state]
    for back in reversed(came):
        state = back[state]
        states.append(state)
    return np.array(states[::-1], dtype=bool)


def _off(positions: Floats, partners: Partners, a: int, b: int) -> Floats:
    """(T,): how far the two are from where their partners have them, 2 at the most of what is
    normal; zero where nothing is known, and no more than 6."""
    values = [partners.off(positions, k, slice(None)) for k in (a, b)]
    return np.minimum(np.nan_to_num(values[0]), 3.0) + np.minimum(np.nan_to_num(values[1]), 3.0)


def _without_rivals(found: list[Repair]) -> list[Repair]:
    """A track can be exchanged with one other at a time: the shorter span of two wins."""
    kept: list[Repair] = []
    for repair in sorted(found, key=lambda r: r.frames):
        rivals = (
            r for r in kept
            if set(r.tracks) & set(repair.tracks)
            and r.first <= repair.last and repair.first <= r.last
        )  # fmt: skip
        if next(rivals, None) is None:
            kept.append(repair)
    return sorted(kept, key=lambda r: r.first)


def _norm(vector: Floats) -> float:
    return float(np.sqrt(vector @ vector))
