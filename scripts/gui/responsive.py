# SPDX-License-Identifier: GPL-3.0-or-later
"""How long events wait in a real window while a take is solved, and how soon Esc is answered.

    scripts/gui/window.sh trixie scripts/gui/responsive.py build/responsive \
        build/lsmplify-*.zip examples/markers_cmu41.trc

The take goes there and back until it is long enough. A timer of Blender looks every 5 ms; the time
between two looks is how long an event would have waited.
"""

import subprocess
import time
from collections.abc import Generator
from dataclasses import replace
from importlib import import_module

import bpy
import numpy as np
import window

FRAMES = 3000
LOOK = 0.005


def act() -> Generator[float, None, None]:
    """Solve once to the end, and once more until Esc."""
    window.install()
    window.empty_scene()
    yield from window.show_sidebar()
    _make_take()
    progress = import_module(f"{window.MODULE}.addon.common.progress")
    yield 0.5
    looks = [time.perf_counter()]

    def look() -> float:
        looks.append(time.perf_counter())
        return LOOK

    bpy.app.timers.register(look)
    began = _begin()
    looks[:] = [began]
    while progress.done() >= 0:
        yield 0.05
    waits = 1000.0 * np.diff([*looks, time.perf_counter()])
    window.say(
        f"solved in {time.perf_counter() - began:.1f} s; an event waits {np.median(waits):.0f} ms "
        f"(median), {np.percentile(waits, 99):.0f} (99 %), {waits.max():.0f} at most"
    )
    _begin()
    yield 0.8
    asked = time.perf_counter()
    subprocess.Popen(["xdotool", "key", "Escape"])
    while progress.done() >= 0:
        yield 0.01
    window.say(f"Esc was answered after {time.perf_counter() - asked:.2f} s, xdotool's start too")
    bodies = [item.name for item in bpy.data.objects if item.type == "ARMATURE"]
    window.say(f"armatures: {len(bodies)}")


def _make_take() -> None:
    reading = import_module(f"{window.MODULE}.lsmplify_core.reading")
    empties = import_module(f"{window.MODULE}.addon.tracks.empties")
    tracks = reading.read_tracks(next(window.STAGE.glob("*.trc")))
    both = np.concatenate((tracks.positions, tracks.positions[::-1]))
    positions = np.tile(both, (-(-FRAMES // len(both)), 1, 1))[:FRAMES]
    settings = bpy.context.scene.lsmplify
    settings.source = "COLLECTION"
    settings.collection = empties.make_empties(
        bpy.context, replace(tracks, positions=positions), "take"
    )


def _begin() -> float:
    with window.in_view():
        bpy.ops.lsmplify.solve_and_bake("INVOKE_DEFAULT")
    return time.perf_counter()


window.run(act)
