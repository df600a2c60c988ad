# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains open about a take's world: which way is up, which side is left, how long a metre
is."""

from typing import Final

from ..geometry.skeleton import JOINT_INDEX
from .evidence import Evidence, Measure
from .posed_body import directions

_UPRIGHT: Final = 0.7
"""Cosine of 45 degrees between the trunk and the vertical of somebody who stands."""
_LEAST: Final = 0.01
"""What is said at least of frames in which nobody stands, where up was guessed."""


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name: shares of frames, how sure a mirror image is (0 to 1), metres."""
    world = evidence.world
    if world is None:
        return {}
    found = {"up_against": Measure(world.up_against)}
    if world.up_guessed:
        placed = evidence.body.placed
        along = directions(placed[:, JOINT_INDEX["Neck"]] - placed[:, 0])[2]
        found["up_guessed"] = Measure(max(float((along < _UPRIGHT).mean()), _LEAST))
    if world.mirror and world.names_exchanged is not False:
        name = "mirrored" if world.names_exchanged is None else "names_exchanged"
        found[name] = Measure(-world.handed)
    if world.unit_said:
        found["stature_said"] = Measure(evidence.stature)
    return found
