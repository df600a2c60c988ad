# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks: named 3D points over time, as they flow from a file or a scene into the solver."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..files.values import MOST_NAME, without_surrogates
from ..geometry.vectors import all_finite
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .segments import Segments

_CONTROLS: Final = frozenset(("Cc", "Zl", "Zp"))
"""Unicode's categories of controls and of separators of lines."""
_BEYOND: Final = 1e9
"""In any unit: no sample of a take is so far from its origin."""


@dataclass(frozen=True)
class Tracks:
    """Points of one take.

    positions: (T, K, 3) float64, NaN where unseen; in `unit`, with `up` upwards.
    names: K names, unique. rate: frames per second. source: file or scene name, for messages.
    unit: metres in one unit of `positions`, or None while unknown.
    up: one of "+x" "-x" "+y" "-y" "+z" "-z", or None while unknown.
    unit_given, up_given: whether the user said so, who is believed; files are doubted.
    warnings: sentences about what was guessed or mended on the way.
    confidence: (T, K) from 0 to 1, how far each sample is trusted, or None for all alike.
    events: (seconds from the first frame, name) of moments that the file marks.
    mirror_given: whether the user said if the world is a mirror image. may_level: whether a world
    that leans may be righted. nameless: whether the points have no names of their own, so that
    `names` are those of an order that was taken for theirs. segments: rotations that the file
    holds beside the points, or None.
    start: seconds of the first frame on the capture's own clock, where the file says so.
    """

    positions: NDArray[np.float64]
    names: tuple[str, ...]
    rate: float
    source: str = "tracks"
    unit: float | None = None
    up: str | None = None
    warnings: tuple[str, ...] = ()
    unit_given: bool = False
    up_given: bool = False
    confidence: NDArray[np.float64] | None = None
    events: tuple[tuple[float, str], ...] = ()
    mirror_given: bool = False
    may_level: bool = True
    nameless: bool = False
    segments: Segments | None = None
    start: float = 0.0

    @property
    def frames(self) -> int:
        """Number of frames, T."""
        return self.positions.shape[0]

    @property
    def first_frame(self) -> int:
        """The number of the first frame on the capture's own clock; 0 where that says nothing."""
        number = self.start * self.rate
        return round(number) if np.isfinite(number) else 0

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T, K): where a point was measured."""
        return all_finite(self.positions)

    @property
    def gaps(self) -> float:
        """Share of samples missing among the points that are seen at all."""
        seen = self.seen
        present = seen.any(axis=0)
        return float(1.0 - seen[:, present].mean()) if present.any() else 1.0

    def select(self, indices: list[int] | NDArray[np.integer]) -> "Tracks":
        """Only these points, in this order."""
        wanted = [int(i) for i in indices]
        names = tuple(self.names[i] for i in wanted)
        sure = None if self.confidence is None else self.confidence[:, wanted]
        return replace(self, positions=self.positions[:, wanted], names=names, confidence=sure)

    def between(self, start: int | None, end: int | None) -> "Tracks":
        """Only the frames from `start` to `end`, both included, counted from 0."""
        first = 0 if start is None else start
        last = self.frames - 1 if end is None else end
        if not 0 <= first <= last < self.frames:
            raise InputError(
                f"{self.source}: frames {first} to {last} are not in the take, "
                f"which has frames 0 to {self.frames - 1}"
            )
        part = slice(first, last + 1)
        sure = None if self.confidence is None else self.confidence[part]
        events = tuple((t - first / self.rate, name) for t, name in self.events)
        turned = None if self.segments is None else self.segments.between(part)
        return replace(
            self, positions=self.positions[part], confidence=sure, events=events, segments=turned,
            start=self.start + first / self.rate,
        )  # fmt: skip


def checked_tracks(
    positions: Floats,
    names: list[str] | tuple[str, ...],
    rate: float,
    source: str = "tracks",
    unit: float | None = None,
    up: str | None = None,
) -> Tracks:
    """Tracks that the inside can trust, from numbers of the outside.

    Infinite and half-missing samples become missing ones; repeated names are told apart by `.001`,
    names of more than a thousand characters are cut, which `warnings` tells; points without any
    sample are kept. Raises InputError where nothing usable is left.
    """
    p = np.array(positions, dtype=np.float64)
    if p.ndim != 3 or p.shape[2] != 3:
        raise InputError(f"{source}: points must be frames × points × 3 numbers, not {p.shape}")
    if p.shape[0] == 0 or p.shape[1] == 0:
        raise InputError(f"{source}: there are no frames or no points in it")
    if len(names) != p.shape[1]:
        raise InputError(f"{source}: {p.shape[1]} points have {len(names)} names")
    if not (np.isfinite(rate) and rate > 0):
        raise InputError(
            f"{source}: the rate {rate} is not a number of frames per second; set --fps"
        )
    p = checked_positions(p)
    if not np.isfinite(p).any():
        raise InputError(f"{source}: no point is seen in any frame")
    usable, warnings = _usable_names(names)
    return Tracks(p, usable, float(rate), source, unit, up, warnings)


def checked_positions(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions (T, K, 3), changed in place: samples that are infinite, half missing or beyond
    measure become missing ones."""
    bad = ~all_finite(positions)
    for axis in range(3):
        bad |= np.abs(positions[..., axis]) > _BEYOND
    if bad.any():
        positions[bad] = np.nan
    return positions


def _usable_names(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that are text of one line, not too long and all different; and what was done to
    them."""
    long = sum(len(name) > MOST_NAME for name in names)
    plain = [_one_line(name[:MOST_NAME]) for name in names]
    told = f"{long} names of tracks have more than {MOST_NAME:,} characters and were cut"
    return _unique(plain), (told,) if long else ()


def _one_line(name: str) -> str:
    """Without lone surrogates and without line breaks and other controls, which become spaces."""
    if name.isprintable():
        return name
    return "".join(
        " " if unicodedata.category(c) in _CONTROLS else c for c in without_surrogates(name)
    )


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    taken = set(names) if len(set(names)) == len(names) else set[str]()
    if taken:
        return tuple(names)
    last: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        unique, n = name, last.get(name, 0)
        while unique in taken:
            n += 1
            unique = f"{name}.{n:03d}"
        last[name] = n
        taken.add(unique)
        result.append(unique)
    return tuple(result)
