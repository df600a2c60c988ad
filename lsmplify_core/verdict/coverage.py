# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of the take the tracks show: frames without data, values that stand still, flat
points."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.intervals import intervals_of
from ..geometry.vectors import lengths
from ..runtime.array_types import Floats
from .evidence import Evidence, Measure
from .posed_body import chunks

_MOVING: Final = 0.3
"""Metres a second, over all tracks: people who stand move slower."""

_LIMBS: Final = {
    "left leg": (4, 7, 10), "right leg": (5, 8, 11),
    "left arm": (18, 20, 22), "right arm": (19, 21, 23),
}  # fmt: skip
"""Joints of each limb from knee and elbow on."""


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name: shares of frames or samples, seconds."""
    seen = evidence.seen
    if not seen.any():
        return {}
    blind = ~evidence.shown
    spans = intervals_of(np.asarray(blind))
    first, end = max(spans, key=lambda s: s[1] - s[0]) if spans else (0, 0)
    present = seen.any(axis=0)
    tracks = evidence.tracks
    same = None if tracks is None or tracks.frames < 2 else _repeats(tracks.positions)
    return {
        "blind": Measure(float(blind.mean()), first if spans else None),
        "blind_seconds": Measure((end - first) / evidence.motion.rate, first if spans else None),
        "gaps": Measure(float(1.0 - seen[:, present].mean()) if present.any() else 1.0),
        **_limbs_unseen(evidence),
        "held": _held(evidence, same),
        "frozen": _frozen(evidence, same),
        "flat": _flat(evidence),
    }


def _limbs_unseen(evidence: Evidence) -> dict[str, Measure]:
    """Of the limbs that tracks are on at some time the one that is worst seen, with its name: the
    seconds of the longest span in which nothing below its first joint is seen, and the share of all
    frames."""
    seconds, share = Measure(0.0), Measure(0.0)
    if evidence.joints is None:
        return {}
    for name, joints in _LIMBS.items():
        own = np.isin(evidence.joints, joints)
        if not own.any():
            continue
        unseen = np.asarray(~evidence.seen[:, own].any(axis=1))
        for first, end in intervals_of(unseen):
            lasts = (end - first) / evidence.motion.rate
            if lasts > seconds.value:
                seconds = Measure(lasts, first, (name,))
        if unseen.mean() > share.value:
            share = Measure(float(unseen.mean()), int(np.argmax(unseen)), (name,))
    return {"limb_unseen": seconds, "limb_unseen_share": share}


def _held(evidence: Evidence, same: NDArray[np.bool_] | None) -> Measure:
    """Share of samples that repeat the one before to the last digit while most others move.

    same: (T - 1, K), those that repeat.
    """
    if same is None or evidence.motion.frames < 3:
        return Measure(0.0)
    both = evidence.seen[1:] & evidence.seen[:-1]
    name = evidence.motion.track_names[:1]
    held = same & both
    if held.any():
        held &= (held.sum(axis=1) < 0.5 * np.maximum(both.sum(axis=1), 1))[:, None]
    if not held.any():
        return Measure(0.0, None, name)
    worst = int(np.argmax(held.mean(axis=0)))
    name = evidence.motion.track_names[worst : worst + 1]
    share = float(held.sum() / max(int(both.sum()), 1))
    return Measure(share, int(np.argmax(held[:, worst])), name)


def _repeats(points: Floats) -> NDArray[np.bool_]:
    """(T - 1, K): samples of points (T, K, 3) that are those of the frame before."""
    same = np.empty((len(points) - 1, points.shape[1]), dtype=bool)
    for chunk in chunks(len(same)):
        part = points[chunk.start : chunk.stop + 1]
        equal = part[1:] == part[:-1]
        same[chunk] = equal[..., 0] & equal[..., 1] & equal[..., 2]
    return same


def _frozen(evidence: Evidence, same: NDArray[np.bool_] | None) -> Measure:
    """Seconds of the longest span in which every sample repeats to the last digit although the body
    is in the middle of a movement on one side of it at least.

    same: (T - 1, K), samples that repeat.
    """
    if evidence.tracks is None or same is None or evidence.motion.frames < 4:
        return Measure(0.0)
    both = evidence.seen[1:] & evidence.seen[:-1]
    still = both.any(axis=1) & (same | ~both).all(axis=1)
    worst = Measure(0.0)
    for first, end in intervals_of(np.asarray(still)):
        seconds = (end - first) / evidence.motion.rate
        if seconds > worst.value and _moves_beside(evidence, first, end):
            worst = Measure(seconds, first)
    return worst


def _moves_beside(evidence: Evidence, first: int, end: int) -> bool:
    """Whether the tracks move on one side of a span of steps, three steps at the most."""
    assert evidence.tracks is not None
    points, rate = evidence.tracks.positions, evidence.motion.rate
    for low, high in ((max(first - 3, 0), first), (end, end + 3)):
        step = lengths(np.diff(points[low : high + 1], axis=0))
        known = np.isfinite(step)
        mean = np.where(known, step, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        if (rate * mean > _MOVING).any():
            return True
    return False


def _flat(evidence: Evidence) -> Measure:
    """The thickness of all points of a take about their best plane, as a share of their width: the
    smallest singular value over the middle one."""
    if evidence.tracks is None:
        return Measure(1.0)
    count = int(evidence.seen.sum())
    if count < 10:
        return Measure(1.0)
    spread = np.linalg.eigvalsh(_covariance(evidence.tracks.positions, evidence.seen, count))
    return Measure(float(np.sqrt(max(spread[0], 0.0) / max(spread[1], 1e-12))))


def _covariance(points: Floats, seen: NDArray[np.bool_], count: int) -> Floats:
    """(3, 3): of the points (T, K, 3) that are seen (T, K)."""
    first = points[np.unravel_index(np.argmax(seen), seen.shape)]
    total, products = np.zeros(3), np.zeros((3, 3))
    for chunk in chunks(len(points)):
        known = seen[chunk]
        own = (points[chunk] - first).reshape(-1, 3)
        own = own if known.all() else own[known.ravel()]
        total += np.ones(len(own)) @ own
        products += own.T @ own
    return (products - np.outer(total, total) / count) / (count - 1)
