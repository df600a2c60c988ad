# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a real Blender window: install, import, Solve and Bake, with pictures on the way.

Each `yield` gives the window that many seconds to draw and to answer. Lines that begin with
`gui: ` are what the run says to its caller.
"""

import subprocess
import traceback
from collections.abc import Generator
from math import radians
from pathlib import Path

import bpy
from mathutils import Euler

STAGE = Path("/stage")
TAKE = "markers_cmu41.trc"
MODULE = "bl_ext.user_default.lsmplify"


def act() -> Generator[float, None, None]:
    """What an artist does."""
    bpy.ops.extensions.package_install_files(
        filepath=str(STAGE / "lsmplify.zip"), repo="user_default", enable_on_install=True
    )
    say(f"Blender {bpy.app.version_string}, enabled: {MODULE in bpy.context.preferences.addons}")
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    yield 1.0
    with bpy.context.temp_override(**view()):
        bpy.ops.lsmplify.import_tracks(filepath=str(STAGE / TAKE))
    yield from show_sidebar()
    look_at_the_stage()
    yield 1.5
    picture("1-before")
    yield from solve()
    settings = bpy.context.scene.lsmplify
    say(f"solved: mean track error {settings.result.mean_mm:.1f} mm")
    for number, share in enumerate((0.17, 0.44, 0.68), start=3):
        scene = bpy.context.scene
        scene.frame_set(round(scene.frame_start + share * (scene.frame_end - scene.frame_start)))
        yield 1.0
        picture(f"{number}-after")


def solve() -> Generator[float, None, None]:
    """Press the button and watch until it is done."""
    settings = bpy.context.scene.lsmplify
    with bpy.context.temp_override(**view()):
        say(f"pressed: {bpy.ops.lsmplify.solve_and_bake('INVOKE_DEFAULT')}")
    seen = set()
    while settings.progress >= 0.0:
        seen.add(settings.progress_text)
        if settings.progress > 0.35 and not (STAGE / "pictures/2-during.png").exists():
            picture("2-during")
        yield 0.05
    say(f"steps seen: {', '.join(sorted(seen))}")
    if not settings.result.done:
        raise RuntimeError("the solve ended without a result")


def view() -> dict:
    """The 3D viewport, for operators that ask where they are."""
    window = bpy.context.window_manager.windows[0]
    area = next(a for a in window.screen.areas if a.type == "VIEW_3D")
    region = next(r for r in area.regions if r.type == "WINDOW")
    return {"window": window, "area": area, "region": region}


def show_sidebar() -> Generator[float, None, None]:
    """Open the sidebar at the extension's tab, which can be chosen once it has been drawn."""
    area = view()["area"]
    area.spaces.active.show_region_ui = True
    yield 1.0
    sidebar = next(r for r in area.regions if r.type == "UI")
    sidebar.active_panel_category = "LSMPLify"


def look_at_the_stage() -> None:
    """Turn the view to where the take happens: from the front and a little from the side."""
    space = view()["area"].spaces.active
    space.region_3d.view_rotation = Euler((radians(78.0), 0.0, radians(38.0))).to_quaternion()
    space.region_3d.view_location = (0.45, -0.75, 0.8)
    space.region_3d.view_distance = 5.2
    space.shading.color_type = "MATERIAL"


def picture(name: str) -> None:
    """The whole screen, as it was last drawn."""
    path = STAGE / "pictures" / f"{name}.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)


def say(text: str) -> None:
    """A line for the caller."""
    print(f"gui: {text}", flush=True)


_acting = act()


def next_act() -> float | None:
    """The timer: goes on until the end, or until something goes wrong."""
    try:
        return next(_acting)
    except StopIteration:
        say("done")
    except Exception:
        traceback.print_exc()
        picture("failed")
    bpy.ops.wm.quit_blender()
    return None


bpy.context.preferences.view.show_splash = False
bpy.app.timers.register(next_act, first_interval=2.0)
