# SPDX-License-Identifier: GPL-3.0-or-later
"""Which track is which point of the body: tracks' names held against the layouts' names.

Names are compared as `names` spells them; every layout is scored, the best is proposed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ..geometry.skeleton import JOINT_NAMES
from ..runtime.errors import InputError
from .layout import Layout, load_layout, shipped_layouts
from .names import plain, shorter_names

LEAST_POINTS: Final = 6
LEAST_JOINTS: Final = 4
"""Fewer matched points, or points on fewer joints, are not a body."""

_TORSO: Final = frozenset(
    ("Pelvis", "L_Hip", "R_Hip", "Spine3", "L_Collar", "R_Collar", "L_Shoulder", "R_Shoulder")
)


@dataclass(frozen=True)
class Match:
    """layout; track_of: for each of its keypoints the index of the track, or None; score: 0 to 1;
    evidence: a sentence that says why. certainty: 0 to 1 where the tracks were placed by how they
    move, None where names or the user said what they are. props: groups of tracks that move as
    one rigid body each and are none of the body's."""

    layout: Layout
    track_of: tuple[int | None, ...]
    score: float
    evidence: str
    certainty: float | None = None
    props: tuple[tuple[int, ...], ...] = ()

    @property
    def matched(self) -> list[tuple[int, int]]:
        """(keypoint, track) of every keypoint that has a track."""
        return [(k, t) for k, t in enumerate(self.track_of) if t is not None]


def best_match(names: Sequence[str], layouts: Sequence[Layout] | None = None) -> Match:
    """The layout that explains the names best; shipped ones where `layouts` is None.

    Raises InputError where none shows enough of a body.
    """
    ranked = rank_layouts(names, layouts)
    if not ranked or not is_a_body(ranked[0]):
        some = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
        tried = shipped_layouts() if layouts is None else [c.name for c in layouts]
        raise InputError(
            f"the tracks ({some}) match no layout; tried {', '.join(tried)}; "
            "rename the tracks or give a layout file"
        )
    return ranked[0]


def rank_layouts(names: Sequence[str], layouts: Sequence[Layout] | None = None) -> list[Match]:
    """Every layout's match, the best first; those that show a body before those that don't.

    layouts: the shipped ones where None.
    """
    if layouts is None:
        return list(_ranked_shipped(tuple(names)))
    return sorted(_matches(names, layouts), key=_rank)


@lru_cache(maxsize=16)
def _ranked_shipped(names: tuple[str, ...]) -> tuple[Match, ...]:
    """The shipped layouts' matches, best first; kept, since take after take has the same names, and
    so has every solve of one that is worked on."""
    return tuple(sorted(_matches(names, _shipped()), key=_rank))


def _matches(names: Sequence[str], layouts: Sequence[Layout]) -> list[Match]:
    """The names as they are; where no layout finds a body in them, without what they share."""
    matches = [_matched(names, names, layout) for layout in layouts]
    if any(is_a_body(m) for m in matches):
        return matches
    for shorten in shorter_names():
        short = shorten(names)
        if short == list(names):
            continue
        again = [_matched(names, short, layout) for layout in layouts]
        matches = [min(pair, key=_rank) for pair in zip(matches, again, strict=True)]
    return matches


def _rank(match: Match) -> tuple[bool, float, int]:
    return not is_a_body(match), -round(match.score, 6), -len(match.matched)


def shows_a_body(names: Sequence[str]) -> bool:
    """Whether the names are enough of a body by any shipped layout."""
    if len(names) < LEAST_POINTS:
        return False
    return any(is_a_body(_matched(names, names, layout)) for layout in _shipped())


def match_layout(names: Sequence[str], layout: Layout, strict: bool = True) -> Match:
    """Match the names with one layout. Raises InputError where it shows too little of a body,
    unless `strict` is off."""
    match = _matches(names, (layout,))[0] if names else _matched(names, names, layout)
    if strict and not is_a_body(match):
        missing = [n for n, t in zip(layout.names, match.track_of, strict=True) if t is None]
        raise InputError(
            f"only {len(match.matched)} of the {len(layout.keypoints)} points of layout "
            f"{layout.name} are among the tracks, too few for a body (missing: "
            f"{', '.join(missing[:8])}{', …' if len(missing) > 8 else ''})"
        )
    return match


def match_as_named(names: Sequence[str], layout: Layout, description: str) -> Match:
    """Match by the very names, for layouts made of these tracks: "Empty" and "Empty.001" are two.

    description: what the evidence says of the points. It may be of no body at all.
    """
    own = {name: index for index, name in enumerate(names)}
    track_of = tuple(own.get(k.name) for k in layout.keypoints)
    found, wanted = sum(t is not None for t in track_of), len(layout.keypoints)
    score = found / max(wanted, 1)
    return Match(
        layout, track_of, score, f"{layout.name}: {found} of {wanted} points {description}"
    )


def _matched(names: Sequence[str], short: Sequence[str], layout: Layout) -> Match:
    """names: as they are; short: as they are compared."""
    by_name: dict[str, int] = {}
    for index, name in enumerate(short):
        by_name.setdefault(plain(name), index)
    track_of: list[int | None] = []
    taken: set[int] = set()
    for spellings in _spellings(layout):
        found = (by_name.get(s) for s in spellings)
        track = next((t for t in found if t is not None and t not in taken), None)
        if track is not None:
            taken.add(track)
        track_of.append(track)
    count, wanted = len(taken), len(layout.keypoints)
    score = 2.0 * count / (wanted + min(len(names), 3 * wanted)) if names else 0.0
    evidence = f"{layout.name}: {count} of {wanted} points named alike, {len(names)} tracks"
    if short is not names and count:
        k, t = next((k, t) for k, t in enumerate(track_of) if t is not None)
        evidence += f" ({names[t]} is {layout.names[k]})"
    return Match(layout, tuple(track_of), score, evidence)


@lru_cache(maxsize=256)
def _spellings(layout: Layout) -> tuple[tuple[str, ...], ...]:
    return tuple((plain(k.name), *map(plain, k.aliases)) for k in layout.keypoints)


def is_a_body(match: Match) -> bool:
    """Whether enough points on enough joints were found, the torso's among them."""
    joints = [match.layout.keypoints[k].joint for k, _ in match.matched]
    on_torso = any(JOINT_NAMES[j] in _TORSO for j in joints)
    return len(joints) >= LEAST_POINTS and len(set(joints)) >= LEAST_JOINTS and on_torso


@lru_cache(maxsize=1)
def _shipped() -> tuple[Layout, ...]:
    return tuple(load_layout(name) for name in shipped_layouts())
