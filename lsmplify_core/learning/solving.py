# SPDX-License-Identifier: GPL-3.0-or-later
"""The paper's network and SMPLify on a take of a user's, from tracks to `Solution`.

Neither finds a person's proportions or where the points sit on them: the default method does, and
its poses are then thrown away.
"""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
import torch

from ..body.body import default_body
from ..body.markers import PoseSequence
from ..geometry.kinematics import attached_points, forward
from ..ik.smoothing import fill_frames
from ..layouts.layout import Keypoint, Layout
from ..layouts.matching import Match
from ..motion.motion import Motion
from ..motion.report import make_report
from ..pipeline import Progress, Solution, judged_again
from ..repair import repair_tracks
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..runtime.progress import with_progress
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import converted, find_world
from ..workflows.research_methods import PAPER, Research
from .paper import bodies
from .paper import method as paper
from .paper.convert import load_any_network
from .smplify import method as smplify
from .smplify.model import shaped, smpl_layer
from .smplify.solve import PUBLISHED, SKELETON, Pose, mesh_skin, skeleton_skin, smplify_steps

R = TypeVar("R")
_PREPARED: Final = 0.1
"""Share of the whole job that the default method takes, for the progress bar."""
_LEAST_POINTS: Final = 4
"""Points that a frame must show, as for the default method."""


@dataclass(frozen=True)
class _Seen:
    """A take as a method sees it: metres, Z up, NaN where unseen; the points that were matched, on
    the person's body, in the layout's terms."""

    tracks: Tracks
    layout: Layout
    solution: Solution
    start: Motion | None


_Make = Callable[[_Seen, Match], Generator[float, None, Motion]]


def method_steps(
    tracks: Tracks,
    match: Match,
    start: Motion | None,
    research: Research,
    default: Generator[Progress, None, Solution],
) -> Generator[Progress, None, Solution]:
    """Drive the default method's steps, then those of the chosen one.

    start: a motion to begin every frame with (plug-in), at the tracks' rate. Raises InputError
    where the device is not there, or the weights are not, or the layout is not the method's.
    """
    _check_device(research.device)
    make = _paper(research, match) if research.method == PAPER else _smplify(research.method)
    first = yield from with_progress(default, lambda p: Progress(p.step, _PREPARED * p.done))
    match = first.match
    world = find_world(tracks, match)
    taken = converted(tracks.select([t for _, t in match.matched]), world)
    measured = repair_tracks(taken, first.repairs)[0]
    seen = _Seen(measured, _calibrated(match, first), first, start)
    began = time.perf_counter()
    motion = yield from with_progress(
        _on_device(make(seen, match), research.device),
        lambda done: Progress("solve", _PREPARED + (1 - _PREPARED) * done),
    )
    return _solution(seen, motion, time.perf_counter() - began)


def _check_device(device: str) -> None:
    usable = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not usable.get(device, False):
        raise InputError(f"PyTorch finds no {device} device on this machine; choose cpu")


def _on_device(steps: Generator[float, None, R], device: str) -> Generator[float, None, R]:
    """Have torch make its tensors on a device while the steps run, and only then: between them the
    window belongs to others. One thread: these tensors are small, and threads that wait for each
    other on a busy machine took ten times as long."""
    threads = torch.get_num_threads()
    while True:
        try:
            torch.set_num_threads(1)
            with torch.device(device):
                value = next(steps)
        except StopIteration as end:
            return end.value
        finally:
            torch.set_num_threads(threads)
        yield value


def _calibrated(match: Match, solution: Solution) -> Layout:
    """The matched points where the default method found them, on a body of the default size."""
    size = solution.motion.body.height / default_body().height
    points = zip(solution.motion.track_names, solution.joints, solution.offsets / size, strict=True)
    return Layout(
        match.layout.name,
        tuple(Keypoint(n, int(j), (float(x), float(y), float(z))) for n, j, (x, y, z) in points),
    )


def _smplify(method: str) -> _Make:
    """SMPLify with smplx's mesh, or on the skeleton alone."""

    def make(seen: _Seen, _match: Match) -> Generator[float, None, Motion]:
        body, layout, points = seen.solution.motion.body, seen.layout, seen.tracks.positions
        if method == "smplify":
            skin, schedule = mesh_skin(smpl_layer(body, layout), layout), PUBLISHED
        else:
            skin, schedule = skeleton_skin(shaped(body, layout), layout), SKELETON
        origin = np.nanmean(points, axis=(0, 1))
        starts = _starts(seen, points - origin, origin)
        poses, _ = yield from smplify_steps(skin, points - origin, starts, schedule, False)
        return smplify.motion_of(poses, origin, seen.tracks.rate, body)

    return make


def _starts(seen: _Seen, points: Floats, origin: Floats) -> Callable[[int], Pose | None]:
    """Each frame's own start where there are starts, else the T-pose for the first."""
    start = seen.start
    if start is not None:
        return lambda f: smplify.pose_of(start.rotations[f], start.root[f] - origin)
    begin = smplify.resting_start(points, seen.layout, seen.solution.motion.body)
    return lambda frame: begin if frame == 0 else None


def _paper(research: Research, match: Match) -> _Make:
    """The paper's network, which knows BODY_25 alone and its points' usual places."""
    if match.layout.name != bodies.LAYOUT:
        raise InputError(
            f"the paper's network knows {bodies.LAYOUT} only, and these tracks are "
            f"{match.layout.name}; choose another method"
        )
    path = research.weights or paper.weights_file()
    if not path.is_file():
        raise InputError(
            f"{path}: there are no weights of the paper's network; choose its file in the "
            "extension's preferences (in the command: --weights FILE)"
        )
    load_any_network(path)  # what is wrong with it is said before the take is calibrated

    def make(seen: _Seen, match: Match) -> Generator[float, None, Motion]:
        points = np.full((seen.tracks.frames, len(match.layout.keypoints), 3), np.nan)
        points[:, [k for k, _ in match.matched]] = seen.tracks.positions
        given = paper.in_its_terms(points, seen.solution.motion.body, load_any_network(path))
        if seen.start is not None:
            rotations, root = paper.from_starts(given, seen.start)
        else:
            rotations, root = yield from paper.in_sequence(given)
        return paper.motion_of(given, rotations, root, seen.tracks.rate)

    return make


def _solution(seen: _Seen, motion: Motion, seconds: float) -> Solution:
    """The default method's solution with another motion, and what that comes to."""
    first, tracks = seen.solution, seen.tracks
    shown = tracks.seen.sum(axis=1) >= _LEAST_POINTS
    state = fill_frames(PoseSequence(motion.rotations, motion.root), shown)
    error = _apart(state, first, tracks.positions)
    motion = replace(first.motion, rotations=state.rotations, root=state.root, track_error=error)
    spent = first.report["seconds"]
    stage_seconds = {
        "calibrate": sum(spent.values()),
        "solve": seconds,
        "refine": 0.0,
        "clean": 0.0,
    }
    report = make_report(
        motion, tracks, first.report["layout"], first.report["unit"], first.report["up"],
        stage_seconds,
        tuple(first.report["warnings"]), first.report["verdict"],
    )  # fmt: skip
    return judged_again(first, motion, report)


def _apart(state: PoseSequence, solution: Solution, points: Floats) -> Floats:
    """(T, K) metres from the tracks to their places on the body, NaN where unseen."""
    turned, placed = forward(state.rotations, solution.motion.body.offsets, state.root)
    places = attached_points(turned, placed, solution.joints, solution.offsets)
    return np.linalg.norm(places - points, axis=-1)
