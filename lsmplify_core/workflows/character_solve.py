# SPDX-License-Identifier: GPL-3.0-or-later
"""A take solved on a character's own proportions, so that nothing has to be transferred.

The character is hardly ever as tall as the performer. So the performer is calibrated first; the
take is then solved on the character's body brought to the performer's size by the length of the
legs, and the result is brought back to the character's, about the floor.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ..body.body import Body
from ..calibration.calibration_file import SavedCalibration
from ..cleanup.feet.floor import Floor, find_floor
from ..geometry.skeleton import JOINT_INDEX
from ..ik.fit_problem import SolveSettings
from ..layouts.matching import Match
from ..motion.motion import Motion
from ..pipeline import Progress, Scaling, Solution, person_steps
from ..repair import Repair
from ..runtime.array_types import Floats
from ..runtime.progress import with_progress
from ..tracks.tracks import Tracks
from ..verdict.grading import graded, measured
from ..verdict.records import is_verdict
from .research_methods import Research
from .research_solve import research_steps

_FIRST: Final = 0.3
"""Share of the whole time that the performer's calibration takes."""
_SAME: Final = 0.02
"""Ratio of sizes, beside 1, under which they count as equal in what is told."""
_OF_A_PERSON: Final = ("proportions", "stature")
"""Measures of the verdict that say nothing of a character."""
_DISPLACED: Final = 0.15
"""Metres that points may sit from their layout's places on a character: twice what a person may,
for the layout is a person's."""
_LEG: Final = [JOINT_INDEX[n] for n in ("L_Knee", "L_Ankle", "R_Knee", "R_Ankle")]


def character_steps(
    tracks: Tracks,
    body: Body,
    *,
    match: Match,
    init: Motion | None = None,
    settings: SolveSettings | None = None,
    repairs: Sequence[Repair] | None = None,
    calibration: SavedCalibration | None = None,
    research: Research | None = None,
) -> Generator[Progress, None, Solution]:
    """`research_solve.research_steps` on a character's body of any size.

    Args:
        tracks: as read, in any unit and with any axis up.
        body: the character's lengths, `retarget.body_of`; metres of the world.
        match: which track is which keypoint.
        init, settings, repairs, research: as in `research_steps`.
        calibration: the performer's, where it is known: it says their size.

    Yields:
        The stage and the share of the whole that is done.

    Returns:
        The solution, its motion on `body` in the world. Track errors stay those of the tracks, in
        metres; the points' places on the joints are at the character's size.

    Raises:
        InputError: for tracks that cannot be solved.
    """
    finding = person_steps(tracks, match=match, repairs=repairs, calibration=calibration)
    person = yield from with_progress(finding, lambda p: Progress(p.step, _FIRST * p.done))
    size = leg_length(body) / leg_length(person)
    solving = research_steps(
        tracks, match=match, body=resized(body, 1.0 / size), init=init, settings=settings,
        repairs=repairs, research=research,
    )  # fmt: skip
    solution = yield from with_progress(
        solving, lambda p: Progress(p.step, _FIRST + (1.0 - _FIRST) * p.done)
    )
    return at_size(judged_as_character(solution), body, size)


def judged_as_character(solution: Solution) -> Solution:
    """The solution with a verdict that does not ask a character for a person's proportions: only
    whether the tracks fit, move and bend as they should."""
    if solution.evidence is None:
        return solution
    measures = {n: m for n, m in measured(solution.evidence).items() if n not in _OF_A_PERSON}
    if measures["displaced"].value < _DISPLACED:
        del measures["displaced"]
    verdict = graded(measures)
    kept = [w for w in solution.report["warnings"] if not is_verdict(w)]
    warnings = [*verdict.warnings(), *kept]
    report = {**solution.report, "warnings": warnings, "verdict": verdict.to_json()}
    return replace(solution, report=report, verdict=verdict)


def leg_length(body: Body) -> float:
    """Metres: thigh and shin, the mean of both sides."""
    return float(0.5 * np.linalg.norm(body.offsets[_LEG], axis=1).sum())


def resized(body: Body, size: float) -> Body:
    """The same proportions, `size` times as large."""
    return Body(body.rest_joints * size, body.name)


def at_size(solution: Solution, body: Body, size: float) -> Solution:
    """A solution on a body that is `size` times as large: the way over the ground grows with it,
    and the floor stays where it is."""
    if abs(size - 1.0) < 1e-9:
        return solution
    motion = solution.motion
    scaling = about_start(find_floor(motion), motion.root.astype(np.float64), size)
    root = scaling.of(motion.root.astype(np.float64))
    moved = replace(motion, body=body, root=root)
    warnings = list(solution.report["warnings"])
    if abs(size - 1.0) > _SAME:
        warnings.append(
            f"the legs of {body.name!r} are {size:.2f} times as long as the performer's: the take "
            "was brought to that size about the floor"
        )
    report = {**solution.report, "warnings": warnings}
    return replace(
        solution, motion=moved, offsets=solution.offsets * size, report=report, facts=None,
        scaling=scaling,
    )  # fmt: skip


def about_start(floor: Floor, root: Floats, size: float) -> Scaling:
    """A way (T, 3) is made `size` times as long from the place on the floor where it starts: what
    is on the floor stays on it."""
    start = root[0].copy()
    start[2] -= floor.above(start)
    return Scaling(size, start)
