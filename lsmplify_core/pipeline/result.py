# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion, evidence and report from the poses of a take."""

from dataclasses import replace

import numpy as np

from ..body.markers import PoseSequence
from ..body.smpl_file import SmplFile
from ..calibration.take_facts import TakeFacts
from ..ik.learned.predictor import Prediction
from ..ik.problem import valid_frames
from ..motion.motion import Motion
from ..motion.report import make_report
from ..repair.second_pass import track_errors
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..runtime.stages import Stages
from ..tracks.frame_rate import rate_warning
from ..verdict import Evidence, Verdict
from .gaps import gap_warnings
from .person import Person
from .prepare import PreparedTake
from .rest_pose import palms_warning
from .solution import Solution


def measured_errors(take: PreparedTake, person: Person, poses: PoseSequence) -> Floats:
    """Distances of the body's points to the tracks as they were measured.

    Args:
        take: what the first stages found.
        person: the calibrated person.
        poses: of every frame.

    Returns:
        (T, K) lengths of the problem, NaN where unseen.

    Raises:
        InputError: where no pose could be found, since the tracks are nowhere near a body.
    """
    lost = ~np.isfinite(poses.root).all(axis=-1) | ~np.isfinite(poses.rotations).all((1, 2, 3))
    if lost.any():
        raise InputError(
            f"{take.measured.source}: no pose fits the tracks at frame {int(np.argmax(lost))}: "
            "they are nowhere near a body; check their unit, their names and their values there"
        )
    observed = person.observed
    if take.denoising > 0:
        points = np.nan_to_num((take.measured.positions - person.origin) / person.unit)
        observed = replace(observed, points=points.astype(observed.points.dtype))
    error = track_errors(poses, observed)
    error[~take.measured.seen] = np.nan
    return error


def motion_of(take: PreparedTake, person: Person, poses: PoseSequence, error: Floats) -> Motion:
    """The poses in the world, on the calibrated body.

    Args:
        take: what the first stages found.
        person: the calibrated person.
        poses: of every frame.
        error: (T, K) lengths of the problem, the tracks' distances.

    Returns:
        The motion, metres, Z up, at the tracks' rate.
    """
    of_file = isinstance(take.body, SmplFile)
    return Motion(
        poses.rotations.astype(np.float64),
        poses.root.astype(np.float64) * person.unit + person.origin,
        take.filled.rate,
        person.calibration.body,
        take.filled.names,
        error * person.unit,
        person.calibration.shape if of_file else None,
        take.body.gender if isinstance(take.body, SmplFile) else "neutral",
    )


def evidence_of(
    motion: Motion, take: PreparedTake, person: Person, learned: Prediction
) -> Evidence:
    """What the verdict looks at.

    Args:
        motion: the result.
        take: what the first stages found.
        person: the calibrated person.
        learned: the network's rotations and its expected errors.

    Returns:
        The evidence.
    """
    match = take.match
    return Evidence(
        motion,
        take.measured,
        take.repairs,
        learned.sigma,
        np.asarray(person.observed.joints),
        person.calibration.offsets,
        match.layout.offsets[[k for k, _ in match.matched]],
        match.certainty,
        take.world.unit_name != "arbitrary",
        take.world,
    )


def make_solution(
    take: PreparedTake,
    person: Person,
    learned: Prediction,
    evidence: Evidence,
    verdict: Verdict,
    stages: Stages,
    facts: TakeFacts,
) -> Solution:
    """The result with its report.

    Args:
        take: what the first stages found.
        person: the calibrated person.
        learned: the network's rotations and its expected errors.
        evidence: what the verdict was found from.
        verdict: whether the result can be used.
        stages: with the seconds of each.
        facts: what other frames of the take can be solved with.

    Returns:
        The solution.
    """
    measured, world, motion = take.measured, take.world, evidence.motion
    warnings = (
        *measured.warnings, *rate_warning(measured), *gap_warnings(valid_frames(measured)),
        *palms_warning(facts.palms),
    )  # fmt: skip
    report = make_report(
        motion,
        measured,
        take.match.layout.name,
        world.unit_name,
        world.up,
        stages.seconds,
        (*verdict.warnings(), *warnings),
        verdict.to_json(),
        evidence.places,
    )
    return Solution(
        motion, report, take.match, learned.sigma, np.asarray(person.observed.joints),
        person.calibration.offsets, take.repairs, evidence, verdict, facts,
    )  # fmt: skip
