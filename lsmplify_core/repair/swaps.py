# SPDX-License-Identifier: GPL-3.0-or-later
"""Two labels that change places: the vector between them turns round from one sample to the
next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.intervals import intervals_of
from ..runtime.array_types import Floats
from .records import Repair
from .rigid_neighbours import RigidNeighbours

_MAX_RATIO: Final = 0.4
"""Exchanged, the pair goes on so many times as smoothly, or it was no exchange."""
_MIN_JUMP: Final = 0.05
"""Metres that the vector between two points jumps by at least."""
_MAX_RESIDUAL_JUMP: Final = 0.10
"""Metres that it jumps by at most once they are exchanged."""
_LONGEST_GAP: Final = 0.35
"""Seconds over which a vector is held against itself where samples are missing."""
_FRAME_COST: Final = 0.02
_CHANGE_COST: Final = 5.0
_FLIP_COST: Final = 3.0
"""What it costs to call a frame exchanged, to change without a flip, and to pass a flip over; the
neighbours' word costs 2 a frame where both labels are at the edge of what is normal."""
_NORMAL: Final = 1.6
_MAX_JUMPING: Final = 60
"""Tracks that jump in one frame: with more it is the whole take that jumps, a cut."""
_PAIRS: Final = 2_000_000
"""Pairs of tracks and frames that are looked at together; more take more memory."""


@dataclass(frozen=True)
class _Flip:
    """frame: the first sample on the other side. before, after: metres the vector jumps by as
    labelled, and exchanged."""

    frame: int
    before: float
    after: float


def find_swaps(
    positions: Floats,
    neighbours: RigidNeighbours,
    jumps: NDArray[np.bool_],
    rate: float,
    names: tuple[str, ...],
) -> list[Repair]:
    """Spans (T, K, 3) in which two labels are exchanged.

    jumps: (T, K), where a track jumps; only tracks that jump in one frame, or come back from a gap,
    are held against each other and against those that they move with. Which side of a flip is the
    wrong one is told by the distances to the points that move with the two; where these don't tell,
    the shorter side.
    """
    seen = np.isfinite(positions[..., 0])
    back = seen & ~_shifted(seen)
    back[0] = False
    pairs: dict[tuple[int, int], list[_Flip]] = {}
    for part in _parts(jumps | back):
        frames, a, b = _asked(jumps | back, seen, neighbours, part)
        for pair, flip in _flips(positions, seen, frames, a, b, rate):
            pairs.setdefault(pair, []).append(flip)
    found: list[Repair] = []
    for (a, b), flips in pairs.items():
        found += _spans(positions, neighbours, a, b, flips, names)
    return _without_rivals(found)


def _parts(candidates: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Frames with candidates, but for cuts, so many at a time that their pairs fit into memory."""
    count = candidates.sum(axis=1)
    frames = np.flatnonzero((count > 0) & (count <= _MAX_JUMPING))
    tracks = candidates.shape[1]
    size = max(1, _PAIRS // max(tracks * (tracks - 1) // 2, 1))
    return [frames[low : low + size] for low in range(0, len(frames), size)]


def _asked(
    candidates: NDArray[np.bool_], seen: NDArray[np.bool_], neighbours: RigidNeighbours,
    frames: NDArray[np.intp],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:  # fmt: skip
    """(N,) frames and pairs of tracks to look at: candidates with each other, and with those that
    they move with, where both are seen. In the order of frames, then tracks."""
    tracks = candidates.shape[1]
    near = np.zeros((tracks, tracks), dtype=bool)
    for track, others in enumerate(neighbours.of):
        near[track, others] = True
    first, second = np.triu_indices(tracks, 1)
    mine, theirs = candidates[frames][:, first], candidates[frames][:, second]
    wanted = (mine & theirs) | (mine & near[first, second]) | (theirs & near[second, first])
    wanted &= seen[frames][:, first] & seen[frames][:, second]
    row, pair = np.nonzero(wanted)
    return frames[row], first[pair], second[pair]


def _shifted(table: NDArray[np.bool_]) -> NDArray[np.bool_]:
    before = np.zeros_like(table)
    before[1:] = table[:-1]
    return before


def _flips(
    positions: Floats, seen: NDArray[np.bool_], frames: NDArray[np.intp], a: NDArray[np.intp],
    b: NDArray[np.intp], rate: float,
) -> Iterator[tuple[tuple[int, int], _Flip]]:  # fmt: skip
    """Which of N pairs change places between what was last seen of both and their frame.

    The vector from b to a is held against what it was, carried on as it moved, and against the same
    turned round; from both directions, so that something that stops dead does not look like a flip.
    """
    last = _last_seen(seen, frames, a, b, max(2, round(_LONGEST_GAP * rate)))
    frames, a, b, last = (values[last >= 0] for values in (frames, a, b, last))
    old, new = positions[last, a] - positions[last, b], positions[frames, a] - positions[frames, b]
    beside = frames - last == 1
    # NaN where the next sample is missing: then the vector stays as it is
    earlier = np.where((beside & (last > 0))[:, None], _between(positions, a, b, last - 1), np.nan)
    later = _between(positions, a, b, np.minimum(frames + 1, len(positions) - 1))
    later = np.where((beside & (frames + 1 < len(positions)))[:, None], later, np.nan)
    ahead = np.where(np.isfinite(earlier), 2.0 * old - earlier, old)
    behind = np.where(np.isfinite(later), 2.0 * new - later, new)
    as_is = _norm(new - ahead) + _norm(behind - old)
    exchanged = _norm(new + ahead) + _norm(behind + old)
    flipped = (as_is >= 2 * _MIN_JUMP) & (
        exchanged <= np.minimum(_MAX_RATIO * as_is, 2 * _MAX_RESIDUAL_JUMP)
    )
    for i in np.flatnonzero(flipped).tolist():
        flip = _Flip(int(frames[i]), 0.5 * float(as_is[i]), 0.5 * float(exchanged[i]))
        yield (int(a[i]), int(b[i])), flip


def _between(
    positions: Floats, a: NDArray[np.intp], b: NDArray[np.intp], frames: NDArray[np.intp]
) -> Floats:
    return positions[frames, a] - positions[frames, b]


def _last_seen(
    seen: NDArray[np.bool_], frames: NDArray[np.intp], a: NDArray[np.intp], b: NDArray[np.intp],
    reach: int,
) -> NDArray[np.intp]:  # fmt: skip
    """(N,) the last frame before each, at most `reach` before, in which both tracks are seen; -1
    where there is none."""
    last = np.full(len(frames), -1, dtype=np.intp)
    open_ = np.arange(len(frames))
    for back in range(1, reach + 1):
        moment = frames[open_] - back
        open_, moment = open_[moment >= 0], moment[moment >= 0]
        both = seen[moment, a[open_]] & seen[moment, b[open_]]
        last[open_[both]] = moment[both]
        open_ = open_[~both]
        if not len(open_):
            break
    return last


def _spans(
    positions: Floats,
    neighbours: RigidNeighbours,
    a: int,
    b: int,
    flips: list[_Flip],
    names: tuple[str, ...],
) -> list[Repair]:
    """The exchanged spans of a pair: the cheapest way through two states, as labelled and exchanged
    (Viterbi 1967). A frame costs what the neighbours say against the labels in that state; a change
    costs, but not at a flip; a flip without a change costs."""
    exchanged = positions.copy()
    exchanged[:, [a, b]] = positions[:, [b, a]]
    as_is, other = _deviation(positions, neighbours, a, b), _deviation(exchanged, neighbours, a, b)
    swapped = _cheapest(as_is, other + _FRAME_COST, {f.frame for f in flips})
    found: list[Repair] = []
    for first, last in intervals_of(swapped):
        part = slice(first, last)
        if as_is[part].mean() < _NORMAL and other[part].mean() > 1.3 * as_is[part].mean():
            continue  # their neighbours say that they are right
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
    """(T,): where the pair is exchanged.

    With d the difference of the costs of being exchanged and as labelled, a step is, for costs of
    staying s and of changing c (one of them 0):

        d' = clip(d, -c, c) + e          without a flip
        d' = -clip(d, -s, s) + e         at a flip

    with e the frame's own difference. Where |d| passes the bound, whichever state comes next, the
    way there came from the cheaper one; elsewhere it stays (without a flip) or changes (at one).
    """
    own = np.asarray(exchanged, dtype=np.float64) - np.asarray(as_is, dtype=np.float64)
    flip = np.zeros(len(own), dtype=bool)
    flip[[f for f in flips if f > 0]] = True
    bound = np.where(flip, _FLIP_COST, _CHANGE_COST)
    difference = _clipped_sums(own, bound, flip)
    before = difference[:-1]
    # The state before a frame is known where the bound is passed; else it is as after that frame
    # or,
    # at a flip, the other one.
    return _carried_back(np.abs(before) > bound[1:], before < 0, flip[1:], difference[-1] < 0)


def _clipped_sums(own: Floats, bound: Floats, flip: NDArray[np.bool_]) -> Floats:
    """(T,) d_t = ±clip(d_{t-1}, -bound, bound) + own_t, d_0 = own_0, by doubling: a row of such
    steps is one step x -> clip(sign · x + shift, low, high)."""
    sign = np.where(flip, -1.0, 1.0)
    shift, low, high = own.copy(), own - bound, own + bound
    sign[0], low[0], high[0] = 0.0, own[0], own[0]
    step = 1
    while step < len(own):
        s, c, low_f, high_f = sign[:-step], shift[:-step], low[:-step], high[:-step]
        s_g, c_g, low_g, high_g = sign[step:], shift[step:], low[step:], high[step:]
        ends = np.sort(np.stack((s_g * low_f, s_g * high_f)), axis=0) + c_g
        # where the later row begins at the first frame its own ends hold already
        begun = s_g == 0.0
        new_low = np.where(begun, low_g, np.clip(ends[0], low_g, high_g))
        new_high = np.where(begun, high_g, np.clip(ends[1], low_g, high_g))
        sign[step:], shift[step:], low[step:], high[step:] = (
            s * s_g, np.where(begun, c_g, s_g * c + c_g), new_low, new_high,
        )  # fmt: skip
        step *= 2
    return np.clip(shift, low, high)


def _carried_back(
    known: NDArray[np.bool_], cheaper: NDArray[np.bool_], turned: NDArray[np.bool_], last: bool
) -> NDArray[np.bool_]:
    """(T,) states from the last one back: where it is known, the cheaper one; elsewhere that of the
    frame after it, or the other one where it is turned. known, cheaper, turned: (T - 1,)."""
    count = len(known)
    next_known = np.where(known, np.arange(count), count)
    next_known = np.minimum.accumulate(next_known[::-1])[::-1]
    turns = np.concatenate(([0], np.cumsum(turned)))
    odd = (turns[next_known] - turns[:count]) % 2 == 1
    base = np.append(cheaper, last)[next_known]
    return np.append(base ^ odd, last)


def _deviation(positions: Floats, neighbours: RigidNeighbours, a: int, b: int) -> Floats:
    """(T,): how far the two are from where their neighbours have them, 2 at the most of what is
    normal; zero where nothing is known, and no more than 6."""
    values = [neighbours.deviation(positions, k, slice(None)) for k in (a, b)]
    return np.minimum(np.nan_to_num(values[0]), 3.0) + np.minimum(np.nan_to_num(values[1]), 3.0)


def _without_rivals(found: list[Repair]) -> list[Repair]:
    """A track can be exchanged with one other at a time: the shorter span of two wins."""
    chosen: list[Repair] = []
    for repair in sorted(found, key=lambda r: r.frames):
        rivals = (
            r for r in chosen
            if set(r.tracks) & set(repair.tracks)
            and r.first <= repair.last and repair.first <= r.last
        )  # fmt: skip
        if next(rivals, None) is None:
            chosen.append(repair)
    return sorted(chosen, key=lambda r: r.first)


def _norm(vectors: Floats) -> Floats:
    """(N, 3) -> (N,)."""
    return np.sqrt(np.square(vectors).sum(axis=-1))
