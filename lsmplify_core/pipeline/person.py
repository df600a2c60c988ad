# SPDX-License-Identifier: GPL-3.0-or-later
"""The calibrated person of a take, and the problem that network and refinement are given."""

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..body.body import Body, default_body
from ..body.markers import MarkerObservations, PoseSequence
from ..body.shape_space import RegionSpace, ShapeSpace, betas_of
from ..body.smpl_file import SmplFile
from ..calibration.calibrate import Calibration, FixedOffsets, calibrate_steps
from ..calibration.calibration_file import SavedCalibration
from ..ik.fit_problem import FitProblem, make_problem
from ..ik.learned.coarse_to_fine import coarse_stride
from ..ik.learned.network import load_network
from ..ik.noise_correction import LEAST_RATE, correction_applies
from ..ik.problem import (
    at_network_size,
    initial_poses,
    observations_of,
)
from ..ik.smoothing import fill_frames
from ..runtime.array_types import Floats
from ..tracks.denoising import correction_share
from .prepare import PreparedTake
from .request import Request


@dataclass(frozen=True)
class Person:
    """The calibrated person and the take on a body of the size that the network knows.

    unit: metres in one of `observed`'s lengths. origin: (3,) metres, the world's place of its zero.
    """

    calibration: Calibration
    observed: MarkerObservations
    unit: float
    origin: Floats


def calibration_steps(take: PreparedTake, request: Request) -> Generator[float, None, Person]:
    """Proportions or betas of the person, and the points' places on the joints.

    Args:
        take: what the first stages found.
        request: what was asked for.

    Yields:
        The share of the calibration that is done.

    Returns:
        The calibrated person.
    """
    saved, facts = request.calibration, request.facts
    if facts is not None:
        target, origin = observations_of(take.filled, take.match, facts.calibration.body)
        return _person(facts.calibration, target, origin)
    space: ShapeSpace
    if isinstance(take.body, SmplFile):
        space = betas_of(take.body)
    else:
        space = RegionSpace(take.body or default_body())
    target, origin = observations_of(take.filled, take.match, space.mean)
    fixed_offsets = None
    if saved is not None:
        fixed_offsets = FixedOffsets(
            *saved.offsets_for(take.filled.names, np.asarray(target.joints))
        )
    seen = replace(target, weights=target.weights * take.visible[:, None])
    fixed = isinstance(take.body, Body)
    found = yield from calibrate_steps(
        load_network(), space, seen, take.filled.rate, fixed, fixed_offsets=fixed_offsets
    )
    known = fixed and fixed_offsets is not None and bool(fixed_offsets.known.all())
    if known and saved is not None and saved.residual is not None:
        # nothing is found on this take, which may be a few frames of another
        found = replace(found, residual=saved.residual)
    return _person(found, target, origin)


def _person(calibration: Calibration, target: MarkerObservations, origin: Floats) -> Person:
    unit, observed = at_network_size(target, calibration.body, calibration.offsets)
    return Person(calibration, observed, unit, origin)


def make_fit_problem(take: PreparedTake, person: Person, request: Request) -> FitProblem:
    """What network and refinement are given to fit.

    Args:
        take: what the first stages found.
        person: the calibrated person.
        request: what was asked for.

    Returns:
        The problem, in lengths of the body that the network knows.
    """
    init = request.init
    start = initial_poses(person.observed, take.visible, init, person.origin, person.unit)
    residual = person.calibration.residual / person.unit
    noise = take.noise / person.unit if take.denoising > 0 else None
    problem = make_problem(
        start, person.observed, take.filled.rate, residual, request.settings, init is not None,
        noise, take.filled.first_frame,
    )  # fmt: skip
    problem = replace(problem, corrected=_corrected(problem, take, request))
    if init is None and request.facts is None and problem.iterations > 1:
        return _begun_from_calibration(problem, take, person)
    return problem


def _corrected(problem: FitProblem, take: PreparedTake, request: Request) -> float:
    """How much of the learned correction for noise the poses get, 0 to 1. None where a habit is to
    be kept: the network was trained towards the anatomical convention. None where poses are given
    to start from: they may know more than it does. None at fewer frames a second than it helps at
    when tracks are clean (`LEAST_RATE`). A part of a take gets what the whole one does,
    however noisy the part is: poses of two blocks would not meet otherwise."""
    settings = request.settings
    if problem.smooth <= 0.0 or settings.refine == 0 or settings.convention == "keep":
        return 0.0
    if request.init is not None or take.filled.rate < LEAST_RATE:
        return 0.0
    if request.facts is not None:
        return request.facts.corrected
    places = take.match.layout.offsets[[keypoint for keypoint, _ in take.match.matched]]
    applies = correction_applies(places)
    return correction_share(take.noise) if applies else 0.0


def _begun_from_calibration(problem: FitProblem, take: PreparedTake, person: Person) -> FitProblem:
    """A take that is so short that it was calibrated on frames as near to each other as those that
    the network would solve first begins with their poses, and one iteration is enough."""
    frames, poses = person.calibration.frames, person.calibration.poses
    known, first = np.unique(frames, return_index=True)
    seen = take.visible[known]
    known, first = known[seen], first[seen]
    every = np.concatenate(([0], known, [problem.frames - 1]))
    if np.diff(every).max() > coarse_stride(problem.frames, problem.rate):
        return problem
    start = problem.start
    rotations, root = start.rotations.copy(), start.root.copy()
    rotations[known], root[known] = poses.rotations[first], poses.root[first] / person.unit
    solved = np.zeros(problem.frames, dtype=bool)
    solved[known] = True
    filled = fill_frames(PoseSequence(rotations, root), solved)
    kind = start.root.dtype
    start = PoseSequence(filled.rotations.astype(kind), filled.root.astype(kind))
    return replace(problem, start=start, warm_start=True, iterations=1)


def known_places(
    take: PreparedTake, person: Person, saved: SavedCalibration | None
) -> NDArray[np.bool_] | None:
    """Points whose places another take's calibration says.

    Args:
        take: what the first stages found.
        person: the calibrated person.
        saved: the other take's calibration.

    Returns:
        (K,) of the person's points; None without a calibration.
    """
    if saved is None:
        return None
    return saved.offsets_for(take.filled.names, np.asarray(person.observed.joints))[1]
