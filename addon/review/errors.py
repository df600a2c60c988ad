# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors over the timeline: curves that the Graph Editor shows, and the list of the worst spans."""

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.cleanup.worst_intervals import Span, worst_intervals
from ...lsmplify_core.pipeline import Solution
from ...lsmplify_core.review.error_curves import (
    DOUBT,
    TRACK_ERROR,
    ErrorFigures,
    error_curves,
    error_figures,
)
from ..bake import actions, keys
from ..takes import live, record
from ..takes.baked_on import baked_on
from ..takes.reading import Take, read_take

_GROUP = "LSMPLify Errors"
_COLOUR = (1.0, 0.35, 0.2)


def measure(
    context: bpy.types.Context, armature: bpy.types.Object, action: bpy.types.Action | None = None
) -> int:
    """Write the error curves of an action, as custom properties of its armature, and fill the list
    of worst spans; returns how many spans there are."""
    return measure_take(context, read_take(context, armature, action))


def measure_take(context: bpy.types.Context, take: Take) -> int:
    """The same for an action whose motion is known already."""
    armature = take.armature
    points, expected = record.tracks_and_expected(take)
    wanted = context.scene.lsmplify.seeing.curves
    curves = error_curves(take.motion, points, expected) if wanted else {}
    for name, values in curves.items():
        armature[name] = float(values[0])
        curve = actions.curve_for(take.action, armature, f'["{name}"]', 0, _GROUP)
        if not actions.is_locked(curve):
            keys.replace(curve, take.grid.frames, values)
        curve.color_mode, curve.color = "CUSTOM", _COLOUR
    _forget_others(armature, take.action, set(curves))
    found = worst_intervals(take.motion, points, expected)
    list_spans(armature, take.action, take.grid.frames, found)
    if points is not None:
        _note_figures(context, take, error_figures(take.motion, points))
    return len(armature.lsmplify_rig.spans)


def _note_figures(
    context: bpy.types.Context, take: Take, figures: ErrorFigures | None
) -> None:  # fmt: skip
    """Result says how the action that is shown is, not how the first solve was."""
    result = context.scene.lsmplify.result
    if figures is None or not result.done or baked_on(context.scene) != take.armature:
        return
    result.mean_mm, result.p95_mm = figures.mean_mm, figures.p95_mm
    result.worst_mm, result.worst_track = figures.worst_mm, figures.track
    result.worst_frame = round(float(take.grid.frames[figures.frame]))
    result.shown = take.action.name


def _forget_others(armature: bpy.types.Object, action: bpy.types.Action, now: set[str]) -> None:
    """Curves of an earlier measuring that say nothing any more."""
    for curve in list(actions.curves_in(action, armature)):
        name = curve.data_path[2:-2]
        if name.startswith((TRACK_ERROR, DOUBT)) and name not in now:
            actions.remove_curve(action, armature, curve.data_path, curve.array_index)


def measure_solved(
    armature: bpy.types.Object, action: bpy.types.Action, solution: Solution, first: float
) -> None:
    """Fill the list of worst spans of a character that was solved onto, from the solve itself.

    first: scene frame of the solve's first sample; the action keeps the tracks' record.
    """
    kept = record.find(action)
    if kept is None:
        return
    frames = first + kept.step * np.arange(solution.motion.frames)
    points, expected = kept.at(frames)
    found = worst_intervals(solution.motion, points, expected)
    list_spans(armature, action, frames, found)


def list_spans(
    armature: bpy.types.Object, action: bpy.types.Action, frames: NDArray[np.floating],
    found: list[Span],
) -> None:  # fmt: skip
    """Fill an armature's list of worst spans; frames: (T,) scene frames of the motion."""
    rig = armature.lsmplify_rig
    rig.spans.clear()
    with live.silent():
        rig.span = 0
    rig.looked = False
    rig.spans_of = action.name
    for span in found:
        item = rig.spans.add()
        item.region, item.what = span.region, span.kind
        item.figure = f"{span.figure:.0f} {span.unit}"
        item.first, item.last = round(float(frames[span.first])), round(float(frames[span.last]))
        item.worst = round(float(frames[span.worst]))
