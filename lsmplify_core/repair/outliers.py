# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels that are elsewhere for a while: jumps of moments (spikes) and longer mistakes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from .records import Repair
from .rigid_neighbours import RigidNeighbours, masked_quantile
from .spikes import find_spikes

_SPIKE_SECONDS: Final = 0.12
"""Seconds: what is shorter is a spike, what is longer a label on another place."""
_MAX_SECONDS: Final = 2.0
"""Seconds: what is away for longer and jumps back is believed, if its distances are right."""
_MIN_DETOUR: Final = 0.03
"""Metres away from the way between the samples before and after."""
_FAR_DEVIATION: Final = 4.0
"""How many times the normal an interval is off that no jump leads to or from: an arm that is held
still for most of a take is where it never was when it moves."""
_MAX_WRONG: Final = 0.4
"""Share of a track's samples that may be wrong; with more, its usual distances are not known."""
_SAME_PLACE: Final = 0.02
"""Metres between two labels on one point."""


@dataclass(frozen=True)
class _Interval:
    """Samples [first, last) of a track between two jumps or gaps.deviation: how far from its
    neighbours, the median of it, 1 the most that is normal. jumps_at_ends: whether it begins, and
    ends, with a jump."""

    first: int
    last: int
    deviation: float
    jumps_at_ends: tuple[bool, bool]


def find_outliers(
    positions: Floats, neighbours: RigidNeighbours, jumps: NDArray[np.bool_], rate: float,
    names: tuple[str, ...],
) -> list[Repair]:  # fmt: skip
    """Spans (T, K, 3) in which a track is not where it belongs.

    jumps: (T, K), where a track jumps beside its neighbours.
    """
    suspects = (neighbours.suspects(positions) | jumps.any(axis=0)).nonzero()[0].tolist()

    def of_track(track: int) -> list[Repair]:
        return _of_track(positions, neighbours, jumps[:, track], rate, track, names)

    of_each = parallel_map(of_track, [track for track in suspects if len(neighbours.of[track])])
    found = [repair for repairs in run_steps(of_each) for repair in repairs]
    alone = [k for k, near in enumerate(neighbours.of) if not len(near)]
    found += _spikes_alone(positions, alone, rate, names)
    return sorted(found, key=lambda r: r.first)


def _spikes_alone(
    positions: Floats, tracks: list[int], rate: float, names: tuple[str, ...]
) -> list[Repair]:
    """Jumps through space of tracks that nothing else moves with."""
    if not tracks:
        return []
    spikes = find_spikes(positions[:, tracks], rate)
    found: list[Repair] = []
    for column in np.flatnonzero(spikes.any(axis=0)).tolist():
        padded = np.concatenate(([0], spikes[:, column].astype(int), [0]))
        for first, end in np.flatnonzero(np.diff(padded)).reshape(-1, 2).tolist():
            name = names[tracks[column]]
            found.append(
                Repair("spike", (name,), first, end - 1, "left out", "it leaps away and back")
            )
    return found


def _of_track(
    positions: Floats,
    neighbours: RigidNeighbours,
    jumps: NDArray[np.bool_],
    rate: float,
    track: int,
    names: tuple[str, ...],
) -> list[Repair]:
    deviation = neighbours.deviation(positions, track, slice(None))
    if not jumps.any() and not (deviation > 1.0).any():
        return []
    intervals = _intervals(deviation, np.isfinite(positions[:, track, 0]), jumps)
    bad = [p for p in intervals if p.deviation > (1.0 if any(p.jumps_at_ends) else _FAR_DEVIATION)]
    total = sum(p.last - p.first for p in intervals)
    if sum(p.last - p.first for p in bad) > _MAX_WRONG * total:
        bad = []
    bad += _away_and_back(positions, neighbours, track, intervals, rate)
    return [
        _record(positions, track, interval, rate, names)
        for interval in dict.fromkeys(sorted(bad, key=lambda p: p.first))
    ]


def _intervals(
    deviation: Floats, seen: NDArray[np.bool_], jumps: NDArray[np.bool_]
) -> list[_Interval]:
    begins = seen & (jumps | ~np.concatenate(([False], seen[:-1])))
    starts = np.flatnonzero(begins)
    ends = [*starts[1:].tolist(), len(seen)]
    intervals: list[_Interval] = []
    for first, end in zip(starts.tolist(), ends, strict=True):
        last = first + int(seen[first:end].sum())
        values = deviation[first:last][np.isfinite(deviation[first:last])]
        level = float(np.median(values)) if values.size else 0.0
        jumps_after = last < len(seen) and bool(jumps[last])
        intervals.append(_Interval(first, last, level, (bool(jumps[first]), jumps_after)))
    return intervals


def _away_and_back(
    positions: Floats,
    neighbours: RigidNeighbours,
    track: int,
    intervals: list[_Interval],
    rate: float,
) -> list[_Interval]:
    """Intervals that begin and end with a jump, and whose neighbours go on from each other."""
    found: list[_Interval] = []
    i = 1
    while i < len(intervals) - 1:
        before, interval, after = intervals[i - 1], intervals[i], intervals[i + 1]
        short = interval.last - interval.first <= _MAX_SECONDS * rate
        between = before.last == interval.first and interval.last == after.first
        if (
            interval.jumps_at_ends == (True, True)
            and short
            and between
            and interval.deviation <= 1.0
        ):
            detour, across = _detour(positions, neighbours, track, interval)
            if detour > max(_MIN_DETOUR, 1.5 * across):
                found.append(interval)
                i += 1
        i += 1
    return found


def _detour(
    positions: Floats, neighbours: RigidNeighbours, track: int, interval: _Interval
) -> tuple[float, float]:
    """How far (m) an interval is from the way between the samples beside it, at its nearest end,
    and how far these two are from each other; beside the neighbours, the median of them."""
    low, high = interval.first - 1, interval.last
    beside = (
        positions[low : high + 1, track, None] - positions[low : high + 1][:, neighbours.of[track]]
    )
    share = np.linspace(0.0, 1.0, len(beside))[[1, -2], None, None]
    way = beside[0] + share * (beside[-1] - beside[0])
    detour = np.sqrt(np.square(beside[[1, -2]] - way).sum(axis=-1))
    across = np.sqrt(np.square(beside[-1] - beside[0]).sum(axis=-1))
    detour = masked_quantile(detour.T, np.isfinite(detour.T), 0.5)
    across = masked_quantile(across, np.isfinite(across), 0.5)
    return float(np.nan_to_num(detour).min()), float(np.nan_to_num(across))


def _record(
    positions: Floats, track: int, interval: _Interval, rate: float, names: tuple[str, ...]
) -> Repair:
    part = positions[interval.first : interval.last]
    apart = np.sqrt(np.square(part - part[:, track, None]).sum(axis=-1))
    apart[:, track] = np.inf
    usual = masked_quantile(apart, np.isfinite(apart), 0.5)
    usual = np.where(np.isfinite(usual), usual, np.inf)
    other = int(np.argmin(usual))
    moment = interval.last - interval.first <= max(1, round(_SPIKE_SECONDS * rate))
    if usual[other] < _SAME_PLACE:
        kind, why = "duplicate", f"it lies on {names[other]}"
    elif interval.deviation > 1.0:
        kind = "spike" if moment else "mislabel"
        why = f"its distances from its neighbours are off {interval.deviation:.1f} times the normal"
    else:
        kind, why = ("spike" if moment else "mislabel"), "it leaps away and back"
    return Repair(kind, (names[track],), interval.first, interval.last - 1, "left out", why)
