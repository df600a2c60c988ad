# SPDX-License-Identifier: GPL-3.0-or-later
"""The retarget, step by step."""

import time
from collections.abc import Generator
from dataclasses import dataclass, replace

from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from .checks import check_sides, missing_notes, usable_map
from .measure import report_of
from .posing.channels import place_bones, rig_motion
from .posing.figure import Figure, figure_of
from .posing.joint_turns import bone_axes
from .posing.limits import within_limits
from .posing.performance import Performance, performance_of
from .posing.travel import travelled
from .rig.rig import Rig
from .rig.rig_map import RigMap
from .rig.rig_motion import Retargeted, RetargetOptions, RetargetProgress, check_options
from .transfer import Transfer, keep_touches, plant_feet, started


def retarget_steps(
    source: Motion | Performance,
    rig: Rig,
    rig_map: RigMap,
    options: RetargetOptions | None = None,
) -> Generator[RetargetProgress, None, Retargeted]:
    """Bring a motion to a character.

    Args:
        source: somebody moving, world Z up.
        rig: the character at rest.
        rig_map: which of its bones is what.
        options: contacts, touches, root, fingers, limits.

    Yields:
        How far it is, before each stage.

    Returns:
        Poses of the rig and the report.

    Raises:
        InputError: a map that doesn't fit, options that don't exist, a source that isn't a motion.
    """
    began = time.perf_counter()
    posed = yield from pose_steps(source, rig, rig_map, options or RetargetOptions())
    yield RetargetProgress(0.8, "bones")
    result = finished(posed, time.perf_counter() - began)
    yield RetargetProgress(1.0, "done")
    return result


@dataclass
class Posed:
    """A figure whose feet stand and whose hands touch, before its bones get their channels.

    axes, heads: (T, n, ...) of its driven bones in the world. notes: sentences for the report.
    """

    figure: Figure
    transfer: Transfer
    options: RetargetOptions
    axes: Floats
    heads: Floats
    notes: list[str]


def pose_steps(
    source: Motion | Performance, rig: Rig, rig_map: RigMap, options: RetargetOptions
) -> Generator[RetargetProgress, None, Posed]:
    """The first part of `retarget_steps`; arguments and errors as there."""
    check_options(options)
    source = performance_of(source) if isinstance(source, Motion) else source
    yield RetargetProgress(0.0, "reading the rig")
    usable, notes = usable_map(rig, rig_map)
    figure = figure_of(rig, usable, options.fingers != "keep")
    check_sides(figure)
    notes += missing_notes(figure, options.root, source.fingers is not None)
    yield RetargetProgress(0.1, "rotations")
    if options.fingers == "relaxed":
        source = Performance(source.motion)
    transfer = started(source, figure, options)
    if options.contacts:
        yield RetargetProgress(0.3, "feet")
        plant_feet(transfer, options.touches)
    axes = bone_axes(figure, transfer.turns)
    heads = place_bones(figure, axes, transfer.hips)
    if options.touches:
        yield RetargetProgress(0.5, "hands")
        axes, heads = keep_touches(transfer, axes, heads)
    return Posed(figure, transfer, options, axes, heads, notes)


def finished(posed: Posed, seconds: float) -> Retargeted:
    """A posed figure's channels and report. seconds: that it took."""
    figure, transfer, options = posed.figure, posed.transfer, posed.options
    made = rig_motion(figure, posed.axes, posed.heads, transfer.rate)
    motion, clipped = within_limits(figure, made) if options.limits else (made, 0)
    report = report_of(transfer, motion, clipped, posed.notes)
    motion = travelled(figure, motion, options.root)
    return Retargeted(motion, replace(report, seconds=seconds))


def retarget(
    source: Motion | Performance,
    rig: Rig,
    rig_map: RigMap,
    options: RetargetOptions | None = None,
) -> Retargeted:
    """`retarget_steps` driven to its end; arguments, result and errors as there."""
    return run_steps(retarget_steps(source, rig, rig_map, options))
