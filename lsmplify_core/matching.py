# SPDX-License-Identifier: GPL-3.0-or-later
"""Which track is which point of the body: tracks' names held against the layouts' names.

Names are compared without subject prefix ("Anna:LSHO"), copy suffix (".001"), case, separators,
and with one spelling of left and right.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .errors import InputError
from .joints import JOINT_NAMES
from .layout import Layout, load_layout, shipped_layouts

LEAST_POINTS: Final = 6
LEAST_JOINTS: Final = 4
"""Fewer matched points, or points on fewer joints, are not a body."""

_TORSO: Final = frozenset(
    ("Pelvis", "L_Hip", "R_Hip", "Spine3", "L_Collar", "R_Collar", "L_Shoulder", "R_Shoulder")
)


@dataclass(frozen=True)
class Match:
    """layout; track_of: for each of its keypoints the index of the track, or None; score: 0 to 1;
    evidence: a sentence that says why."""

    layout: Layout
    track_of: tuple[int | None, ...]
    score: float
    evidence: str

    @property
    def matched(self) -> list[tuple[int, int]]:
        """(keypoint, track) of every keypoint that has a track."""
        return [(k, t) for k, t in enumerate(self.track_of) if t is not None]


def best_match(names: Sequence[str], layouts: Sequence[Layout] | None = None) -> Match:
    """The layout that explains the names best; shipped ones where `layouts` is None.

    Raises InputError where none shows enough of a body.
    """
    candidates = _shipped() if layouts is None else tuple(layouts)
    matches = [match_layout(names, layout, strict=False) for layout in candidates]
    fitting = [m for m in matches if _is_a_body(m)]
    if not fitting:
        some = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
        raise InputError(
            f"the tracks ({some}) match no layout; tried {', '.join(c.name for c in candidates)}; "
            "rename the tracks or give a layout file"
        )
    return max(fitting, key=lambda m: (round(m.score, 6), len(m.matched)))


def shows_a_body(names: Sequence[str]) -> bool:
    """Whether the names are enough of a body by any shipped layout."""
    if len(names) < LEAST_POINTS:
        return False
    return any(_is_a_body(match_layout(names, layout, strict=False)) for layout in _shipped())


def match_layout(names: Sequence[str], layout: Layout, strict: bool = True) -> Match:
    """Match the names with one layout. Raises InputError where it shows too little of a body,
    unless `strict` is off."""
    by_name: dict[str, int] = {}
    for index, name in enumerate(names):
        by_name.setdefault(plain(name), index)
    track_of: list[int | None] = []
    taken: set[int] = set()
    for keypoint in layout.keypoints:
        spellings = (keypoint.name, *keypoint.aliases)
        found = (by_name.get(plain(s)) for s in spellings)
        track = next((t for t in found if t is not None and t not in taken), None)
        if track is not None:
            taken.add(track)
        track_of.append(track)
    count, wanted = len(taken), len(layout.keypoints)
    score = 2.0 * count / (wanted + min(len(names), 3 * wanted)) if names else 0.0
    evidence = f"{layout.name}: {count} of {wanted} points named alike, {len(names)} tracks"
    match = Match(layout, tuple(track_of), score, evidence)
    if strict and not _is_a_body(match):
        missing = [k.name for k, t in zip(layout.keypoints, track_of, strict=True) if t is None]
        raise InputError(
            f"only {count} of the {wanted} points of layout {layout.name} are among the tracks, "
            f"too few for a body (missing: {', '.join(missing[:8])}{', …' if len(missing) > 8 else ''})"
        )
    return match


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A name as it is compared: "Anna:L.Shoulder.001" and "left_shoulder" are both "l shoulder"."""
    name = re.split(r"[:|]", name.strip())[-1]
    name = re.sub(r"\.\d{3}$", "", name)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = [w for w in re.split(r"[^0-9A-Za-z*#]+", name.lower()) if w]
    words = [{"left": "l", "right": "r"}.get(w, w) for w in words]
    if len(words) == 1:
        word = words[0]
        for long, short in (("left", "l"), ("right", "r")):
            if word.startswith(long) and len(word) > len(long):
                word = short + word[len(long) :]
        words = [word]
    side = next((w for w in words if w in ("l", "r")), "")
    rest = "".join(w for w in words if w not in ("l", "r"))
    return f"{side}{rest}"


def _is_a_body(match: Match) -> bool:
    joints = [match.layout.keypoints[k].joint for k, _ in match.matched]
    on_torso = any(JOINT_NAMES[j] in _TORSO for j in joints)
    return len(joints) >= LEAST_POINTS and len(set(joints)) >= LEAST_JOINTS and on_torso


@lru_cache(maxsize=1)
def _shipped() -> tuple[Layout, ...]:
    return tuple(load_layout(name) for name in shipped_layouts())
