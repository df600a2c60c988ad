# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels that are elsewhere for a while: leaps of moments (spikes) and longer mistakes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats
from .records import Repair
from .rigid_neighbours import Partners, masked_quantile
from .spikes import find_spikes

_MOMENT: Final = 0.12
"""Seconds: what is shorter is a spike, what is longer a label on another place."""
_LONGEST: Final = 2.0
"""Seconds: what is away for longer and leaps back is believed, if its distances are right."""
_LEAST: Final = 0.03
"""Metres away from the way between the samples before and after."""
_FAR_OFF: Final = 4.0
"""How many times the normal a piece is off that no leap leads to or from: an arm that is held still
for most of a take is where it never was when it moves."""
_TRUSTED: Final = 0.4
"""Share of a track's samples that may be wrong; with more, its usual distances are not known."""
_SAME: Final = 0.02
"""Metres between two labels on one point."""


@dataclass(frozen=True)
class _Piece:
    """Samples [first, last) of a track between two leaps or gaps. off: how far from its partners,
    the median of it, 1 the most that is normal. leapt: whether it begins, and ends, with a leap."""

    first: int
    last: int
    off: float
    leapt: tuple[bool, bool]


def find_strays(
    positions: Floats, partners: Partners, leaps: NDArray[np.bool_], rate: float,
    names: tuple[str, ...],
) -> list[Repair]:  # fmt: skip
    """Spans (T, K, 3) in which a track is not where it belongs.

    leaps: (T, K), where a track leaps beside its partners.
    """
    found: list[Repair] = []
    suspects = (partners.suspects(positions) | leaps.any(axis=0)).nonzero()[0]
    for track in suspects.tolist():
        if not len(partners.of[track]):
            continue
        found += _of_track(positions, partners, leaps[:, track], rate, track, names)
    alone = [k for k, near in enumerate(partners.of) if not len(near)]
    found += _spikes_alone(positions, alone, rate, names)
    return sorted(found, key=lambda r: r.first)


def _spikes_alone(
    positions: Floats, tracks: list[int], rate: float, names: tuple[str, ...]
) -> list[Repair]:
    """Leaps through space of tracks that nothing else moves with."""
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
    positions: Floats, partners: Partners, leaps: NDArray[np.bool_], rate: float, track: int,
    names: tuple[str, ...],
) -> list[Repair]:  # fmt: skip
    off = partners.off(positions, track, slice(None))
    if not leaps.any() and not (off > 1.0).any():
        return []
    pieces = _pieces(off, np.isfinite(positions[:, track, 0]), leaps)
    bad = [p for p in pieces if p.off > (1.0 if any(p.leapt) else _FAR_OFF)]
    total = sum(p.last - p.first for p in pieces)
    if sum(p.last - p.first for p in bad) > _TRUSTED * total:
        bad = []
    bad += _away_and_back(positions, partners, track, pieces, rate)
    return [
        _record(positions, track, piece, rate, names)
        for piece in dict.fromkeys(sorted(bad, key=lambda p: p.first))
    ]


def _pieces(off: Floats, seen: NDArray[np.bool_], leaps: NDArray[np.bool_]) -> list[_Piece]:
    begins = seen & (leaps | ~np.concatenate(([False], seen[:-1])))
    starts = np.flatnonzero(begins)
    ends = [*starts[1:].tolist(), len(seen)]
    pieces: list[_Piece] = []
    for first, end in zip(starts.tolist(), ends, strict=True):
        last = first + int(seen[first:end].sum())
        values = off[first:last][np.isfinite(off[first:last])]
        level = float(np.median(values)) if values.size else 0.0
        leapt_out = last < len(seen) and bool(leaps[last])
        pieces.append(_Piece(first, last, level, (bool(leaps[first]), leapt_out)))
    return pieces


def _away_and_back(
    positions: Floats, partners: Partners, track: int, pieces: list[_Piece], rate: float
) -> list[_Piece]:
    """Pieces that begin and end with a leap, and whose neighbours go on from each other."""
    found: list[_Piece] = []
    i = 1
    while i < len(pieces) - 1:
        before, piece, after = pieces[i - 1], pieces[i], pieces[i + 1]
        short = piece.last - piece.first <= _LONGEST * rate
        between = before.last == piece.first and piece.last == after.first
        if piece.leapt == (True, True) and short and between and piece.off <= 1.0:
            away, across = _detour(positions, partners, track, piece)
            if away > max(_LEAST, 1.5 * across):
                found.append(piece)
                i += 1
        i += 1
    return found


def _detour(
    positions: Floats, partners: Partners, track: int, piece: _Piece
) -> tuple[float, float]:
    """How far (m) a piece is from the way between the samples beside it, at its nearest end, and how
    far these two are from each other; beside the partners, the median of them."""
    low, high = piece.first - 1, piece.last
    beside = (
        positions[low : high + 1, track, None] - positions[low : high + 1][:, partners.of[track]]
    )
    share = np.linspace(0.0, 1.0, len(beside))[[1, -2], None, None]
    way = beside[0] + share * (beside[-1] - beside[0])
    away = np.sqrt(np.square(beside[[1, -2]] - way).sum(axis=-1))
    across = np.sqrt(np.square(beside[-1] - beside[0]).sum(axis=-1))
    away = masked_quantile(away.T, np.isfinite(away.T), 0.5)
    across = masked_quantile(across, np.isfinite(across), 0.5)
    return float(np.nan_to_num(away).min()), float(np.nan_to_num(across))


def _record(
    positions: Floats, track: int, piece: _Piece, rate: float, names: tuple[str, ...]
) -> Repair:
    part = positions[piece.first : piece.last]
    apart = np.sqrt(np.square(part - part[:, track, None]).sum(axis=-1))
    apart[:, track] = np.inf
    usual = masked_quantile(apart, np.isfinite(apart), 0.5)
    usual = np.where(np.isfinite(usual), usual, np.inf)
    other = int(np.argmin(usual))
    moment = piece.last - piece.first <= max(1, round(_MOMENT * rate))
    if usual[other] < _SAME:
        kind, why = "duplicate", f"it lies on {names[other]}"
    elif piece.off > 1.0:
        kind = "spike" if moment else "mislabel"
        why = f"its distances from its neighbours are off {piece.off:.1f} times the normal"
    else:
        kind, why = ("spike" if moment else "mislabel"), "it leaps away and back"
    return Repair(kind, (names[track],), piece.first, piece.last - 1, "left out", why)
