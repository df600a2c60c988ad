# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains open about a take's world: which way is up, which side is left, how long a metre
is."""

from .evidence import Evidence, Measure


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name: 1 for what is so, shares of frames, metres."""
    world = evidence.world
    if world is None:
        return {}
    found = {
        "up_guessed": Measure(float(world.up_guessed)),
        "up_against": Measure(world.up_against),
    }
    if world.mirror:
        found["mirrored"] = Measure(float(world.names_exchanged is None))
        found["names_exchanged"] = Measure(float(world.names_exchanged is True))
    if world.unit_said:
        found["stature_said"] = Measure(evidence.stature)
    return found
