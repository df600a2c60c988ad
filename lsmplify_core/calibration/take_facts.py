# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for a whole take and is found on some of its frames: the solve of the others begins
with it, so that a take that is solved in blocks is of one person in one world."""

from dataclasses import dataclass

from ..body.body import Body
from ..body.smpl_file import SmplFile
from ..ik.convention.apply import AppliedConvention
from ..layouts.matching import Match
from ..tracks.units_and_axes import World
from .calibrate import Calibration


@dataclass(frozen=True)
class TakeFacts:
    """Found by a solve of some frames, for the other frames of the same tracks.

    Attributes:
        match: which track is which point.
        world: the tracks' unit, axes and tilt.
        body: None for the default one, or what was asked for.
        calibration: the person, and the points' places before the convention.
        noise: of the tracks, in lengths of a body of the size that the network knows (metres).
        smooth: seconds, the standard deviation of the filter that such noise calls for.
        denoising: seconds, the same of the tracks' own smoothing before the solve; 0 for none.
        applied_convention: how poses were brought into the convention; None where they were not.
        palms: radians that the palms of the motion to start from were turned back by.
        corrected: how much of the learned correction for noise the poses get, 0 to 1.
    """

    match: Match
    world: World
    body: Body | SmplFile | None
    calibration: Calibration
    noise: float
    smooth: float
    denoising: float
    applied_convention: AppliedConvention | None
    palms: float = 0.0
    corrected: float = 0.0
