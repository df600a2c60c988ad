# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a solve as the panel shows it."""

from dataclasses import dataclass

import bpy
import numpy as np

from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.pipeline import Solution
from ...lsmplify_core.review.scene_frames import in_scene_frames
from ...lsmplify_core.runtime.array_types import Floats
from ...lsmplify_core.verdict.records import is_verdict
from ..bake.motion_keys import Timing
from ..review import verdict


@dataclass(frozen=True)
class Baked:
    """What a job left in the scene."""

    armature: bpy.types.Object
    action: bpy.types.Action
    solution: Solution
    timing: Timing


def note_result(scene: bpy.types.Scene, baked: Baked) -> None:
    """Put the report where the panel shows it."""
    solution, timing = baked.solution, baked.timing
    report, motion, result = solution.report, solution.motion, scene.lsmplify.result
    error = np.nan_to_num(_track_error(motion), nan=-1.0)
    frame, track = np.unravel_index(int(np.argmax(error)), error.shape)
    result.done = True
    result.layout, result.tracks, result.frames = report["layout"], report["tracks"], motion.frames
    result.mean_mm = report["track_error_mm"]["mean"]
    result.p95_mm = report["track_error_mm"]["p95"]
    result.worst_mm = report["track_error_mm"]["max"]
    result.worst_track = motion.track_names[track]
    result.worst_frame = round(timing.first + timing.step * int(frame))
    result.seconds = sum(report["seconds"].values())
    result.notes = "\n".join(
        in_scene_frames(w, timing.first, timing.step)
        for w in report["warnings"] if not is_verdict(w)
    )  # fmt: skip
    if solution.verdict is not None:
        verdict.fill(result.verdict, solution.verdict, timing)
    result.shown = baked.action.name
    result.action, result.armature = baked.action.name, baked.armature.name
    result.body, result.pointed = baked.armature, True


def _track_error(motion: Motion) -> Floats:
    """(T, K) metres, which every solve has."""
    assert motion.track_error is not None
    return motion.track_error
