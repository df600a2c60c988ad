# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes put into whole tracks on purpose, to measure how many are found again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..layouts.layout import Layout
from ..runtime.array_types import Floats


@dataclass(frozen=True)
class Damage:
    """positions: (T, K, 3) metres, damaged. kind: (T, K) "" where a sample was left alone, else
    "swap", "spike" or "gap"."""

    positions: Floats
    kind: NDArray[np.str_]


def damaged(positions: Floats, layout: Layout, share: float, random: np.random.Generator) -> Damage:
    """Swaps, spikes and gaps, each in about `share` of the frames; no sample is hit twice, and no
    span is longer than a third of the take.

    Swaps: two labels exchanged for 5 to 60 frames, half of them left with right, half of them two
    of the four nearest. Spikes: one label away for 1 to 3 frames by 5 to 80 cm in any direction.
    Gaps: 1 to 3 labels missing for 2 to 30 frames.
    """
    result, kind = positions.copy(), np.full(positions.shape[:2], "", dtype="<U5")
    wanted = share * len(positions)
    for name, damage in (("swap", _swap), ("gap", _gap), ("spike", _spike)):
        tries = 0
        while (kind == name).any(axis=1).sum() < wanted and tries < 10_000:
            tries += 1
            damage(result, kind, layout, random)
    return Damage(result, kind)


def _span(frames: int, low: int, high: int, random: np.random.Generator) -> slice:
    length = min(int(random.integers(low, high + 1)), max(frames // 3, 1))
    first = int(random.integers(0, max(frames - length, 1)))
    return slice(first, first + length)


def _free(kind: NDArray[np.str_], span: slice, tracks: list[int]) -> bool:
    wide = slice(max(span.start - 2, 0), span.stop + 2)
    return not (kind[wide][:, tracks] != "").any()


def _swap(
    positions: Floats, kind: NDArray[np.str_], layout: Layout, random: np.random.Generator
) -> None:
    span = _span(len(positions), 5, 60, random)
    a = int(random.integers(len(layout.names)))
    b = _other_side(layout, a) if random.random() < 0.5 else None
    if b is None:
        apart = np.linalg.norm(positions[span.start] - positions[span.start, a], axis=-1)
        apart = np.where(np.isfinite(apart), apart, np.inf)
        b = int(random.choice(np.argsort(apart)[1:5]))
    if not _free(kind, span, [a, b]):
        return
    positions[span, [a, b]] = positions[span, [b, a]]
    kind[span, a] = kind[span, b] = "swap"


def _other_side(layout: Layout, track: int) -> int | None:
    name = layout.names[track]
    swapped = {"L": "R", "R": "L"}.get(name[0])
    mirrored = f"{swapped}{name[1:]}"
    return layout.names.index(mirrored) if mirrored in layout.names else None


def _gap(
    positions: Floats, kind: NDArray[np.str_], layout: Layout, random: np.random.Generator
) -> None:
    span = _span(len(positions), 2, 30, random)
    count = int(random.integers(1, 4))
    tracks = random.choice(len(layout.names), count, replace=False).tolist()
    if _free(kind, span, tracks):
        positions[span, tracks] = np.nan
        kind[span, tracks] = "gap"


def _spike(
    positions: Floats, kind: NDArray[np.str_], layout: Layout, random: np.random.Generator
) -> None:
    span = _span(len(positions), 1, 3, random)
    track = int(random.integers(len(layout.names)))
    if not _free(kind, span, [track]):
        return
    way = random.standard_normal(3)
    positions[span, track] += random.uniform(0.05, 0.8) * way / np.linalg.norm(way)
    kind[span, track] = "spike"
