# SPDX-License-Identifier: GPL-3.0-or-later
"""Points of hands beside a body: joined to its layout where they lie at its wrists."""

from dataclasses import replace
from typing import Final

import numpy as np

from ..geometry.skeleton import JOINT_INDEX
from ..layouts.hands import hand_points
from ..layouts.layout import Keypoint, Layout
from ..layouts.matching import Match
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks

_REACH: Final = 0.75
"""Lengths of the forearm from the body's wrist within which points of its hand lie; knuckles lie
0.4 away. Hands in a frame of their own, as MediaPipe's world landmarks, lie elsewhere."""


def with_hands(tracks: Tracks, match: Match) -> tuple[Match, tuple[str, ...]]:
    """The match with the roots and knuckles of the hands that lie at the body's wrists.

    Args:
        tracks: one person's, in any unit.
        match: the body's points among them; only layouts of video detectors are added to.

    Returns:
        The longer match, or the same one, and sentences about hands that lie elsewhere.
    """
    added: list[tuple[Keypoint, int]] = []
    notes: list[str] = []
    found = hand_points(tracks.names, match)
    if tracks.nameless and _exchanged(tracks, match, found):
        found = _exchange(found)
    for side, points in found.items():
        points = [(k, t) for k, t in points if bool(tracks.seen[:, t].any())]
        if not points:
            continue
        away = _away(tracks, match, side, [t for _, t in points])
        if away is not None and away <= _REACH:
            added += points
        elif away is not None:
            notes.append(
                f"the points of the {side} hand lie {away:.1f} forearms from its wrist, "
                "in another frame of reference or on the other side; they are not used"
            )
    if not added:
        return match, tuple(notes)
    layout = Layout(match.layout.name, (*match.layout.keypoints, *(k for k, _ in added)))
    evidence = f"{match.evidence}; {len(added)} points of hands with it"
    track_of = (*match.track_of, *(t for _, t in added))
    return replace(match, layout=layout, track_of=track_of, evidence=evidence), tuple(notes)


def _exchanged(tracks: Tracks, match: Match, found: dict[str, list[tuple[Keypoint, int]]]) -> bool:
    """Whether hands without names of their own came in the other order: tools differ in it."""
    left, right = ([t for _, t in found[side]] for side in ("left", "right"))
    if not left or not right:
        return False
    own = _away(tracks, match, "left", left), _away(tracks, match, "right", right)
    other = _away(tracks, match, "left", right), _away(tracks, match, "right", left)
    if None in own or None in other:
        return False
    return max(x or 0.0 for x in other) < min(x or 0.0 for x in own)


def _exchange(
    found: dict[str, list[tuple[Keypoint, int]]],
) -> dict[str, list[tuple[Keypoint, int]]]:
    """Each hand's keypoints with the other one's tracks."""
    left, right = found["left"], found["right"]
    return {
        "left": [(k, t) for (k, _), (_, t) in zip(left, right, strict=True)],
        "right": [(k, t) for (k, _), (_, t) in zip(right, left, strict=True)],
    }


def _away(tracks: Tracks, match: Match, side: str, hand: list[int]) -> float | None:
    """How far a hand's points are from the body's wrist, in lengths of its forearm; None where
    they are never seen together."""
    wrist = _at(tracks, match, f"{side[0].upper()}_Wrist")
    elbow = _at(tracks, match, f"{side[0].upper()}_Elbow")
    if wrist is None or elbow is None:
        return None
    forearm = np.linalg.norm(wrist - elbow, axis=-1)
    length = float(np.nanmedian(forearm)) if np.isfinite(forearm).any() else 0.0
    distance = np.linalg.norm(tracks.positions[:, hand] - wrist[:, None], axis=-1)
    if length <= 0 or not np.isfinite(distance).any():
        return None
    return float(np.nanmedian(distance)) / length


def _at(tracks: Tracks, match: Match, joint: str) -> Floats | None:
    """(T, 3) the track of the point that lies in a joint."""
    for k, t in match.matched:
        point = match.layout.keypoints[k]
        if point.joint == JOINT_INDEX[joint] and not any(point.offset):
            return np.asarray(tracks.positions[:, t], dtype=np.float64)
    return None
