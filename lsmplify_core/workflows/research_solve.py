# SPDX-License-Identifier: GPL-3.0-or-later
"""A take solved by a research method, where torch is there."""

from collections.abc import Generator, Sequence
from importlib import import_module

from ..body.body import Body
from ..body.smpl_file import SmplFile
from ..calibration.calibration_file import SavedCalibration
from ..ik.fit_problem import SolveSettings
from ..layouts.matching import Match
from ..motion.motion import Motion
from ..pipeline import Progress, Solution, solve_steps
from ..repair import Repair
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from .research_methods import DEFAULT, METHODS, Research, device_lacking, lacking


def research_steps(
    tracks: Tracks,
    *,
    match: Match,
    body: Body | SmplFile | None = None,
    init: Motion | None = None,
    settings: SolveSettings | None = None,
    repairs: Sequence[Repair] | None = None,
    calibration: SavedCalibration | None = None,
    research: Research | None = None,
) -> Generator[Progress, None, Solution]:
    """`pipeline.solve_steps` by another method: the default one first, for the person's body and
    where the points sit on it; then the method's own poses.

    Raises InputError where the method or the device is not there.
    """
    chosen = research or Research()
    steps = solve_steps(
        tracks, match=match, body=body, init=init, settings=settings, repairs=repairs,
        calibration=calibration,
    )  # fmt: skip
    if chosen.method == DEFAULT:
        return (yield from steps)
    if chosen.method not in METHODS:
        raise InputError(f"there is no method {chosen.method!r}; choose from {', '.join(METHODS)}")
    reason = lacking(chosen.method) or device_lacking(chosen.device)
    if reason:
        raise InputError(f"method {chosen.method} on {chosen.device}: {reason}")
    solving = import_module("..learning.solving", __package__)
    return (yield from solving.method_steps(tracks, match, init, chosen, steps))
