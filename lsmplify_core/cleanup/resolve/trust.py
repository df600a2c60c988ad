# SPDX-License-Identifier: GPL-3.0-or-later
"""What poses set by hand say of the tracks: which were exchanged, which frozen, which noisy.

A track that is far from the body at a keyed pose is wrong there, and was probably wrong for the
same reason around it: up to the next key that it agrees with, or the span's borders.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...geometry.skeleton import MIRROR
from ...runtime.array_types import Floats
from ..attached import Attached
from ..regions import region_of

_GAIN: Final = 0.6745 * np.sqrt(70.0)
"""Median size of the fourth difference of white noise of deviation 1."""
_LEAST_NOISE: Final = 0.001
_POSED: Final = 0.05
"""Metres: how well a pose set by hand is thought to meet good tracks."""
_UNTRUSTED: Final = 0.15
"""Tracks trusted less than this are left out altogether."""
_TREMBLES: Final = 0.015
"""Metres of noise from which a track is averaged over time before the network sees it."""
_STEADY: Final = 0.07
"""Seconds of that average for 80 mm of noise."""
_STILL: Final = 1e-4
"""Metres: a track that moves less than this from frame to frame is frozen."""
_MIRRORED: Final = 0.05
"""Metres by which two tracks may differ from each other's mirror image."""


@dataclass(frozen=True)
class TrackTrust:
    """points: exchanged tracks put right. weights: (T, K), 0 for tracks that are not believed.
    noise: (K,) metres, of each track in the span. notes: sentences about what was found."""

    points: Attached
    weights: Floats
    noise: Floats
    notes: tuple[str, ...]


def judge_tracks(
    points: Attached, span: tuple[int, int], keyed: Mapping[int, Floats], rate: float
) -> TrackTrust:
    """Judge the tracks of a span by what poses set by hand say.

    span: (first, last), both included. keyed: by frame, (K, 3) metres where the posed body has the
    tracks' points; poses known to be good beside the span belong here as well. Only frames of the
    span are judged; weights elsewhere are 1 where a track is seen.
    """
    points, notes = _put_right(points, span, keyed)
    noise = track_noises(points.positions[span[0] : span[1] + 1])
    weights = points.seen.astype(np.float64)
    for k, name in enumerate(points.names):
        for frame, posed in keyed.items():
            if not span[0] <= frame <= span[1] or not points.seen[frame, k]:
                continue
            apart = float(np.linalg.norm(points.positions[frame, k] - posed[k]))
            trust = 1.0 / (1.0 + (apart / (_POSED + 5.0 * noise[k])) ** 2) ** 2
            if trust >= 0.5:
                continue
            part, frozen = _reach(points.positions[:, k], frame, span, keyed)
            weights[part, k] *= trust if trust > _UNTRUSTED else 0.0
            said = (
                f"{name} stands still at frame {frame}" if frozen
                else f"{name} is {1000 * apart:.0f} mm from the pose at frame {frame}"
            )  # fmt: skip
            notes.append(f"{said} and is not followed there")
    inside = slice(span[0], span[1] + 1)
    points = _steadied(points, inside, noise, rate)
    usual = float(np.median(noise))
    weights[inside] *= np.minimum(1.0, np.square(max(usual, _LEAST_NOISE) / noise))
    for k in np.flatnonzero(noise > max(3.0 * usual, 0.015)):
        notes.append(f"{points.names[k]} trembles by {1000 * noise[k]:.0f} mm and counts less")
    return TrackTrust(points, weights, noise, tuple(notes))


def _steadied(points: Attached, inside: slice, noise: Floats, rate: float) -> Attached:
    """Tracks that tremble, averaged over time by a Gaussian; the wider the more they tremble."""
    positions = points.positions.copy()
    for k in np.flatnonzero(noise > _TREMBLES):
        width = _STEADY * (noise[k] / 0.08) ** 0.4 * rate
        track = positions[inside, k]
        seen = np.asarray(np.isfinite(track).all(axis=1))
        reach = int(np.ceil(3.0 * width))
        taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
        filled = np.concatenate((np.where(seen[:, None], track, 0.0), seen[:, None]), axis=1)
        sums = np.stack([np.convolve(c, taps, "same") for c in filled.T], axis=1)
        track[seen] = (sums[:, :3] / np.maximum(sums[:, 3:], 1e-9))[seen]
    return replace(points, positions=positions)


def track_noises(positions: Floats) -> Floats:
    """(K,) metres: the white noise along an axis of each track (T, K, 3), by fourth differences; at
    least 1 mm, which is also what too short tracks get."""
    count = positions.shape[1]
    found = np.full(count, _LEAST_NOISE)
    if len(positions) < 5:
        return found
    fourth = np.abs(np.diff(positions, n=4, axis=0))
    for k in range(count):
        seen = fourth[:, k][np.isfinite(fourth[:, k]).all(axis=1)]
        if len(seen) >= 3:
            found[k] = max(_LEAST_NOISE, float(np.median(seen)) / _GAIN)
    return found


def _reach(
    track: Floats, frame: int, span: tuple[int, int], keyed: Mapping[int, Floats]
) -> tuple[slice, bool]:
    """The frames that share a key's verdict on a track, and whether it is frozen through them."""
    with np.errstate(invalid="ignore"):
        still = np.asarray(np.linalg.norm(np.diff(track, axis=0), axis=1) < _STILL)
    first = frame
    while first > span[0] and still[first - 1]:
        first -= 1
    last = frame
    while last < span[1] and still[last]:
        last += 1
    if last - first >= 4:
        return slice(first, last + 1), True
    before = [f for f in keyed if span[0] <= f < frame]
    after = [f for f in keyed if frame < f <= span[1]]
    low = (max(before) + frame) // 2 + 1 if before else span[0]
    high = (min(after) + frame) // 2 if after else span[1]
    return slice(low, high + 1), False


def mirrored_pairs(points: Attached) -> list[tuple[int, int]]:
    """(left, right) tracks that are each other's mirror image on the body."""
    pairs: list[tuple[int, int]] = []
    for a, joint in enumerate(points.joints):
        if not region_of(int(joint)).startswith("left"):
            continue
        wanted = points.offsets[a] * np.array([-1.0, 1.0, 1.0])
        others = np.flatnonzero(points.joints == MIRROR[int(joint)])
        if len(others):
            apart = np.linalg.norm(points.offsets[others] - wanted, axis=1)
            best = int(np.argmin(apart))
            if apart[best] < _MIRRORED:
                pairs.append((a, int(others[best])))
    return pairs


def _put_right(
    points: Attached, span: tuple[int, int], keyed: Mapping[int, Floats]
) -> tuple[Attached, list[str]]:
    """Exchange left and right where a key says that they are exchanged, as far as they stay so."""
    positions, notes = points.positions, list[str]()
    for limb in ("arm", "leg"):
        pairs = [
            p for p in mirrored_pairs(points) if region_of(int(points.joints[p[0]])).endswith(limb)
        ]
        pairs = [p for p in pairs if _exchanged(positions, p, span, keyed)]
        if not pairs:
            continue
        left, right = [list(side) for side in zip(*pairs, strict=True)]
        swapped = _follow(positions, left, right, span, keyed)
        frames = np.flatnonzero(swapped)
        if len(frames):
            positions = positions.copy()
            rows = frames[:, None]
            both = positions[rows, left].copy(), positions[rows, right].copy()
            positions[rows, left], positions[rows, right] = both[1], both[0]
            notes.append(
                f"left and right {limb} tracks are exchanged from frame {frames[0]} to "
                f"{frames[-1]} and were put right"
            )
    return replace(points, positions=positions), notes


def _exchanged(
    positions: Floats, pair: tuple[int, int], span: tuple[int, int], keyed: Mapping[int, Floats]
) -> bool:
    """Whether at some key the pair lies clearly better on the body the other way round."""
    a, b = pair
    for frame, posed in keyed.items():
        if not span[0] <= frame <= span[1]:
            continue
        own = _apart(positions[frame, [a, b]], posed[[a, b]])
        other = _apart(positions[frame, [b, a]], posed[[a, b]])
        if np.isfinite(own + other) and own - other > 2.0 * _POSED:
            return True
    return False


def _apart(a: Floats, b: Floats) -> float:
    return float(np.linalg.norm(a - b, axis=-1).sum())


def _follow(
    positions: Floats, left: list[int], right: list[int], span: tuple[int, int],
    keyed: Mapping[int, Floats],
) -> NDArray[np.bool_]:  # fmt: skip
    """(T,) frames of the span where the limbs are exchanged: the cheapest path through both ways
    (Viterbi 1967), where a leap costs its square and keys cost what the body is away."""
    frames = np.arange(max(span[0] - 1, 0), min(span[1] + 1, len(positions) - 1) + 1)
    ways = np.stack((positions[:, left + right], positions[:, right + left]), axis=1)[frames]
    ways = _held(ways)
    cost = np.zeros((len(frames), 2))
    for frame, posed in keyed.items():
        if frames[0] <= frame <= frames[-1]:
            away = ways[frame - frames[0]] - posed[left + right]
            cost[frame - frames[0]] = 10.0 * np.square(away).sum(axis=(1, 2))
    best, back = cost[0], np.zeros((len(frames), 2), np.intp)
    for t in range(1, len(frames)):
        leap = np.square(ways[t, :, None] - ways[t - 1][None]).sum(axis=(2, 3))
        total = leap + best
        back[t] = np.argmin(total, axis=1)
        best = total.min(axis=1) + cost[t]
    path = np.zeros(len(frames), np.intp)
    path[-1] = int(np.argmin(best))
    for t in range(len(frames) - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    result = np.zeros(len(positions), dtype=bool)
    result[frames] = path == 1
    result[: span[0]] = False
    result[span[1] + 1 :] = False
    return result


def _held(ways: Floats) -> Floats:
    """Missing samples take the last value seen, the first ones the first."""
    filled = ways.copy()
    for t in range(1, len(filled)):
        filled[t] = np.where(np.isfinite(filled[t]), filled[t], filled[t - 1])
    for t in range(len(filled) - 2, -1, -1):
        filled[t] = np.where(np.isfinite(filled[t]), filled[t], filled[t + 1])
    return np.nan_to_num(filled)
