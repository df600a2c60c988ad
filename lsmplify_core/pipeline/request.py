# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for with the tracks of a take."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..body.body import Body
from ..body.smpl_file import SmplFile
from ..calibration.calibration_file import SavedCalibration
from ..calibration.take_facts import TakeFacts
from ..ik.fit_problem import SolveSettings
from ..layouts.matching import Match
from ..motion.motion import Motion
from ..repair import Repair


@dataclass(frozen=True)
class Request:
    """What was asked for with the tracks; the fields are the arguments of `solve_steps`.

    palms: radians that the palms of `init` were turned back by, since its rig has others at rest.
    """

    match: Match | None
    layout: str
    body: Body | SmplFile | None
    init: Motion | None
    settings: SolveSettings
    repairs: Sequence[Repair] | None
    calibration: SavedCalibration | None
    facts: TakeFacts | None
    palms: float = 0.0
