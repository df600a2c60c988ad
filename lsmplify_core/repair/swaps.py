# SPDX-License-Identifier: GPL-3.0-or-later
"""Two labels that change places: the vector between them turns round from one sample to the next."""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from .partners import Partners
from .records import Repair

_BETTER: Final = 0.4
"""Exchanged, the pair goes on so many times as smoothly, or it was no exchange."""
_LEAST: Final = 0.05
"""Metres that the vector between two points leaps by at least."""
_SMOOTH: Final = 0.10
"""Metres that it leaps by at most once they are exchanged."""
_LONGEST_GAP: Final = 0.35
"""Seconds over which a vector is held against itself where samples are missing."""
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
    are held against each other. Which side of a flip is the wrong one is told by the distances to
    the points that move with the two; where these don't tell, the shorter side.
    """
    pairs: dict[tuple[int, int], list[_Flip]] = {}
    seen = np.isfinite(positions[..., 0])
    back = seen & ~_shifted(seen)
    back[0] = False
    candidates = leaps | back
    for frame in np.flatnonzero(candidates.sum(axis=1) >= 2):
        tracks = np.flatnonzero(candidates[frame])
        if len(tracks) > _REACH:
            continue
        for a, b in combinations(tracks.tolist(), 2):
            flip = _flip(positions, seen, a, b, int(frame), rate)
            if flip is not None:
                pairs.setdefault((a, b), []).append(flip)
    found: list[Repair] = []
    for (a, b), flips in pairs.items():
        found += _spans(positions, partners, a, b, flips, names)
    return _without_rivals(found)


def _shifted(table: NDArray[np.bool_]) -> NDArray[np.bool_]:
    before = np.zeros_like(table)
    before[1:] = table[:-1]
    return before


def _flip(
    positions: Floats, seen: NDArray[np.bool_], a: int, b: int, frame: int, rate: float
) -> _Flip | None:
    """Whether the two change places between what was last seen of both and `frame`."""
    both = seen[:, a] & seen[:, b]
    if not both[frame]:
        return None
    reach = max(2, round(_LONGEST_GAP * rate))
    earlier = np.flatnonzero(both[max(frame - reach, 0) : frame])
    if not len(earlier):
        return None
    last = int(earlier[-1]) + max(frame - reach, 0)
    v = positions[:, a] - positions[:, b]
    step = frame - last
    ahead, behind = v[last], v[frame]
    if step == 1:
        if last > 0 and both[last - 1]:
            ahead = v[last] + (v[last] - v[last - 1])
        if frame + 1 < len(v) and both[frame + 1]:
            behind = v[frame] - (v[frame + 1] - v[frame])
    # both directions, so that something that stops dead does not look like a flip
    as_is = _norm(v[frame] - ahead) + _norm(behind - v[last])
    exchanged = _norm(v[frame] + ahead) + _norm(behind + v[last])
    if as_is < 2 * _LEAST or exchanged > min(_BETTER * as_is, 2 * _SMOOTH):
        return None
    return _Flip(frame, 0.5 * as_is, 0.5 * exchanged)


def _spans(
    positions: Floats, partners: Partners, a: int, b: int, flips: list[_Flip],
    names: tuple[str, ...],
) -> list[Repair]:  # fmt: skip
    """The exchanged spans between a pair's flips."""
    edges = [0, *(f.frame for f in flips), len(positions)]
    spans = list(zip(edges[:-1], edges[1:], strict=True))
    exchanged = positions.copy()
    exchanged[:, [a, b]] = positions[:, [b, a]]
    as_is = [_off(positions, partners, a, b, span) for span in spans]
    other = [_off(exchanged, partners, a, b, span) for span in spans]
    weight = np.array([last - first for first, last in spans], dtype=float)
    odd = np.arange(len(spans)) % 2 == 1
    costs = [
        float(np.nansum(weight * np.where(odd == wrong, other, as_is))) for wrong in (True, False)
    ]
    counts = [float(weight[odd == wrong].sum()) for wrong in (True, False)]
    told = max(costs) > 0.15 * float(weight.sum()) and min(costs) < 0.8 * max(costs)
    wrong = bool(np.argmin(costs if told else counts) == 0)
    found: list[Repair] = []
    for i, (first, last) in enumerate(spans):
        if odd[i] != wrong:
            continue
        if as_is[i] < 0.8 and other[i] > 1.3 * as_is[i]:
            continue  # their bones say that they are right
        flip = flips[min(i, len(flips) - 1)] if i == 0 else flips[i - 1]
        found.append(
            Repair(
                "swap", (names[a], names[b]), first, last - 1, "exchanged",
                f"they leap apart by {1000 * flip.before:.0f} mm as labelled and "
                f"{1000 * flip.after:.0f} mm exchanged",
            )
        )  # fmt: skip
    return found


def _off(positions: Floats, partners: Partners, a: int, b: int, span: tuple[int, int]) -> float:
    """How far the two are from where their partners have them, 1 at the most of what is normal."""
    part = slice(*span)
    values = np.stack([partners.off(positions, k, part) for k in (a, b)])
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else 0.0


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
