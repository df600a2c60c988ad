# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the body fits its tracks: errors, and whether the tracks are those of one body at
all."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.intervals import intervals_of
from ..geometry.skeleton import MIRROR, PARENTS
from ..repair import Repair
from ..runtime.array_types import Floats
from ..tracks.noise import track_noise
from .evidence import Evidence, Measure, worst_window
from .posed_body import length

_WINDOW: Final = 0.5
"""Seconds over which errors are averaged: shorter ones are single bad frames."""
_MIDDLE: Final = 2.56
"""Standard deviations between the tenths at both ends of a normal distribution."""
_CLOSE: Final = 0.02
"""Metres: smaller track errors are those of skin and cloth, however quiet the tracks are."""
_MOST_FRAMES: Final = 600
"""About so many frames of a take are looked at for its bones."""
_NEAR: Final = 0.6
"""Metres: tracks further apart than this on a standing body say little of its bones."""
_SHORT: Final = 0.15
"""Metres: changes of shorter distances are shares of this one."""
_LEAST_SEEN: Final = 3
"""Frames: pairs that are seen together in no more say nothing."""


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name; lengths in metres on a body of the default size."""
    errors = _Errors(evidence.error)
    if not errors.known.any():
        return {}
    by_frame = errors.by_frame()
    noise = _noise(evidence)
    found = {
        "error": Measure(float(errors.filled.sum() / errors.known.sum())),
        "error_window": worst_window(by_frame, round(_WINDOW * evidence.motion.rate)),
        "noise": Measure(noise),
        "far_track": _far_track(evidence, errors),
        "far_share": Measure(float((by_frame > 0.06).mean()), _argmax(by_frame)),
        "bones": _bones(evidence, noise),
    }
    mean = found["error"].value
    beyond = mean / noise if noise > 0 and mean > _CLOSE else 0.0
    found["beyond_noise"] = Measure(beyond)
    if evidence.expected is not None:
        degrees = np.degrees(evidence.expected.mean(axis=1, dtype=np.float64))
        degrees = np.where(evidence.shown, degrees, np.nan)
        found["doubt"] = Measure(_mean(degrees), _argmax(degrees))
        found["doubt_window"] = worst_window(degrees, round(_WINDOW * evidence.motion.rate))
    found |= _places_on_body(evidence)
    return found | _left_out(evidence)


class _Errors:
    """Track errors (T, K) in metres: which are known, and 0 where they are not."""

    def __init__(self, error: Floats) -> None:
        self.known = np.isfinite(error)
        self.filled = error if self.known.all() else np.where(self.known, error, 0.0)

    def by_frame(self) -> Floats:
        """(T,): root mean squares, NaN where nothing is known."""
        total = np.einsum("tk,tk->t", self.filled, self.filled)
        return np.sqrt(_shares(total, self.known.sum(axis=1)))

    def by_track(self) -> Floats:
        """(K,): means, NaN where nothing is known."""
        return _shares(self.filled.sum(axis=0), self.known.sum(axis=0))


def _noise(evidence: Evidence) -> float:
    if evidence.tracks is None:
        return 0.0
    return track_noise(evidence.tracks.positions, evidence.seen, evidence.size)


def _far_track(evidence: Evidence, errors: _Errors) -> Measure:
    """The track that is furthest from the body in the middle of its samples."""
    middle = np.nan_to_num(errors.by_track())
    worst = int(np.argmax(middle))
    name = evidence.motion.track_names[worst : worst + 1]
    return Measure(float(middle[worst]), int(np.argmax(errors.filled[:, worst])), name)


def _bones(evidence: Evidence, noise: float) -> Measure:
    """How much the distances between tracks on neighbouring joints change over the take, as a share
    of the distance and beyond their noise: the median over pairs of the spread of the middle four
    fifths. Bones keep their length."""
    if evidence.joints is None or evidence.tracks is None:
        return Measure(0.0)
    every = max(1, evidence.motion.frames // _MOST_FRAMES)
    first, second = _on_bones(evidence.joints)
    points = np.ascontiguousarray(evidence.tracks.positions[::every].transpose(2, 1, 0))
    apart = length(points[:, first] - points[:, second])
    apart /= evidence.size
    seen = np.isfinite(apart)
    enough = seen.sum(axis=1) > _LEAST_SEEN
    whole = seen.all(axis=1) & enough
    low, middle, high = np.percentile(apart[whole], (10, 50, 90), axis=1)
    for pair in np.flatnonzero(enough & ~whole):
        own = np.percentile(apart[pair, seen[pair]], (10, 50, 90))
        low, middle, high = (np.append(a, b) for a, b in zip((low, middle, high), own, strict=True))
    near = middle < _NEAR if evidence.sized else np.ones(len(middle), dtype=bool)
    beyond = np.square(high - low) - np.square(_MIDDLE * np.sqrt(2.0) * noise)
    spread = np.sqrt(np.maximum(beyond, 0.0)) / np.maximum(middle, _SHORT)
    return Measure(float(np.median(spread[near])) if near.any() else 0.0)


def _on_bones(joints: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of tracks on one joint or on neighbouring ones."""
    first, second = np.triu_indices(len(joints), 1)
    i, j = np.asarray(joints)[first], np.asarray(joints)[second]
    parents = np.asarray(PARENTS)
    near = (i == j) | (parents[i] == j) | (parents[j] == i)
    return first[near], second[near]


def _places_on_body(evidence: Evidence) -> dict[str, Measure]:
    """How far the calibrated places of the tracks are from where the layout has them."""
    if evidence.offsets is None or evidence.usual is None:
        return {}
    away = np.linalg.norm(evidence.offsets / evidence.size - evidence.usual, axis=-1)
    worst = int(np.argmax(away))
    name = evidence.motion.track_names[worst : worst + 1]
    return {
        "displaced": Measure(float(np.mean(away)), None, name),
        "displaced_track": Measure(float(away[worst]), None, name),
    }


def _left_out(evidence: Evidence) -> dict[str, Measure]:
    """Shares of samples that were left out, and seconds of the longest
    exchange of left and right that was undone."""
    names = {n: k for k, n in enumerate(evidence.motion.track_names)}
    left = np.zeros(evidence.seen.shape, dtype=bool)
    longest = Measure(0.0)
    for repair in evidence.repairs:
        if repair.kind == "gap":
            continue
        for name in repair.tracks:
            if name in names and repair.kind != "swap":
                left[repair.first : repair.last + 1, names[name]] = True
        seconds = repair.frames / evidence.motion.rate
        if repair.kind == "swap" and seconds > longest.value and _sides(repair, names, evidence):
            longest = Measure(seconds, repair.first, repair.tracks)
    per_track = left.mean(axis=0)
    worst = int(np.argmax(per_track))
    name = evidence.motion.track_names[worst : worst + 1]
    known = evidence.seen | left
    share = float(left.sum() / max(int(known.sum()), 1))
    spans = intervals_of(np.asarray(left.any(axis=1)))
    first = max(spans, key=lambda s: s[1] - s[0])[0] if spans else None
    return {"left_out": Measure(share, first, name), "swap_seconds": longest}


def _sides(repair: Repair, names: dict[str, int], evidence: Evidence) -> bool:
    """Whether the two tracks of an exchange are on the same joint of both sides."""
    if evidence.joints is None or not all(t in names for t in repair.tracks):
        return False
    a, b = (int(evidence.joints[names[t]]) for t in repair.tracks[:2])
    return a != b and MIRROR[a] == b


def _shares(total: Floats, count: NDArray[np.intp]) -> Floats:
    """Sums over their counts, NaN where nothing was counted."""
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _mean(values: Floats) -> float:
    """The mean over what is finite, 0 where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0


def _argmax(values: Floats) -> int:
    return int(np.argmax(np.nan_to_num(values)))
