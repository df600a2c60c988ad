# SPDX-License-Identifier: GPL-3.0-or-later
"""The first stages: which track is which point, metres, repairs, noise."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..body.body import Body
from ..body.smpl_file import SmplFile, layout_on
from ..calibration.take_facts import TakeFacts
from ..ik.problem import (
    require_valid_frames,
)
from ..layouts.matching import Match
from ..repair import Repair, repair_tracks
from ..tracks.denoising import denoised, noise_of
from ..tracks.noise import denoising_for
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import World, converted, find_world
from ..unnamed.assigning import matched
from .request import Request


@dataclass(frozen=True)
class PreparedTake:
    """A take before it is solved: metres, Z up, the matched tracks alone.

    measured: mistakes left out. filled: short gaps filled too, and smooth where tracks are noisy.
    repairs: what was done for that. visible: (T,) frames that show enough points. body: None for
    the default one. noise: metres, of the tracks as they were measured. denoising: seconds that
    they were smoothed over, 0 for none.
    """

    match: Match
    world: World
    body: Body | SmplFile | None
    measured: Tracks
    filled: Tracks
    repairs: tuple[Repair, ...]
    visible: NDArray[np.bool_]
    noise: float
    denoising: float


def match_tracks(
    tracks: Tracks, request: Request
) -> tuple[Tracks, Match, Body | SmplFile | None]:  # fmt: skip
    """Which track is which point, and whose body it is where that is known.

    Args:
        tracks: as read.
        request: what was asked for.

    Returns:
        The tracks, the match, and the body: None for the default one.

    Raises:
        InputError: where no layout fits the tracks.
    """
    if request.facts is not None:
        return tracks, request.facts.match, request.facts.body
    match, body, saved = request.match, request.body, request.calibration
    if match is None:
        tracks, match = matched(tracks, request.layout, saved)
    if saved is not None and body is None:
        body = saved.body
    if isinstance(body, SmplFile):
        match = replace(match, layout=layout_on(body, match.layout))
    return tracks, match, body


def in_metres(tracks: Tracks, match: Match, facts: TakeFacts | None) -> tuple[Tracks, World]:
    """The matched tracks in metres, Z up.

    Args:
        tracks: as read, in any unit and with any axis up.
        match: which track is which point.
        facts: of other frames of the take; None to find unit and axes.

    Returns:
        The matched tracks alone, and the unit and axes that they came in.
    """
    world = find_world(tracks, match) if facts is None else facts.world
    return converted(tracks.select([t for _, t in match.matched]), world), world


def repaired(
    tracks: Tracks, match: Match, world: World, body: Body | SmplFile | None, request: Request
) -> PreparedTake:
    """The take without its mistakes, its short gaps filled, smooth where tracks are noisy.

    Args:
        tracks: metres, Z up, the matched ones alone.
        match: which track is which point.
        world: the unit and axes that the tracks came in.
        body: None for the default one.
        request: what was asked for.

    Returns:
        The take, ready to be calibrated and solved.

    Raises:
        InputError: where no frame shows enough points.
    """
    measured, filled, repairs = repair_tracks(tracks, request.repairs)
    visible, noise = require_valid_frames(filled), noise_of(filled)
    seconds = _denoising(noise, request)
    filled = denoised(filled, seconds)
    return PreparedTake(match, world, body, measured, filled, repairs, visible, noise, seconds)


def _denoising(noise: float, request: Request) -> float:
    """Seconds that tracks are smoothed over; none where the user says how much to smooth."""
    if request.facts is not None:
        return request.facts.denoising
    return denoising_for(noise) if request.settings.smooth is None else 0.0
