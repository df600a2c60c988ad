# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file's unit and axes to metres with Z up: found from the body that the tracks show."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..layouts.matching import Match
from ..runtime.array_types import Floats
from .axes import checked_by_feet, find_up, reflection, turn_up
from .bearing import find_bearing
from .level import find_tilt, turn_onto_z
from .mirror import MIRRORED, exchanged_names, handedness
from .tracks import Tracks
from .units import find_unit
from .upright import stands_against


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
    name, unit, unit_warnings = find_unit(tracks, match)
    metres = points * unit
    up, up_warnings, guessed = find_up(tracks, match)
    if not tracks.up_given:
        up, up_warnings, guessed = checked_by_feet(
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
