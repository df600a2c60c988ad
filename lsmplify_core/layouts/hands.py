# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand points that show the wrist: the root and the four knuckles that detectors of hands have.

They are rigid with the wrist joint; fingertips and the thumb are not, and are no part of a body's
layout.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from ..geometry.skeleton import JOINT_INDEX
from .layout import Keypoint
from .matching import Match
from .names import plain

VIDEO_LAYOUTS: Final = frozenset(
    ("BODY_25", "BODY_25B", "COCO_133", "COCO_17", "HALPE_26", "MediaPipe_33")
)
"""Layouts of detectors whose hands come as points of their own, 21 a hand."""
HAND_POINTS: Final = 21
"""Points of a hand: its root, then four a finger from the thumb on, the knuckle first."""

_OFFSETS: Final[dict[int, tuple[float, float, float]]] = {
    0: (0.0, 0.0, 0.0), 5: (0.0916, -0.0055, 0.0142), 9: (0.0946, -0.003, -0.008),
    13: (0.089, -0.005, -0.0298), 17: (0.0816, -0.0075, -0.0508),
}  # fmt: skip
"""Number of a point in a hand: metres in the left wrist's frame on the default body (the right
one's x is the negative). Index and little finger lie where MediaPipe_33 has them."""
_FINGERS: Final[dict[int, tuple[str, ...]]] = {
    5: ("index_finger", "forefinger", "index"), 9: ("middle_finger", "middle"),
    13: ("ring_finger", "ring"), 17: ("pinky_finger", "pinky", "little_finger", "little"),
}  # fmt: skip
"""Words for the finger that a knuckle belongs to."""


def _words(number: int) -> list[str]:
    """Names of a point of a hand, with {s} for the side."""
    words = [f"{before}{n}" for n in (number, f"{number:04d}")
             for before in ("{s}_hand_", "hand_{s}_")]  # fmt: skip
    if number == 0:
        return [*words, "{s}_hand_root", "{s}_hand_wrist", "hand_{s}_wrist"]
    ends = [f"{finger}{end}" for finger in _FINGERS[number] for end in ("_mcp", "1")]
    return [*words, *(f"{before}{end}" for before in ("{s}_", "{s}_hand_") for end in ends)]


_WORDS: Final[dict[int, list[str]]] = {number: _words(number) for number in _OFFSETS}
"""Names of the points: COCO-WholeBody's (MMPose), MediaPipe's and FreeMoCap's, OpenPose's numbers,
those of SMPL-H's joints."""


def hand_points(names: Sequence[str], match: Match) -> dict[str, list[tuple[Keypoint, int]]]:
    """Tracks that are the root or a knuckle of a hand, and are no point of the match yet.

    Args:
        names: the tracks'.
        match: the body's points among them.

    Returns:
        For each side, "left" and "right", its points with the index of their track.
    """
    taken = {track for _, track in match.matched}
    found: dict[str, list[tuple[Keypoint, int]]] = {"left": [], "right": []}
    if match.layout.name not in VIDEO_LAYOUTS:
        return found
    own = set(match.layout.names)
    by_name: dict[str, int] = {}
    for index, name in enumerate(names):
        by_name.setdefault(plain(name), index)
    for side, title, spellings, offset in _points():
        track = next((t for s in spellings if (t := by_name.get(s)) is not None), None)
        if track is None or track in taken or title in own:
            continue
        taken.add(track)
        joint = JOINT_INDEX["L_Wrist" if side == "left" else "R_Wrist"]
        found[side].append((Keypoint(title, joint, offset), track))
    return found


@lru_cache(maxsize=1)
def _points() -> tuple[tuple[str, str, tuple[str, ...], tuple[float, float, float]], ...]:
    return tuple(_listed())


def _listed() -> Iterator[tuple[str, str, tuple[str, ...], tuple[float, float, float]]]:
    """Side, name, compared names and offset of each point."""
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for number, (x, y, z) in _OFFSETS.items():
            spellings = tuple(plain(w.replace("{s}", side)) for w in _WORDS[number])
            yield side, f"{side}_hand_{number}", spellings, (sign * x, y, z)
