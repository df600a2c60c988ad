# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file's unit and axes to metres with Z up: found from the body that the tracks show."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.medians import seen_medians
from ..geometry.vectors import all_finite, lengths
from ..layouts.matching import Match
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .bearing import Bearing, find_bearing
from .body_fit import TORSO, neighbours, rest_points
from .level import find_tilt, turn_onto_z
from .mirror import MIRRORED, exchanged_names, handedness
from .tracks import Tracks
from .upright import stands_against, stands_along

UNITS: Final[dict[str, float]] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
"""Metres in one of each unit."""

AXES: Final = ("+x", "-x", "+y", "-y", "+z", "-z")

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
_NEAR_AN_AXIS: Final = 40.0
_AGAINST: Final = 50.0
"""Degrees: how near an axis the line from the feet to the body is that makes it up, and how far
from another one that was taken for it."""
_WANDERS: Final = 0.4
"""Of the body's size: a height that changes more is no floor's."""


@dataclass(frozen=True)
class World:
    """What was found: unit_name ("m" … or "arbitrary"), unit (metres in one), up (an axis), and
    sentences about what had to be guessed. mirror: the axis of the file along which its world is a
    mirror image, or "". level: (3, 3) the rotation that rights a tilted world once `up` is +Z, None
    for one that stands. level_by: what showed the tilt, in words.

    What remains open is for the verdict: handed is the `handedness` that showed a mirror image, 0
    where there is none; names_exchanged says whether names (True) or axes (False)
    made a mirror image, None where both look the same. up_guessed: whether nothing said or showed
    which axis is up. up_against: share of the frames in which the body stands along another axis
    than the file or the user says. unit_said: whether the unit is the user's.
    """

    unit_name: str
    unit: float
    up: str
    warnings: tuple[str, ...] = ()
    mirror: str = ""
    level: Floats | None = None
    level_by: str = ""
    names_exchanged: bool | None = None
    handed: float = 0.0
    up_guessed: bool = False
    up_against: float = 0.0
    unit_said: bool = False

    @property
    def turn(self) -> Floats:
        """(3, 3) from the file's axes to Z up: a rotation, after a reflection in a mirrored
        world."""
        turn = turn_up(self.up)
        if self.mirror:
            turn = turn @ reflection(self.mirror)
        return turn if self.level is None else self.level @ turn


def to_world(tracks: Tracks, match: Match) -> Tracks:
    """The tracks in metres, Z up, by scale and rotation, and a reflection where the world is a
    mirror image; `find_world` says how."""
    return converted(tracks, find_world(tracks, match))


def converted(tracks: Tracks, world: World) -> Tracks:
    """The tracks in metres, Z up."""
    positions = _turned(tracks.positions * world.unit, world)
    segments = None
    if tracks.segments is not None and not world.mirror:  # a mirrored rotation is none
        segments = tracks.segments.turned(np.asarray(world.turn, dtype=np.float64))
    return replace(
        tracks, positions=positions, unit=1.0, up="+z", segments=segments,
        warnings=(*tracks.warnings, *world.warnings),
    )  # fmt: skip


def _turned(metres: Floats, world: World) -> NDArray[np.float64]:
    """Points in the file's axes with Z up."""
    turn = world.turn
    turned = metres if np.array_equal(turn, np.eye(3)) else metres @ turn.T
    return np.asarray(turned, dtype=np.float64)


def find_world(tracks: Tracks, match: Match, least_tilt: float | None = None) -> World:
    """Unit, up axis, handedness and tilt of the tracks; what the file says is believed where the
    body agrees.

    Args:
        tracks: as read.
        match: which track is which point.
        least_tilt: degrees from which on a tilt is believed; None for what is sure unasked.

    Raises:
        InputError: where no two neighbouring points are ever seen together.
    """
    pairs = match.matched
    layout = match.layout.select([k for k, _ in pairs])
    points = tracks.positions[:, [t for _, t in pairs]]
    name, unit, unit_warnings = _unit(tracks, match)
    metres = points * unit
    up, up_warnings, guessed = _up(tracks, match)
    if not tracks.up_given:
        up, up_warnings, guessed = _borne_out(
            find_bearing(metres, layout.joints, tracks.rate), up, up_warnings, guessed
        )
    world = World(
        name, unit, up, (*unit_warnings, *up_warnings), up_guessed=guessed,
        unit_said=tracks.unit_given,
    )  # fmt: skip
    if up == tracks.up:
        world = replace(world, up_against=stands_against(up, points, layout))
    handed = 0.0 if tracks.mirror_given else handedness(points, layout)
    if handed < MIRRORED:
        world = replace(world, mirror="z" if up[1] == "x" else "x", handed=handed)
        world = replace(
            world, warnings=(*world.warnings, _MIRROR_NOTE.format(axis=world.mirror)),
            names_exchanged=exchanged_names(points, layout),
        )  # fmt: skip
    tilt = None
    if tracks.may_level and not tracks.up_given:
        tilt = find_tilt(_turned(metres, world), layout, tracks.rate, least_tilt)
    if tilt is None:
        return world
    note = (
        f"the world leans by {tilt.degrees:.0f}° from the vertical that {tilt.evidence} show; it "
        "was levelled (--up overrules this)"
    )
    level = turn_onto_z(tilt.up)
    return replace(world, level=level, level_by=tilt.evidence, warnings=(*world.warnings, note))


_MIRROR_NOTE: Final = (
    "the take is a mirror image (left-handed axes, or left and right exchanged): left × up points "
    "backwards; its {axis} was mirrored (--mirror off leaves it)"
)


def reflection(axis: str) -> Floats:
    """(3, 3) the reflection along "x", "y" or "z"."""
    return np.diag([-1.0 if a == axis else 1.0 for a in "xyz"])


def turn_up(axis: str) -> Floats:
    """The rotation (3, 3) that brings an axis to +z without mirroring; "+y" as Blender's importers
    have it (X stays)."""
    turns = {
        "+z": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        "-z": [[1, 0, 0], [0, -1, 0], [0, 0, -1]],
        "+y": [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
        "-y": [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
        "+x": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
        "-x": [[0, -1, 0], [0, 0, 1], [-1, 0, 0]],
    }
    if axis not in turns:
        raise InputError(f"up axis {axis!r} is not one of {', '.join(AXES)}")
    return np.array(turns[axis], dtype=np.float64)


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


def find_unit(tracks: Tracks, match: Match) -> float:
    """Metres in one unit of the tracks; what the file says is believed where the body agrees."""
    return _unit(tracks, match)[1]


def _unit(tracks: Tracks, match: Match) -> tuple[str, float, tuple[str, ...]]:
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


def _up(tracks: Tracks, match: Match) -> tuple[str, tuple[str, ...], bool]:
    """The axis along which what is high on a standing body lies above what is low, notes, and
    whether it was guessed."""
    if tracks.up_given and tracks.up is not None:
        return tracks.up, (), False
    pairs = match.matched
    layout = match.layout.select([k for k, _ in pairs])
    positions = tracks.positions[:, [t for _, t in pairs]]
    height = rest_points(layout)[:, 1]
    seen = all_finite(positions)
    count = seen.sum(axis=1)
    level = np.where(seen, height - (seen @ height / np.maximum(count, 1))[:, None], 0.0)
    filled = positions if seen.all() else np.where(seen[..., None], positions, 0.0)
    steep = np.maximum(np.einsum("tk,tk->t", level, level), 1e-9)
    slope = np.einsum("tk,tkd->td", level, filled) / steep[:, None]
    usable = (count >= 4) & (level.max(axis=1) - level.min(axis=1) > 0.3)
    if tracks.up is not None and not usable.any():
        return tracks.up, (), False
    if usable.any():
        direction = np.median(slope[usable], axis=0)
        length = lengths(slope[usable])
        axis = int(np.argmax(np.abs(direction)))
        found = ("+" if direction[axis] > 0 else "-") + "xyz"[axis]
        clear = abs(direction[axis]) > 0.6 * float(np.median(length))
        if tracks.up in (None, found) and clear:
            return found, (), False
        if (
            tracks.up is not None
            and clear
            and (
                _floor_is(found, tracks.up, positions)
                or stands_along(found, tracks.up, positions, layout)
            )
        ):
            return found, (
                f"the file says that up is {tracks.up}, but the body stands and walks along "
                f"{found}",
            ), False  # fmt: skip
        if tracks.up is not None:
            return tracks.up, (), False
    fallback = _usual_up(tracks.source)
    note = f"nobody stands upright in this take; {fallback} was taken as up"
    return fallback, (note,), True


def _borne_out(
    bearing: Bearing | None, up: str, warnings: tuple[str, ...], guessed: bool
) -> tuple[str, tuple[str, ...], bool]:
    """The axis that is up, its warnings and whether it is a guess, held against feet that alone
    bear the body."""
    if bearing is None:
        return up, warnings, guessed
    along = {axis: float(bearing.up @ turn_up(axis)[2]) for axis in AXES}
    best = max(AXES, key=lambda axis: along[axis])
    if best == up or along[best] < np.cos(np.radians(_NEAR_AN_AXIS)):
        return up, warnings, guessed
    if along[up] > np.cos(np.radians(_AGAINST)):
        return up, warnings, guessed
    note = f"up is {best}: the feet alone bear the body along it"
    return best, (note,), False


def _floor_is(found: str, declared: str, positions: Floats) -> bool:
    """Whether the lowest point keeps its height along `found`, and does not along `declared`: there
    is a floor under people who walk, and under those who stand on their hands."""
    steady, other = (_unsteadiness(axis, positions) for axis in (found, declared))
    seen = all_finite(positions)
    there = positions[seen.any(axis=1)]
    extent = np.nanmax(there, axis=1) - np.nanmin(there, axis=1)
    body = float(np.nanmedian(extent.max(axis=-1))) if len(there) else 0.0
    return other > _WANDERS * body and other > 3.0 * steady


def _unsteadiness(axis: str, positions: Floats) -> float:
    height = positions[..., "xyz".index(axis[1])] * (1.0 if axis[0] == "+" else -1.0)
    seen = np.isfinite(height)
    lowest = np.where(seen, height, np.inf).min(axis=1)[seen.any(axis=1)]
    low, high = np.percentile(lowest, (10, 90))
    return float(high - low)


def _usual_up(source: str) -> str:
    """What tools of a format mostly have, for takes that don't show it."""
    name = source.lower()
    if name.endswith((".trc", ".bvh", ".csv")):
        return "+y"
    return "-y" if name.endswith(".json") else "+z"


def facing(tracks: Tracks, match: Match) -> float | None:
    """Where the person looks when first seen: degrees about Z from +X towards +Y, or None.

    tracks: metres, Z up (`to_world`). From the points left and right of the middle of the body.
    """
    pairs = match.matched
    layout = match.layout.select([k for k, _ in pairs])
    positions = tracks.positions[:, [t for _, t in pairs]]
    aside = rest_points(layout)[:, 0]
    torso = np.isin(layout.joints, list(TORSO))
    left, right = ((torso & (sign * aside > 0.03)) for sign in (1.0, -1.0))
    if not (left.any() and right.any()):
        return None
    across = _middle(positions[:, left]) - _middle(positions[:, right])
    ahead = np.stack((across[:, 1], -across[:, 0]), axis=1)  # across × up, on the floor
    known = ahead[np.isfinite(ahead).all(axis=1)][: max(1, round(tracks.rate))]
    if not len(known):
        return None
    x, y = known.sum(axis=0)
    return round(float(np.degrees(np.arctan2(y, x))) % 360.0, 1)


def _middle(points: Floats) -> Floats:
    seen = np.isfinite(points).all(axis=-1, keepdims=True)
    count = seen.sum(axis=1)
    total = np.where(seen, points, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
