# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is who from frame to frame, where a detector lists people in any order."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError

Floats = NDArray[np.float64]

_LEAST_SHARE: Final = 0.05
"""People seen in fewer of the frames are the detector's ghosts."""
_MOST_NUMBERS: Final = 50_000_000


@dataclass(frozen=True)
class Seen:
    """Someone in one frame. points: (K, 4) x, y, z, confidence (NaN if not told). names: of the
    points, if told. who: the detector's number of the person, if told."""

    points: Floats
    names: tuple[str, ...] | None
    who: int | None


def followed(
    frames: Sequence[Sequence[Seen]], names: Sequence[str], path: Path
) -> tuple[Floats, list[str]]:
    """(T, P · K, 4) the points of P people one after the other, NaN where unseen, and the people's
    names: "Person 1" …, or one empty name for someone alone.

    Numbers of the detector are believed where everybody has one; else each person goes on as the
    one who was nearest when last seen.
    """
    numbered = all(s.who is not None for people in frames for s in people)
    distinct = all(len({s.who for s in people}) == len(people) for people in frames)
    index = {name: k for k, name in enumerate(names)}
    where: list[Floats] = []
    known: dict[int, int] = {}
    placed: list[tuple[int, int, Seen]] = []
    for t, people in enumerate(frames):
        if numbered and distinct:
            chosen = [known.setdefault(s.who or 0, len(known)) for s in people]
        else:
            chosen = _nearest([_middle(s) for s in people], where)
        for person, seen in zip(chosen, people, strict=True):
            placed.append((t, person, seen))
            while len(where) <= person:
                where.append(np.full(3, np.nan))
            middle = _middle(seen)
            if np.isfinite(middle).all():
                where[person] = middle
    counts = np.bincount([person for _, person, _ in placed], minlength=len(where))
    kept = [p for p in range(len(where)) if counts[p] >= _LEAST_SHARE * counts.max()]
    if len(frames) * len(kept) * len(names) > _MOST_NUMBERS:
        raise InputError(f"{path}: {len(kept)} people in {len(frames)} frames are too many")
    data = np.full((len(frames), len(kept), len(names), 4), np.nan)
    slot = {person: i for i, person in enumerate(kept)}
    for t, person, seen in placed:
        if person in slot:
            _put(data[t, slot[person]], seen, index)
    titles = [""] if len(kept) == 1 else [f"Person {i + 1}" for i in range(len(kept))]
    return data.reshape(len(frames), -1, 4), titles


def _put(row: Floats, seen: Seen, index: dict[str, int]) -> None:
    if seen.names is None:
        row[: len(seen.points)] = seen.points[: len(row)]
        return
    for name, point in zip(seen.names, seen.points, strict=True):
        if name in index:
            row[index[name]] = point


def _middle(seen: Seen) -> Floats:
    there = seen.points[(seen.points[:, 3] > 0) | np.isnan(seen.points[:, 3]), :3]
    there = there[np.isfinite(there).all(axis=1)]
    return np.median(there, axis=0) if len(there) else np.full(3, np.nan)


def _nearest(middles: Sequence[Floats], where: Sequence[Floats]) -> list[int]:
    """For each of the people now seen, the one known before; new ones where all are taken."""
    chosen: dict[int, int] = {}
    pairs = [
        (float(np.linalg.norm(m - w)), i, p)
        for i, m in enumerate(middles)
        for p, w in enumerate(where)
    ]
    for distance, i, p in sorted(pairs, key=lambda pair: (np.isnan(pair[0]), pair[0])):
        if i not in chosen and p not in chosen.values() and np.isfinite(distance):
            chosen[i] = p
    result: list[int] = []
    new = len(where)
    for i in range(len(middles)):
        if i not in chosen:
            chosen[i], new = new, new + 1
        result.append(chosen[i])
    return result
