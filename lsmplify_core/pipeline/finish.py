# SPDX-License-Identifier: GPL-3.0-or-later
"""The last stages: what the second pass left out, smooth poses, the anatomical convention."""

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from ..anatomy.habit import with_twists_of
from ..body.markers import PoseSequence
from ..ik.convention.apply import AppliedConvention, apply_convention, reapply_convention
from ..ik.convention.toes import ToePrior
from ..ik.fit_problem import FitProblem
from ..ik.learned.predictor import Prediction
from ..ik.noise_correction import correction_steps
from ..ik.smoothing import fill_frames, smooth_poses
from ..repair import apply
from ..repair.records import summary
from ..repair.second_pass import SecondPass, outlier_records, track_errors
from ..tracks.denoising import correction_shares
from .person import Person, known_places
from .prepare import PreparedTake
from .request import Request


def without_outliers(
    take: PreparedTake,
    person: Person,
    problem: FitProblem,
    poses: PoseSequence,
    second_pass: SecondPass,
) -> tuple[PreparedTake, Person]:
    """The take without the samples that the second pass left out.

    Args:
        take: what the first stages found.
        person: the calibrated person.
        problem: what was solved.
        poses: of every frame.
        second_pass: which samples it left out.

    Returns:
        The take with a longer list of repairs, and the person with those samples' weights at zero.
    """
    if not second_pass.outliers.any():
        return take, person
    error = person.unit * track_errors(poses, problem.observations)
    found = outlier_records(second_pass.outliers, error, take.measured.names)
    all_warnings = (*take.measured.warnings, *summary(found))
    measured = replace(apply(take.measured, found), warnings=all_warnings)
    weights = np.where(second_pass.outliers, 0, person.observed.weights)
    observed = replace(person.observed, weights=weights)
    return (
        replace(take, measured=measured, repairs=(*take.repairs, *found)),
        replace(person, observed=observed),
    )


def smoothed(take: PreparedTake, problem: FitProblem, second_pass: SecondPass) -> PoseSequence:
    """Poses in every frame, smoothed as far as the tracks are noisy.

    Args:
        take: what the first stages found.
        problem: what was solved.
        second_pass: the poses that it ended with.

    Returns:
        The poses; frames that show too little are interpolated, or held at the take's ends.
    """
    return smooth_poses(
        fill_frames(second_pass.poses, take.visible), take.filled.rate, problem.smooth
    )


def corrected_steps(
    take: PreparedTake,
    person: Person,
    problem: FitProblem,
    poses: PoseSequence,
    learned: Prediction,
) -> Generator[float, None, PoseSequence]:
    """Poses of noisy keypoints after the correction that a network has learned for them.

    Args:
        take: what the first stages found.
        person: the calibrated person.
        problem: what was solved.
        poses: of every frame, smooth.
        learned: the network's rotations and its expected errors.

    Yields:
        The share that is done, 0 to 1.

    Returns:
        The poses; the same where none is to be made.
    """
    if problem.corrected <= 0.0:
        return poses
    share = correction_shares(take.measured, problem.corrected, problem.first)
    return (yield from correction_steps(problem, person.observed, poses, learned, share))


def in_convention(
    take: PreparedTake,
    person: Person,
    problem: FitProblem,
    poses: PoseSequence,
    learned: Prediction,
    request: Request,
) -> tuple[PoseSequence, Person, AppliedConvention | None]:
    """The poses in the anatomical convention, or in the habit of the motion to start from.

    Args:
        take: what the first stages found.
        person: the calibrated person.
        problem: what was solved.
        poses: of every frame.
        learned: the network's rotations and its expected errors.
        request: what was asked for.

    Returns:
        The poses, the person with the points' places that belong to them, and how much of the
        convention its tracks support (None where it was not asked for).
    """
    if request.settings.convention == "keep":
        if request.init is None:
            return poses, person, None
        given = request.init.rotations.astype(poses.rotations.dtype)
        turned = with_twists_of(poses.rotations, given, np.asarray(person.observed.bones))
        return PoseSequence(turned, poses.root), person, None
    before = None if request.facts is None else request.facts.applied_convention
    known = known_places(take, person, request.calibration)
    fitted = (poses, person.observed, learned.sigma, problem.noise, take.filled.rate)
    noisy = problem.smooth > 0
    saved = request.calibration
    prior = None if saved is None else saved.convention
    feet = None if saved is None else saved.flat_feet
    toes = None if saved is None or feet is None else ToePrior(feet, saved.toes)
    poses, observed, applied = (
        apply_convention(*fitted, noisy=noisy, known=known, prior=prior, toe_prior=toes)
        if before is None
        else reapply_convention(before, *fitted, noisy=noisy)
    )
    offsets = np.asarray(observed.offsets, dtype=np.float64) * person.unit
    calibration = replace(person.calibration, offsets=offsets)
    return poses, replace(person, observed=observed, calibration=calibration), applied
