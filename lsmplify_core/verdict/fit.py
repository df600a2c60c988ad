# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the body fits its tracks: errors, and whether the tracks are those of one body at
all."""

from typing import Final

import numpy as np

from ..geometry.intervals import intervals_of
from ..geometry.skeleton import MIRROR, PARENTS
from ..repair import Repair
from ..runtime.array_types import Floats
from ..tracks.noise import track_noise
from .evidence import Evidence, Measure, worst_window

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


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name; lengths in metres on a body of the default size."""
    error = evidence.error
    if not np.isfinite(error).any():
        return {}
    by_frame = np.sqrt(_mean(np.square(error), 1))
    found = {
        "error": Measure(float(np.nanmean(error))),
        "error_window": worst_window(by_frame, round(_WINDOW * evidence.motion.rate)),
        "noise": Measure(_noise(evidence)),
        "far_track": _far_track(evidence),
        "far_share": Measure(float(np.nanmean(by_frame > 0.06)), _argmax(by_frame)),
        "bones": _bones(evidence),
    }
    noise, mean = found["noise"].value, found["error"].value
    beyond = mean / noise if noise > 0 and mean > _CLOSE else 0.0
    found["beyond_noise"] = Measure(beyond)
    if evidence.expected is not None:
        degrees = np.degrees(evidence.expected.astype(np.float64).mean(axis=1))
        degrees = np.where(evidence.shown, degrees, np.nan)
        found["doubt"] = Measure(float(np.nan_to_num(_mean(degrees, 0))), _argmax(degrees))
        found["doubt_window"] = worst_window(degrees, round(_WINDOW * evidence.motion.rate))
    found |= _places_on_body(evidence)
    return found | _left_out(evidence)


def _noise(evidence: Evidence) -> float:
    if evidence.tracks is None:
        return 0.0
    points = np.nan_to_num(evidence.tracks.positions) / evidence.size
    return track_noise(points, evidence.seen.astype(np.float64))


def _far_track(evidence: Evidence) -> Measure:
    """The track that is furthest from the body in the middle of its samples."""
    middle = _mean(evidence.error, 0)
    worst = int(np.argmax(np.nan_to_num(middle)))
    own = np.nan_to_num(evidence.error[:, worst])
    name = evidence.motion.track_names[worst : worst + 1]
    return Measure(float(np.nan_to_num(middle)[worst]), _argmax(own), name)


def _bones(evidence: Evidence) -> Measure:
    """How much the distances between tracks on neighbouring joints change over the take, as a share
    of the distance and beyond their noise: the median over pairs of the spread of the middle four
    fifths. Bones keep their length."""
    if evidence.joints is None or evidence.tracks is None:
        return Measure(0.0)
    every = max(1, evidence.motion.frames // _MOST_FRAMES)
    points, joints = evidence.tracks.positions[::every] / evidence.size, evidence.joints
    noise = _MIDDLE * np.sqrt(2.0) * _noise(evidence)
    spreads: list[float] = []
    for a in range(len(joints)):
        for b in range(a + 1, len(joints)):
            i, j = int(joints[a]), int(joints[b])
            if i != j and PARENTS[i] != j and PARENTS[j] != i:
                continue
            apart = np.linalg.norm(points[:, a] - points[:, b], axis=-1)
            apart = apart[np.isfinite(apart)]
            if len(apart) > 3:
                low, middle, high = np.percentile(apart, (10, 50, 90))
                if middle < _NEAR or not evidence.sized:
                    spread = np.sqrt(max(float(high - low) ** 2 - noise**2, 0.0))
                    spreads.append(float(spread) / max(float(middle), 0.15))
    return Measure(float(np.median(spreads)) if spreads else 0.0)


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


def _mean(values: Floats, axis: int) -> Floats:
    """The mean over what is finite, NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _argmax(values: Floats) -> int:
    return int(np.argmax(np.nan_to_num(values)))
