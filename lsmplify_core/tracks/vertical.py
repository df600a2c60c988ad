# SPDX-License-Identifier: GPL-3.0-or-later
"""Where up is in tracks as they stand in a scene, found because somebody asked for it."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..layouts.matching import Match
from .level import angle, turn_onto_z
from .tracks import Tracks
from .units_and_axes import find_world

Floats = NDArray[np.float64]

LEAST_DEGREES: Final = 4.0
"""Who asks for level tracks has smaller tilts in mind than those that are righted unasked, which
begin at 7 to 10 degrees. Below this, bodies lean so much themselves."""


@dataclass(frozen=True)
class Vertical:
    """up: (3,) unit vector in the tracks' own axes. degrees: between it and their Z, 0 where they
    stand. evidence: what showed it, in words."""

    up: Floats
    degrees: float
    evidence: str

    @property
    def turn(self) -> Floats:
        """(3, 3) the smallest rotation of the tracks that brings `up` to +Z."""
        return turn_onto_z(self.up)

    @property
    def text(self) -> str:
        """The direction as `--up` takes it."""
        return ",".join(f"{v:.4f}" for v in self.up)


def find_vertical(tracks: Tracks, match: Match) -> Vertical:
    """Where up is, by the body's long axis first and then by floor, stance and gait.

    Args:
        tracks: in any unit and with any axis up; what was said of up before is not believed.
        match: which track is which point of the body.

    Returns:
        The vertical; Z itself with 0 degrees where nothing shows a tilt.

    Raises:
        InputError: where no two neighbouring points are ever seen together.
    """
    asked = replace(tracks, up=None, up_given=False, may_level=True)
    world = find_world(asked, match, least_tilt=LEAST_DEGREES)
    up = np.asarray(world.turn.T @ np.array([0.0, 0.0, 1.0]), dtype=np.float64)
    evidence = world.level_by or "the body's long axis"
    return Vertical(up, angle(up, np.array([0.0, 0.0, 1.0])), evidence)
