# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of the take the tracks show: frames without data, values that stand still, flat
points."""

from typing import Final

import numpy as np

from ..geometry.intervals import intervals_of
from .evidence import Evidence, Measure

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
    return {
        "blind": Measure(float(blind.mean()), first if spans else None),
        "blind_seconds": Measure((end - first) / evidence.motion.rate, first if spans else None),
        "gaps": Measure(float(1.0 - seen[:, present].mean()) if present.any() else 1.0),
        **_limbs_unseen(evidence),
        "held": _held(evidence),
        "frozen": _frozen(evidence),
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


def _held(evidence: Evidence) -> Measure:
    """Share of samples that repeat the one before to the last digit while most others move."""
    if evidence.tracks is None or evidence.motion.frames < 3:
        return Measure(0.0)
    points, seen = evidence.tracks.positions, evidence.seen
    both = seen[1:] & seen[:-1]
    same = both & (points[1:] == points[:-1]).all(axis=-1)
    moving = same.sum(axis=1) < 0.5 * np.maximum(both.sum(axis=1), 1)
    held = same & moving[:, None]
    per_track = held.mean(axis=0)
    worst = int(np.argmax(per_track))
    name = evidence.motion.track_names[worst : worst + 1]
    first = int(np.argmax(held[:, worst])) if held[:, worst].any() else None
    return Measure(float(held.sum() / max(int(both.sum()), 1)), first, name)


def _frozen(evidence: Evidence) -> Measure:
    """Seconds of the longest span in which every sample repeats to the last digit although the body
    is in the middle of a movement on one side of it at least."""
    if evidence.tracks is None or evidence.motion.frames < 4:
        return Measure(0.0)
    points, rate = evidence.tracks.positions, evidence.motion.rate
    step = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    known = np.isfinite(step)
    speed = rate * np.where(known, step, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    still = known.any(axis=1) & (np.where(known, step, 0.0).max(axis=1) == 0.0)
    worst = Measure(0.0)
    for first, end in intervals_of(np.asarray(still)):
        beside = np.concatenate((speed[max(first - 3, 0) : first], speed[end : end + 3]))
        seconds = (end - first) / rate
        if seconds > worst.value and len(beside) and float(beside.max()) > _MOVING:
            worst = Measure(seconds, first)
    return worst


def _flat(evidence: Evidence) -> Measure:
    """The thickness of all points of a take about their best plane, as a share of their width: the
    smallest singular value over the middle one."""
    if evidence.tracks is None:
        return Measure(1.0)
    points = evidence.tracks.positions[evidence.seen]
    if len(points) < 10:
        return Measure(1.0)
    spread = np.linalg.eigvalsh(np.cov((points - points.mean(axis=0)).T))
    return Measure(float(np.sqrt(max(spread[0], 0.0) / max(spread[1], 1e-12))))
