# SPDX-License-Identifier: GPL-3.0-or-later
"""What a solve gives, and what is found from it afterwards."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calibration.calibration_file import SavedCalibration
from ..calibration.take_facts import TakeFacts
from ..ik.convention.toes import toe_prior
from ..layouts.layout import keypoints_at
from ..layouts.matching import Match
from ..motion.motion import Motion
from ..repair import Repair
from ..runtime.array_types import Floats
from ..verdict import Evidence, Verdict, with_verdict


@dataclass(frozen=True)
class Scaling:
    """A world `size` times as large about a place c (3,), metres: x' = c + size (x - c)."""

    size: float
    about: Floats

    def of(self, points: Floats) -> Floats:
        """Points (..., 3) in the larger world."""
        return self.about + self.size * (points - self.about)


@dataclass(frozen=True)
class Solution:
    """motion: at the tracks' own rate. report: the contract's, without seconds of read and write.
    match: which track was which keypoint. expected: (T, 22) radians, the error that the network
    expects of each rotation. offsets: (K, 3) metres, the calibrated places of the tracks on the
    joints of `motion.body`. joints: (K,) those joints. repairs: what was mended in the tracks
    before. evidence: what its verdict was found from. verdict: whether it can be used. facts: what
    other frames of the take can be solved with. scaling: by which motion and offsets are larger
    than the tracks; None where they are as large."""

    motion: Motion
    report: dict[str, Any]
    match: Match
    expected: Floats
    joints: NDArray[np.intp]
    offsets: Floats
    repairs: tuple[Repair, ...] = ()
    evidence: Evidence | None = None
    verdict: Verdict | None = None
    facts: TakeFacts | None = None
    scaling: Scaling | None = None


def judged_again(solution: Solution, motion: Motion, report: dict[str, Any]) -> Solution:
    """A solution with another motion of the same take, and the verdict on that one.

    Args:
        solution: what was solved.
        motion: the motion in its place, with its track errors.
        report: the solution's, with the figures of the new motion.

    Returns:
        The solution with both, its verdict and the report's found anew.
    """
    if solution.evidence is None:
        return replace(solution, motion=motion, report=report)
    evidence = replace(solution.evidence, motion=motion)
    report, verdict = with_verdict(report, evidence)
    return replace(solution, motion=motion, report=report, evidence=evidence, verdict=verdict)


def calibration_of(solution: Solution) -> SavedCalibration:
    """What a solve found out about the person, for other takes."""
    motion = solution.motion
    points = keypoints_at(motion.track_names, solution.joints, solution.offsets)
    layout, facts = solution.match.layout.name, solution.facts
    if facts is None:
        return SavedCalibration(motion.body, points, layout)
    applied = facts.applied_convention
    convention = None if applied is None else applied.convention
    toes = None if applied is None else toe_prior(applied.toes)
    feet, shares = (None, None) if toes is None else (toes.flat, toes.shares)
    return SavedCalibration(
        motion.body, points, layout, convention, facts.calibration.residual, feet, shares
    )
