# SPDX-License-Identifier: GPL-3.0-or-later
"""All props of a take: from their markers, and those that the capture system solved itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..layouts.matching import Match
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks
from ..tracks.units import find_unit
from ..tracks.units_and_axes import World, converted
from .find import PropTracks, find_props, named

if TYPE_CHECKING:  # every reader of every format comes with it, a third of a solve's imports
    from ..reading.systems.rigid_bodies import RigidBody
    from .prop import Prop  # nor are poses of props, seven modules, what a body needs


@dataclass(frozen=True)
class PosedPerson:
    """tracks: somebody's, as they were matched. match: which of them are the body's."""

    tracks: Tracks
    match: Match


def props_of(tracks: Tracks, match: Match) -> tuple[PropTracks, ...]:
    """The props among one person's tracks, in any unit; those that the match left out, if it says
    any."""
    if match.props:
        return named(match.props, tracks.names)
    if match.certainty is not None:  # all tracks were looked through then
        return ()
    joints = match.layout.joints
    body = {t: int(joints[k]) for k, t in match.matched}
    if len(tracks.names) - len(body) < 3:
        return ()
    return find_props(tracks.positions * find_unit(tracks, match)[1], tracks.names, body)


def solve_props(
    tracks: Tracks,
    people: Sequence[PosedPerson],
    world: World,
    bodies: "Sequence[RigidBody]" = (),
) -> "tuple[Prop, ...]":
    """The poses of all props of a take, in metres and Z up.

    Args:
        tracks: of the take, everybody's and nobody's.
        people: whom tracks belong to.
        world: how they become metres with Z up.
        bodies: what the capture system solved; it counts where markers give the same name.

    Raises:
        InputError: where a prop's markers are not seen together.
    """
    return pose_props(tracks, found_among(tracks, people, world), world, bodies)


def found_among(
    tracks: Tracks, people: Sequence[PosedPerson], world: World
) -> tuple[PropTracks, ...]:
    """Which tracks of a take are its props; the arguments are those of `solve_props`. A sample of
    a long take will do."""
    at = {name: k for k, name in enumerate(tracks.names)}
    placed = converted(tracks, world)
    body: dict[int, int] = {}
    left_out: list[tuple[int, ...]] = []
    for person in people:
        own, joints = person.tracks.names, person.match.layout.joints
        body |= {at[own[t]]: int(joints[k]) for k, t in person.match.matched if own[t] in at}
        groups = [[at[own[t]] for t in group if own[t] in at] for group in person.match.props]
        left_out += [tuple(g) for g in groups if len(g) >= 3]
    known = {t for group in left_out for t in group}
    found = list(named(left_out, tracks.names))
    if not any(p.match.certainty is not None for p in people):
        others = {**body, **dict.fromkeys(known, 0)}
        found += find_props(placed.positions, tracks.names, others, [p.name for p in found])
    return tuple(found)


def pose_props(
    tracks: Tracks, found: Sequence[PropTracks], world: World, bodies: "Sequence[RigidBody]" = ()
) -> "tuple[Prop, ...]":
    """The poses of props whose tracks are known, in metres and Z up.

    Args:
        tracks: that hold the props', of the whole take.
        found: which of them are each prop's.
        world: how they become metres with Z up.
        bodies: what the capture system solved; it counts where markers give the same name.

    Raises:
        InputError: where a prop's markers are not seen together.
    """
    from .prop import solve_prop

    placed = converted(tracks, world)
    taken = {b.name for b in bodies}
    solved = [
        solve_prop(
            placed.positions[:, list(p.tracks)], [tracks.names[t] for t in p.tracks],
            tracks.rate, p.name,
        )
        for p in found if p.name not in taken
    ]  # fmt: skip
    given = [prop_of_body(b, world, tracks.frames, tracks.rate) for b in bodies]
    return (*(p for p in given if p is not None), *solved)


def prop_of_body(body: "RigidBody", world: World, frames: int, rate: float) -> "Prop | None":
    """A rigid body of the capture system as a prop with its gaps filled; None where it was never
    solved or belongs to another length of take.

    Args:
        body: in the file's unit and axes.
        world: how these become metres with Z up.
        frames: of the take.
        rate: frames per second of the take.
    """
    from .fit_rigid import seen_of
    from .gaps import carried_through, filled_locations, smooth_signs
    from .prop import Prop

    measured = seen_of(body.location)
    if len(body.location) != frames or not measured.any():
        return None
    location = body.location * world.unit @ world.turn.T
    rotation = _turned(body.rotation, world.turn)
    nothing = np.full((frames, 1, 3), np.nan)
    carried = carried_through(rotation, measured, np.zeros((1, 3)), nothing, rate)
    return Prop(body.name, rate, filled_locations(location, rate), smooth_signs(carried), measured)


def _turned(rotation: Floats, turn: Floats) -> Floats:
    """The body's axes in the turned world; a mirrored world mirrors its first axis back, so that
    they stay right-handed."""
    turned = turn @ rotation
    if np.linalg.det(turn) < 0:
        turned = turned @ np.diag([-1.0, 1.0, 1.0])
    return turned
