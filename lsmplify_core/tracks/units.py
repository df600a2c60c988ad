# SPDX-License-Identifier: GPL-3.0-or-later
"""The unit of tracks, found from the size of the body that they show."""

from dataclasses import replace
from typing import Final

import numpy as np

from ..geometry.medians import seen_medians
from ..geometry.vectors import lengths
from ..layouts.matching import Match
from ..runtime.errors import InputError
from .body_fit import neighbours, rest_points
from .tracks import Tracks

UNITS: Final[dict[str, float]] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
"""Metres in one of each unit."""

_TOO_FAR: Final = 1.6
"""A body this many times smaller or larger than a person of usual size is not one in that unit."""
_CLEARLY: Final = 1.5
"""A body within this many times the usual size, by a part of the frames, needs no look at the
others."""
_NEAREST: Final = 0.12
_FURTHEST: Final = 0.6
"""Metres between two points of the resting body whose distance says how large a body is."""
_SAMPLES: Final = 1 << 17
"""Distances that are looked at together."""
_SOME_FRAMES: Final = 500
"""Frames of a long take, and up to twice as many, that are looked at first."""


def size_ratio(tracks: Tracks, match: Match) -> float:
    """How large the body is in the tracks' own unit, beside the default body in metres.

    The median over points on neighbouring joints, whose distances hardly depend on the pose, of
    the ratio of their distance to that on the resting body.
    """
    pairs = match.matched
    layout = match.layout.select([k for k, _ in pairs])
    paths = tracks.positions[:, [t for _, t in pairs]].transpose(1, 0, 2)
    rest = rest_points(layout)
    apart = np.linalg.norm(rest[:, None] - rest[None], axis=-1)
    i, j = np.nonzero(np.triu((apart > _NEAREST) & (apart < _FURTHEST)))
    joints = layout.joints.tolist()
    near = [neighbours(joints[a], joints[b]) for a, b in zip(i, j, strict=True)]
    i, j = i[near], j[near]
    ratios: list[float] = []
    size = max(1, _SAMPLES // max(tracks.frames, 1))
    for first in range(0, len(i), size):
        a, b = i[first : first + size], j[first : first + size]
        seen = lengths(paths[a] - paths[b]).T
        middle = seen_medians(seen, np.isfinite(seen)) / apart[a, b]
        ratios += middle[np.isfinite(middle)].tolist()
    if not ratios or np.median(ratios) <= 0:
        raise InputError(
            f"{tracks.source}: no two neighbouring points are ever seen together, so that the "
            "body's size cannot be found"
        )
    return float(np.median(ratios))


def find_unit(tracks: Tracks, match: Match) -> tuple[str, float, tuple[str, ...]]:
    """The unit of the tracks; what the file says is believed where the body agrees.

    Args:
        tracks: as read.
        match: which track is which point.

    Returns:
        its name ("given" where it has none, "arbitrary" where the body fits none), metres in one,
        warnings.

    Raises:
        InputError: where no two neighbouring points are ever seen together.
    """
    if tracks.unit_given and tracks.unit is not None:
        return next((n for n, u in UNITS.items() if u == tracks.unit), "given"), tracks.unit, ()
    declared = next((n for n, u in UNITS.items() if u == tracks.unit), None)
    if declared is not None and _is_clearly_human(tracks, match, UNITS[declared]):
        return declared, UNITS[declared], ()
    ratio = size_ratio(tracks, match)
    if declared is not None and _is_human(ratio * UNITS[declared]):
        return declared, UNITS[declared], ()
    if tracks.unit is not None and declared is None and _is_human(ratio * tracks.unit):
        return "given", tracks.unit, ()
    name = min(UNITS, key=lambda n: abs(np.log(ratio * UNITS[n])))
    if not _is_human(ratio * UNITS[name]):
        return "arbitrary", 1.0 / ratio, (
            "the body's size fits no unit; it was scaled to the default body",
        )  # fmt: skip
    if declared is not None:
        return name, UNITS[name], (
            f"the file says its unit is {declared}, but a body of human size is there in {name}",
        )  # fmt: skip
    return name, UNITS[name], ()


def _is_clearly_human(tracks: Tracks, match: Match, unit: float) -> bool:
    """Whether some frames of a long take leave no doubt that it is in a unit."""
    every = tracks.frames // _SOME_FRAMES
    if every < 2:
        return False
    try:
        ratio = size_ratio(replace(tracks, positions=tracks.positions[::every]), match)
    except InputError:
        return False  # these frames show no pair of neighbours; others may
    return 1 / _CLEARLY < ratio * unit < _CLEARLY


def _is_human(size: float) -> bool:
    return 1 / _TOO_FAR < size < _TOO_FAR
