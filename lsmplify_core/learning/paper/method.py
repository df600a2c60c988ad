# SPDX-License-Identifier: GPL-3.0-or-later
"""The paper's network as a method to measure: `lsmplify evaluate --method paper`."""

import os
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from ...body.body import Body, default_body
from ...evaluation.answers import Answer
from ...evaluation.takes import Take, keypoints
from ...ik.fit_problem import SolveSettings
from ...layouts.matching import match_layout
from ...motion.motion import Motion
from ...pipeline import solve
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from ...runtime.progress import run_steps
from .bodies import LAYOUT, betas_of
from .convert import load_paper_network
from .infer import PaperSolver
from .network import PaperNetwork

WEIGHTS: Final = Path(__file__).parents[2] / "weights" / "paper.npz"
VARIABLE: Final = "LSMPLIFY_PAPER_WEIGHTS"
"""Environment variable that names other weights, such as converted official ones."""
_FIRST_STEPS: Final = 3
"""Steps from the T-pose to the first frame's pose, where that is not given."""


@dataclass(frozen=True)
class Given:
    """A take in the network's terms: metres on a body of the default size.

    unit: metres of the take in one of these. target: (T, 25, 3). body: the person's, true size.
    """

    solver: PaperSolver
    target: Tensor
    unit: float
    body: Body


def paper(take: Take) -> Answer:
    """Each frame from its start where the take has starts, else frame after frame.

    The network neither finds a body nor bears gaps: the body is the start's, or the one that the
    default method calibrates; gaps are filled along straight lines. In sequence, frame 0 is
    approached from the T-pose set on the torso, unless the take tells the first pose. Raises
    InputError for other layouts than BODY_25.
    """
    if take.layout.name != LAYOUT:
        raise InputError(f"the paper's network knows {LAYOUT} only, not {take.layout.name}")
    began = time.perf_counter()
    body, saved = _body(take)
    given = in_its_terms(take.tracks.positions, body, load_paper_network(weights_file()))
    if take.start is not None:
        rotations, root = from_starts(given, take.start)
    else:
        known_truth = take.known_truth
        rotations, root = (
            run_steps(in_sequence(given))
            if known_truth is None
            else _from_truth(given, known_truth)
        )
    seconds = time.perf_counter() - began - saved
    motion = motion_of(given, rotations, root, take.tracks.rate)
    return Answer(motion, keypoints(motion, take.layout), seconds)


def _body(take: Take) -> tuple[Body, float]:
    """The person's body, and seconds that finding it took beyond what the method answers for."""
    if take.body is not None:
        return take.body, 0.0
    if take.start is not None:
        return take.start.body, 0.0
    began = time.perf_counter()
    match = match_layout(take.tracks.names, take.layout)
    solution = solve(take.tracks, match=match, settings=SolveSettings(iterations=1))
    wasted = time.perf_counter() - began - solution.report["seconds"]["calibrate"]
    return solution.motion.body, wasted


def weights_file() -> Path:
    """What the environment variable names, else where the project keeps them."""
    return Path(os.environ.get(VARIABLE, WEIGHTS))


def in_its_terms(positions: Floats, body: Body, network: PaperNetwork) -> Given:
    """A person's BODY_25 keypoints (T, 25, 3), metres, NaN where unseen."""
    unit = body.height / default_body().height
    solver = PaperSolver(network, body.offsets / unit, betas_of(body))
    filled = _filled(positions) / unit
    return Given(solver, torch.as_tensor(filled, dtype=torch.float32), unit, body)


def motion_of(given: Given, rotations: Tensor, root: Tensor, rate: float) -> Motion:
    """The network's poses as a motion of the person."""
    whole = rotations.cpu().double().numpy()
    return Motion(whole, root.cpu().double().numpy() * given.unit, rate, given.body)


def from_starts(given: Given, start: Motion) -> tuple[Tensor, Tensor]:
    """Pairs and plug-in: all frames at once."""
    pose = torch.as_tensor(start.rotations, dtype=torch.float32)
    root = torch.as_tensor(start.root / given.unit, dtype=torch.float32)
    rotations = given.solver.steps(pose, root, given.target)
    return rotations, given.solver.placed(rotations, given.target)


def in_sequence(given: Given) -> Generator[float, None, tuple[Tensor, Tensor]]:
    """Frame after frame from the T-pose set on the torso; yields the share of them that is done."""
    first = given.target[:1]
    pose, root = given.solver.resting(first)
    for _ in range(_FIRST_STEPS):
        pose = given.solver.steps(pose, root, first)
        root = given.solver.placed(pose, first)
    return (yield from given.solver.sequence_steps(pose[0], root[0], given.target, None))


def _from_truth(given: Given, known_truth: Motion) -> tuple[Tensor, Tensor]:
    """In sequence from the true first pose, with every frame's true place, as published."""
    first = torch.from_numpy(known_truth.rotations[0].astype(np.float32))
    roots = torch.from_numpy((known_truth.root / given.unit).astype(np.float32))
    return given.solver.sequence(first, roots[0], given.target, roots)


def _filled(positions: Floats) -> Floats:
    """(T, K, 3) with gaps filled along straight lines; a point never seen rests at its fellows'
    mean."""
    filled = positions.copy()
    frames = np.arange(len(filled))
    middle = np.nanmean(positions, axis=1)
    for k in range(filled.shape[1]):
        seen = np.isfinite(positions[:, k, 0])
        for axis in range(3):
            filled[:, k, axis] = (
                np.interp(frames, frames[seen], positions[seen, k, axis])
                if seen.any()
                else middle[:, axis]
            )
    return filled
