# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes with the faults of real files put in on purpose, to measure whether a verdict notices.

Each fault takes the clean tracks of a take (metres, Z up) and gives what a reader would hand on had
the file been wrong in that way.
"""

from typing import Final

from .fault import Fault
from .frames import (
    held,
    held_all,
    late_tracks,
    lost_all,
    lost_leg,
    missing_rows,
    shuffled_rows,
    wandering,
)
from .labels import (
    exchanged_legs,
    exchanged_sides,
    exchanged_span,
    mixed_names,
    names_by_frame,
    neighbours_order,
    one_coordinate,
    other_order,
    people_in_turn,
    two_people,
)
from .values import (
    angles,
    random_points,
    some_not_places,
    velocities,
)
from .world import (
    flat,
    mirrored,
    tilted,
    wrong_aspect,
    wrong_unit,
    wrong_up,
)

__all__ = ["FAULTS", "Fault"]

FAULTS: Final[dict[str, Fault]] = {
    f.__name__.replace("_", " "): f
    for f in (
        other_order, neighbours_order, two_people, people_in_turn, mirrored, exchanged_sides,
        exchanged_span, exchanged_legs, wrong_up, tilted, held, held_all, missing_rows,
        shuffled_rows, late_tracks, velocities, angles, some_not_places, random_points, mixed_names,
        names_by_frame, flat, wrong_aspect, wrong_unit, one_coordinate, lost_leg, lost_all,
        wandering,
    )
}  # fmt: skip
"""Faults by name."""
