# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks that the body's solve does not use: how many, and of which kind."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..layouts.matching import Match
from ..layouts.names import plain
from ..props.find import PropTracks
from ..props.find import told as told_prop
from ..tracks.tracks import Tracks

_KINDS: Final[tuple[tuple[str, str], ...]] = (
    (
        "unlabelled",
        r"^[*#]|^(point|unlabell?ed|unnamed|uname|unknown|marker)?\d*$|^[cu]\d+$",
    ),
    (
        "of hands",
        r"hand|finger|thumb|knuckle|pinky|palm|wrist|(index|middle|ring|little)\d",
    ),
    ("of the face", r"face|mouth|lip|brow|jaw|chin|eye|iris|nose|cheek|pupil|ear$"),
    ("of props", r"prop|stick|sword|ball|racket|bat$|gun|rifle|club|tool|object|box|rigid"),
)
"""What names say of a track, held against them as they are compared (see `layouts.names`); the
first that fits counts."""
_MOST_NAMES: Final = 6
"""Names that are told of tracks that are of no kind."""


def unused_notes(tracks: Tracks, match: Match, props: Sequence[PropTracks] = ()) -> tuple[str, ...]:
    """Sentences about props, and about the tracks that are seen and are no point of the body; none
    where all are.

    Args:
        tracks: one person's, all of them.
        match: those that are used.
        props: what moves as one rigid body and belongs to no limb.
    """
    told = tuple(told_prop(p) for p in props)
    used = {track for _, track in match.matched} | {t for p in props for t in p.tracks}
    seen: NDArray[np.bool_] = np.asarray(tracks.seen.any(axis=0))
    left = [n for i, n in enumerate(tracks.names) if i not in used and seen[i]]
    if not left:
        return told
    total = int(seen.sum())
    return (
        *told,
        f"{len(left)} of {total} tracks are not used for the body: {list_kinds(left)}",
    )


def list_kinds(names: Sequence[str]) -> str:
    """ "42 of hands, 68 of the face, 2 others (Bench1, Bench2)"."""
    by_kind: dict[str, list[str]] = {}
    for name in names:
        by_kind.setdefault(kind_of(name), []).append(name)
    parts = [f"{len(n)} {kind}" for kind, n in by_kind.items() if kind != "others"]
    others = by_kind.get("others", [])
    if others:
        shown = ", ".join(others[:_MOST_NAMES]) + (", …" if len(others) > _MOST_NAMES else "")
        parts.append(f"{len(others)} other{'s' if len(others) > 1 else ''} ({shown})")
    return ", ".join(parts)


def kind_of(name: str) -> str:
    """What a track's name says that it is: unlabelled, of hands, of the face, of props, others."""
    short = plain(name)
    bare = name.rpartition(":")[2].strip()
    for kind, pattern in _KINDS:
        if re.search(pattern, short) or (kind == "unlabelled" and bare[:1] in "*#"):
            return kind
    return "others"
