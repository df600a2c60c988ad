# SPDX-License-Identifier: GPL-3.0-or-later
"""Points to samples: from their keys where those are the truth, from Blender for the others, all on
one clock. Nothing in the scene is changed."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ....lsmplify_core.geometry.resampling import Clock, Sampled, clock_of, on_clock
from ....lsmplify_core.runtime.errors import InputError
from .points import Points

_Evaluated = tuple[Any, Callable[[], Any]]
"""A scene and what gives its depsgraph; Blender's stubs say neither rightly."""


def sampled(
    context: bpy.types.Context, points: Points, span: tuple[int, int] | None = None
) -> Sampled:
    """Positions of all points on the clock that most of them are keyed on, or on the scene's whole
    frames where they are not keyed as samples.

    span: first and last scene frame that Blender has to evaluate; None for the whole take.
    """
    own = clock_of(points.times)
    clock = own or _scene_clock(context.scene, span)
    positions = np.full((clock.count, len(points.names), 3), np.nan)
    asked: list[int] = []
    for column, keys in enumerate(points.keys):
        still = keys is not None and not len(keys.times)
        found = on_clock(keys, clock) if keys is not None and (own or still) else None
        if found is None:
            asked.append(column)
        else:
            positions[:, column] = found
    if asked:
        _ask(context, points, asked, clock, span, positions)
    if own:
        _unsee(points, asked, clock, positions)
    return Sampled(positions, clock.first, clock.step)


def _scene_clock(scene: bpy.types.Scene, span: tuple[int, int] | None) -> Clock:
    start, end = span or (scene.frame_start, scene.frame_end)
    if end < start:
        raise InputError(f"scene frames {start} to {end} end before they start")
    return Clock(float(start), 1.0, end - start + 1)


def _ask(
    context: bpy.types.Context, points: Points, asked: list[int], clock: Clock,
    span: tuple[int, int] | None, positions: NDArray[np.float64],
) -> None:  # fmt: skip
    """Let Blender say where the points are at every sample within the span."""
    frames = clock.frames
    wanted = np.arange(clock.count)
    if span is not None:
        wanted = wanted[(frames >= span[0] - 1e-4) & (frames <= span[1] + 1e-4)]
    with evaluated_scene(context, [points.owners[i] for i in asked]) as (scene, graph):
        for sample in wanted:
            frame = float(frames[sample])
            whole = int(np.floor(frame + 1e-4))
            scene.frame_set(whole, subframe=min(max(frame - whole, 0.0), 0.9999))
            positions[sample, asked] = points.read(graph(), asked)


def _unsee(points: Points, asked: list[int], clock: Clock, positions: NDArray[np.float64]) -> None:
    """What Blender says between keys that are samples is invented, as it is in the curves."""
    for column in asked:
        index = clock.samples_at(points.times[column]) if points.sampled[column] else None
        if index is not None:
            unseen = np.ones(clock.count, dtype=bool)
            unseen[index] = False
            positions[unseen, column] = np.nan


@contextmanager
def evaluated_scene(
    context: bpy.types.Context, owners: list[bpy.types.Object]
) -> Generator[_Evaluated, None, None]:
    """The scene whose frames are to be set, and what gives its depsgraph; afterwards all is as it
    was.

    It is the user's own scene, where all owners take part in it. Objects in excluded collections,
    disabled ones and those that are in no scene are not evaluated there: then a passing scene of
    only the owners is, to which Blender adds what they depend on.
    """
    items = list(dict.fromkeys(owners))
    graph = context.evaluated_depsgraph_get()
    if all(o.evaluated_get(graph).is_evaluated for o in items):
        scene = context.scene
        now, part = scene.frame_current, scene.frame_subframe
        try:
            yield scene, context.evaluated_depsgraph_get
        finally:
            scene.frame_set(now, subframe=part)
        return
    scene = bpy.data.scenes.new("LSMPLify Sampling")
    disabled = [o for o in items if o.hide_viewport]
    try:
        _like(scene, context.scene)
        for item in items:
            scene.collection.objects.link(item)
        for item in disabled:
            item.hide_viewport = False
        scene.view_layers[0].update()
        yield scene, lambda: scene.view_layers[0].depsgraph
    finally:
        for item in disabled:
            item.hide_viewport = True
        bpy.data.scenes.remove(scene)


def _like(scene: bpy.types.Scene, other: bpy.types.Scene) -> None:
    scene.render.fps, scene.render.fps_base = other.render.fps, other.render.fps_base
    scene.frame_start, scene.frame_end = other.frame_start, other.frame_end
